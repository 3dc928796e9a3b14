#include "cli/core_values.h"

#include <fmt/format.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <optional>

#include "interp/base/decimal.h"

namespace tappet::cli {
namespace {

// The whole text as an integer of `bits` bits: from the least signed to the greatest unsigned one.
std::optional<uint64_t> parse_integer(std::string_view text, unsigned bits) {
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    text.remove_prefix(2);
    base = 16;
  }
  uint64_t value = 0;
  const char* const begin = text.data();
  const char* const end = begin + text.size();
  const auto [rest, error] = std::from_chars(begin, end, value, base);
  if (error != std::errc() || rest != end || text.empty()) return std::nullopt;
  const uint64_t mask = UINT64_MAX >> (64 - bits);
  const uint64_t most = negative ? uint64_t{1} << (bits - 1) : mask;
  if (value > most) return std::nullopt;
  return (negative ? uint64_t{0} - value : value) & mask;
}

template <class Float>
std::optional<Float> parse_float(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  return parse_decimal<Float>(text);
}

std::optional<uint64_t> parse_value(ValueType type, std::string_view text) {
  switch (type.kind) {
    case ValueKind::kI32:
      return parse_integer(text, 32);
    case ValueKind::kI64:
      return parse_integer(text, 64);
    case ValueKind::kF32:
      if (const auto value = parse_float<float>(text)) return std::bit_cast<uint32_t>(*value);
      return std::nullopt;
    case ValueKind::kF64:
      if (const auto value = parse_float<double>(text)) return std::bit_cast<uint64_t>(*value);
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

template <class Float>
std::string print_float(Float value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-inf" : "inf";
  return to_decimal(value);
}

std::string print_value(ValueType type, const uint64_t* slot) {
  switch (type.kind) {
    case ValueKind::kI32:
      return fmt::to_string(static_cast<int32_t>(*slot));
    case ValueKind::kI64:
      return fmt::to_string(static_cast<int64_t>(*slot));
    case ValueKind::kF32:
      return print_float(std::bit_cast<float>(static_cast<uint32_t>(*slot)));
    case ValueKind::kF64:
      return print_float(std::bit_cast<double>(*slot));
    case ValueKind::kV128:
      return fmt::format("0x{:016x}{:016x}", slot[1], slot[0]);
    default:
      return *slot == 0 ? "null" : fmt::format("<{}>", TypeRegistry::to_string(type));
  }
}

}  // namespace

Result<std::vector<uint64_t>> parse_core_values(std::span<const ValueType> types,
                                                std::span<const std::string> texts) {
  if (types.size() != texts.size()) {
    return fail(ErrorKind::kUsage,
                fmt::format("expected {} arguments, got {}", types.size(), texts.size()));
  }
  std::vector<uint64_t> slots;
  for (size_t i = 0; i < types.size(); ++i) {
    const std::string type = TypeRegistry::to_string(types[i]);
    if (!types[i].is_numeric()) {
      return fail(ErrorKind::kUsage,
                  fmt::format("a parameter of type {} cannot be given here", type));
    }
    const auto slot = parse_value(types[i], texts[i]);
    if (!slot) return fail(ErrorKind::kUsage, fmt::format("'{}' is no {}", texts[i], type));
    slots.push_back(*slot);
  }
  return slots;
}

std::string print_core_values(std::span<const ValueType> types, std::span<const uint64_t> slots) {
  std::string text;
  size_t at = 0;
  for (const ValueType type : types) {
    text += print_value(type, slots.data() + at) + "\n";
    at += type.slots();
  }
  return text;
}

}  // namespace tappet::cli
