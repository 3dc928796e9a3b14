// Numeric literals of the text format (core spec 6.3.1 to 6.3.3). None of these report where: the
// caller knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tappet::text {

// An unsigned integer of at most `bits` bits; nothing if it is none or out of range.
std::optional<uint64_t> parse_unsigned(std::string_view text, int bits = 64);
// iN: signed or unsigned, as the low `bits` bits; nothing if it is none or out of range.
std::optional<uint64_t> parse_integer(std::string_view text, int bits);
// f32 and f64 as bits, correctly rounded, with inf, nan and nan:0x...; nothing if it is none or too
// large.
std::optional<uint32_t> parse_f32(std::string_view text);
std::optional<uint64_t> parse_f64(std::string_view text);

// The text that parses back to exactly these bits: decimal, or nan:0x... .
std::string print_f32(uint32_t bits);
std::string print_f64(uint64_t bits);

}  // namespace tappet::text
