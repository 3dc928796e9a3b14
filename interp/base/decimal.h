// Floating-point numbers as decimal text, for people and for formats without exponents of their
// own.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tappet {

// The fewest digits that mean this number among those of its type, without exponent: "0.1",
// "-0", "1000000000000000000000". The number is finite.
std::string to_decimal(float value);
std::string to_decimal(double value);

// The number nearest to what the whole text says: digits with an optional minus, fraction and
// exponent; also inf and nan. What is too large is infinite, what is too small is zero. Nothing if
// the text is anything else. Float is float or double.
template <class Float>
std::optional<Float> parse_decimal(std::string_view text);

}  // namespace tappet
