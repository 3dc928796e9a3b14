#include "interp/base/decimal.h"

#include <charconv>
#include <cmath>
#include <limits>

namespace tappet {
namespace {

// The digits of the shortest scientific form, with the point where the exponent says.
template <class Float>
std::string print(Float value) {
  char buffer[64];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, std::fabs(value), std::chars_format::scientific)
          .ptr;
  const std::string_view text(buffer, static_cast<size_t>(end - buffer));
  const size_t e = text.find('e');
  std::string digits(1, text[0]);
  if (e > 2) digits += text.substr(2, e - 2);
  int exponent = 0;
  const size_t number = text[e + 1] == '+' ? e + 2 : e + 1;
  std::from_chars(text.data() + number, end, exponent);
  if (exponent < 0) {
    digits = "0." + std::string(static_cast<size_t>(-exponent - 1), '0') + digits;
  } else if (const auto before = static_cast<size_t>(exponent) + 1; digits.size() > before) {
    digits.insert(before, ".");
  } else {
    digits.append(before - digits.size(), '0');
  }
  return (std::signbit(value) ? "-" : "") + digits;
}

// Whether a number that no Float comes near is large rather than small: where its first digit
// stands, seen from the point, and the exponent decide.
bool is_large(std::string_view text) {
  const size_t e = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, e);
  const size_t point = std::min(mantissa.find('.'), mantissa.size());
  const size_t first = mantissa.find_first_of("123456789");
  auto place = static_cast<int64_t>(point) - static_cast<int64_t>(first);
  if (e == text.size()) return place > 0;
  std::string_view exponent = text.substr(e + 1);
  if (exponent.starts_with('+')) exponent.remove_prefix(1);
  int64_t value = 0;
  const char* const begin = exponent.data();
  const auto [rest, error] = std::from_chars(begin, begin + exponent.size(), value);
  if (error != std::errc()) return !exponent.starts_with('-');
  constexpr int64_t kFar = int64_t{1} << 62;
  if (value > kFar || value < -kFar) return value > 0;
  return place + value > 0;
}

}  // namespace

std::string to_decimal(float value) { return print(value); }
std::string to_decimal(double value) { return print(value); }

template <class Float>
std::optional<Float> parse_decimal(std::string_view text) {
  Float value = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [rest, error] = std::from_chars(begin, end, value);
  if (error == std::errc::invalid_argument || rest != end) return std::nullopt;
  if (error == std::errc()) return value;
  const Float nearest = is_large(text) ? std::numeric_limits<Float>::infinity() : Float{0};
  return text.starts_with('-') ? -nearest : nearest;
}

template std::optional<float> parse_decimal(std::string_view text);
template std::optional<double> parse_decimal(std::string_view text);

}  // namespace tappet
