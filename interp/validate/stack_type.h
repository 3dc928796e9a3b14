// A value type in one word, so that the validator compares types with one instruction.
#pragma once

#include <string>

#include "interp/module/types.h"

namespace tappet {

// kind | nullable << 3 | heap kind << 4 | type id << 8. Equal types have equal words.
enum class StackType : uint32_t {};

// Ids from here on do not fit; validate_module refuses modules that have such types.
inline constexpr uint32_t kStackTypeIds = 1u << 24;

// The heap type below all others: that of a reference popped in unreachable code (core spec 3.3.3,
// "bot"). It is never written in a module, so HeapKind lacks it.
inline constexpr HeapKind kBottomHeap{0xf};

constexpr StackType pack(ValueType type) {
  uint32_t word = static_cast<uint32_t>(type.kind);
  if (type.is_ref()) {
    word |= (type.nullable ? 1u << 3 : 0) | static_cast<uint32_t>(type.heap.kind) << 4;
    if (type.heap.kind == HeapKind::kDefined) word |= type.heap.id.value << 8;
  }
  return StackType{word};
}

constexpr ValueType unpack(StackType type) {
  const auto word = static_cast<uint32_t>(type);
  const auto kind = static_cast<ValueKind>(word & 7);
  if (kind != ValueKind::kRef) return ValueType::number(kind);
  return ValueType::ref((word >> 3 & 1) != 0,
                        {static_cast<HeapKind>(word >> 4 & 0xf), TypeId(word >> 8)});
}

namespace stack_type {
inline constexpr StackType kI32 = pack(tappet::kI32);
inline constexpr StackType kI64 = pack(tappet::kI64);
inline constexpr StackType kF32 = pack(tappet::kF32);
inline constexpr StackType kF64 = pack(tappet::kF64);
inline constexpr StackType kV128 = pack(tappet::kV128);
inline constexpr StackType kBottom = pack(kBottomType);
inline constexpr StackType kRefBottom = pack(ValueType::ref(false, {kBottomHeap, {}}));
}  // namespace stack_type

constexpr StackType ref_type(bool nullable, HeapKind kind) {
  return pack(ValueType::ref(nullable, {kind, {}}));
}
constexpr StackType ref_type(bool nullable, TypeId id) {
  return pack(ValueType::ref(nullable, {HeapKind::kDefined, id}));
}
constexpr bool is_ref(StackType type) { return unpack(type).is_ref(); }
// The same reference, null allowed or not.
constexpr StackType with_null(StackType type, bool nullable) {
  const uint32_t null_bit = 1u << 3;
  const uint32_t word = static_cast<uint32_t>(type) & ~null_bit;
  return StackType{nullable ? word | null_bit : word};
}

// Subtyping (3.3), bottom types included.
bool matches(StackType sub, StackType super, const TypeRegistry& registry);

// "i32", "(ref null func)", for messages.
std::string to_string(StackType type);

}  // namespace tappet
