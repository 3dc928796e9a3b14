// Digits and underscores are checked and cleaned here; rounding is left to std::from_chars.
#include "interp/text/numbers.h"

#include <bit>
#include <charconv>
#include <cstring>
#include <string>

#include <fmt/format.h>

namespace tappet::text {
namespace {

bool is_digit(char c, bool hex) {
  if (c >= '0' && c <= '9') return true;
  return hex && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'));
}

// Takes digits with single underscores between them from the front; false if there are none.
bool take_digits(std::string_view& text, bool hex, std::string& out) {
  if (text.empty() || !is_digit(text[0], hex)) return false;
  while (!text.empty()) {
    if (text[0] == '_') {
      text.remove_prefix(1);
      if (text.empty() || !is_digit(text[0], hex)) return false;
    } else if (!is_digit(text[0], hex)) {
      break;
    }
    out.push_back(text[0]);
    text.remove_prefix(1);
  }
  return true;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// + or -; true for minus.
bool take_sign(std::string_view& text) {
  if (take_prefix(text, "-")) return true;
  take_prefix(text, "+");
  return false;
}

struct FloatText {
  bool hex = false;
  std::string digits;   // as from_chars wants it: d.d, then the exponent
  int64_t leading = 0;  // exponent of the first digit that is not zero; rough
  bool zero = true;
};

// The power of the first nonzero digit, in digits.
void note_leading(FloatText& out, std::string_view whole, std::string_view fraction) {
  const size_t in_whole = whole.find_first_not_of('0');
  if (in_whole != std::string_view::npos) {
    out.zero = false;
    out.leading = static_cast<int64_t>(whole.size() - in_whole);
    return;
  }
  const size_t in_fraction = fraction.find_first_not_of('0');
  if (in_fraction == std::string_view::npos) return;
  out.zero = false;
  out.leading = -static_cast<int64_t>(in_fraction);
}

bool take_exponent(std::string_view& text, FloatText& out) {
  const char lower = out.hex ? 'p' : 'e';
  const char upper = out.hex ? 'P' : 'E';
  if (out.hex) out.leading *= 4;
  if (text.empty()) return true;
  if (text[0] != lower && text[0] != upper) return false;
  text.remove_prefix(1);
  const bool negative = take_sign(text);
  std::string exponent;
  if (!take_digits(text, false, exponent) || !text.empty()) return false;
  int64_t value = 0;
  for (const char c : exponent) value = std::min<int64_t>(value * 10 + (c - '0'), 1'000'000'000);
  out.leading += negative ? -value : value;
  out.digits += lower;
  out.digits += negative ? '-' : '+';
  out.digits += fmt::format("{}", value);
  return true;
}

std::optional<FloatText> read_float_text(std::string_view text) {
  FloatText out;
  out.hex = take_prefix(text, "0x");
  std::string whole;
  std::string fraction;
  if (!take_digits(text, out.hex, whole)) return std::nullopt;
  if (take_prefix(text, ".") && !text.empty() && is_digit(text[0], out.hex) &&
      !take_digits(text, out.hex, fraction)) {
    return std::nullopt;
  }
  note_leading(out, whole, fraction);
  out.digits = whole + "." + (fraction.empty() ? "0" : fraction);
  if (!take_exponent(text, out)) return std::nullopt;
  return out;
}

template <class Float>
std::optional<Float> convert(const FloatText& text) {
  if (text.zero) return Float{0};
  Float value = 0;
  const char* const end = text.digits.data() + text.digits.size();
  const auto format = text.hex ? std::chars_format::hex : std::chars_format::general;
  const auto [at, error] = std::from_chars(text.digits.data(), end, value, format);
  if (error == std::errc::result_out_of_range) {
    if (text.leading > 0) return std::nullopt;
    return Float{0};
  }
  if (error != std::errc() || at != end || value > std::numeric_limits<Float>::max())
    return std::nullopt;
  return value;
}

template <class Float, class Bits, int kFractionBits>
std::optional<Bits> parse_float(std::string_view text) {
  constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
  constexpr Bits kFraction = (Bits{1} << kFractionBits) - 1;
  constexpr Bits kInfinity = static_cast<Bits>(~kSign & ~kFraction);
  const Bits sign = take_sign(text) ? kSign : 0;
  if (text == "inf") return sign | kInfinity;
  if (text == "nan") return sign | kInfinity | (Bits{1} << (kFractionBits - 1));
  if (take_prefix(text, "nan:")) {
    if (!text.starts_with("0x")) return std::nullopt;
    const auto payload = parse_unsigned(text, kFractionBits);
    if (!payload || *payload == 0) return std::nullopt;
    return sign | kInfinity | static_cast<Bits>(*payload);
  }
  const auto read = read_float_text(text);
  if (!read) return std::nullopt;
  const auto value = convert<Float>(*read);
  if (!value) return std::nullopt;
  return sign | std::bit_cast<Bits>(*value);
}

template <class Float, class Bits, int kFractionBits>
std::string print_float(Bits bits) {
  constexpr Bits kSign = Bits{1} << (sizeof(Bits) * 8 - 1);
  constexpr Bits kFraction = (Bits{1} << kFractionBits) - 1;
  constexpr Bits kInfinity = static_cast<Bits>(~kSign & ~kFraction);
  const std::string_view sign = (bits & kSign) != 0 ? "-" : "";
  const Bits magnitude = bits & ~kSign;
  if (magnitude == kInfinity) return fmt::format("{}inf", sign);
  if (magnitude > kInfinity) {
    const Bits payload = magnitude & kFraction;
    if (payload == Bits{1} << (kFractionBits - 1)) return fmt::format("{}nan", sign);
    return fmt::format("{}nan:{:#x}", sign, payload);
  }
  char buffer[64];
  const auto [end, error] =
      std::to_chars(buffer, buffer + sizeof buffer, std::bit_cast<Float>(magnitude));
  return fmt::format("{}{}", sign, std::string_view(buffer, error == std::errc() ? end : buffer));
}

}  // namespace

std::optional<uint64_t> parse_unsigned(std::string_view text, int bits) {
  const bool hex = take_prefix(text, "0x");
  std::string digits;
  if (!take_digits(text, hex, digits) || !text.empty()) return std::nullopt;
  uint64_t value = 0;
  const auto [at, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
  if (error != std::errc() || at != digits.data() + digits.size()) return std::nullopt;
  if (bits < 64 && value >> bits != 0) return std::nullopt;
  return value;
}

std::optional<uint64_t> parse_integer(std::string_view text, int bits) {
  const bool negative = take_sign(text);
  const auto magnitude = parse_unsigned(text, bits);
  if (!magnitude) return std::nullopt;
  if (!negative) return magnitude;
  if (*magnitude > uint64_t{1} << (bits - 1)) return std::nullopt;
  const uint64_t mask = bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1;
  return (0 - *magnitude) & mask;
}

std::optional<uint32_t> parse_f32(std::string_view text) {
  return parse_float<float, uint32_t, 23>(text);
}
std::optional<uint64_t> parse_f64(std::string_view text) {
  return parse_float<double, uint64_t, 52>(text);
}
std::string print_f32(uint32_t bits) { return print_float<float, uint32_t, 23>(bits); }
std::string print_f64(uint64_t bits) { return print_float<double, uint64_t, 52>(bits); }

}  // namespace tappet::text
