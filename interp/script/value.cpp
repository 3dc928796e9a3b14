#include "interp/script/value.h"

#include <fmt/format.h>

namespace tappet::script {
namespace {

// NaN by its bits: canonical has only the quiet bit set, arithmetic at least that one (2.2.3).
bool is_nan(uint64_t bits, uint32_t width, LaneCheck check) {
  const uint64_t quiet = width == 32 ? 0x7fc0'0000 : 0x7ff8'0000'0000'0000;
  const uint64_t without_sign = bits & ~(uint64_t{1} << (width - 1));
  if (check == LaneCheck::kCanonicalNan) return without_sign == quiet;
  return (without_sign & quiet) == quiet;
}

uint64_t lane_of(const ScriptValue& value, uint32_t width, size_t lane) {
  const size_t bit = lane * width;
  const uint64_t word = value.bits[bit / 64] >> (bit % 64);
  return width == 64 ? word : word & 0xffff'ffff;
}

bool is_kind_of(HeapKind found, HeapKind expected) {
  const bool is_eq =
      found == HeapKind::kI31 || found == HeapKind::kStruct || found == HeapKind::kArray;
  if (expected == HeapKind::kEq) return is_eq;
  if (expected == HeapKind::kAny) return is_eq || found == HeapKind::kAny;
  return found == expected;
}

bool is_same_reference(const ScriptPattern& pattern, const ScriptValue& result) {
  if (!result.type.is_ref()) return false;
  if (pattern.value.is_null || result.is_null) return pattern.value.is_null == result.is_null;
  if (pattern.any_reference) return is_kind_of(result.heap, pattern.value.heap);
  return pattern.value.heap == result.heap && pattern.value.bits[0] == result.bits[0];
}

}  // namespace

bool ScriptPattern::matches(const ScriptValue& result) const {
  if (value.foreign || result.foreign)
    return value.foreign && result.foreign && value.foreign->matches(*result.foreign);
  if (value.type.is_ref()) return is_same_reference(*this, result);
  if (value.type != result.type) return false;
  if (lane_bits == 0) return value == result;
  for (size_t i = 0; i < lanes.size(); ++i) {
    const uint64_t found = lane_of(result, lane_bits, i);
    const bool same = lanes[i] == LaneCheck::kEqual ? found == lane_of(value, lane_bits, i)
                                                    : is_nan(found, lane_bits, lanes[i]);
    if (!same) return false;
  }
  return true;
}

std::string to_string(const ScriptValue& value) {
  if (value.foreign) return value.foreign->to_string();
  const std::string type = TypeRegistry::to_string(value.type);
  if (value.type.is_ref()) {
    return value.is_null ? type + ":null" : fmt::format("{}:{}", type, value.bits[0]);
  }
  if (value.type == kV128) {
    return fmt::format("{}:{:#018x}{:016x}", type, value.bits[1], value.bits[0]);
  }
  const bool is_float = value.type == kF32 || value.type == kF64;
  return is_float ? fmt::format("{}:{:#x}", type, value.bits[0])
                  : fmt::format("{}:{}", type, value.bits[0]);
}

std::string to_string(const std::vector<ScriptValue>& values) {
  std::string out = "[";
  for (const ScriptValue& value : values) {
    if (out.size() > 1) out += " ";
    out += to_string(value);
  }
  return out + "]";
}

}  // namespace tappet::script
