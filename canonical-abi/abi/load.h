// Loading: values out of linear memory (CanonicalABI.md, "Loading").
//
// Each byte of the guest's memory is read once: what is checked is the copy. All functions return
// false after a trap (context.h), which leaves the last parameter in no particular state.
#pragma once

#include <span>

#include "canonical-abi/abi/context.h"

namespace tappet::component {

// Preconditions: ptr is aligned for t, and elem_size(t) bytes lie within memory.
bool load(LiftLowerContext& cx, uint64_t ptr, const ValType& t, ComponentValue& v);

// nbytes: 1, 2, 4 or 8. Zero- or sign-extended.
uint64_t load_int(LiftLowerContext& cx, uint64_t ptr, uint32_t nbytes, bool is_signed = false);

// A value of one of the types up to kChar, from the bits that hold it: an integer of the type's
// size, or a core value that is wider. What is above the type's width does not count.
bool lift_scalar(LiftLowerContext& cx, uint64_t bits, TypeKind kind, ComponentValue& v);

bool load_string_from_range(LiftLowerContext& cx, uint64_t ptr, uint64_t tagged_code_units,
                            ComponentValue& v);
// The same as UTF-8 alone.
bool load_string_from_range(LiftLowerContext& cx, uint64_t ptr, uint64_t tagged_code_units,
                            std::string& text);

// `t` is the list or map type.
bool load_list_from_range(LiftLowerContext& cx, uint64_t ptr, uint64_t length, const ValType& t,
                          ComponentValue& v);
// Traps unless it is a place for so many elements.
bool check_list_range(LiftLowerContext& cx, uint64_t ptr, uint64_t length, const ValType& t);
// Precondition: ptr is aligned, and length elements lie within memory.
bool load_list_from_valid_range(LiftLowerContext& cx, uint64_t ptr, uint32_t length,
                                const ValType& t, ComponentValue& v);

// Fields one after the other, each at its alignment: of a record, a tuple, or spilled parameters.
bool load_fields(LiftLowerContext& cx, uint64_t ptr, std::span<const Labelled> fields,
                 std::span<ComponentValue> vs);

// Traps unless the case exists. `t` is the despecialised variant.
inline bool check_case_index(LiftLowerContext& cx, uint64_t case_index, const ValType& t) {
  return case_index < t.items.size() || cx.trap("invalid variant discriminant");
}
// convert_i32_to_char: traps unless it is one.
bool check_char(LiftLowerContext& cx, uint32_t i);

// The highest bit of a length, which marks UTF-16 in the latin1+utf16 encoding.
uint64_t utf16_tag(AddressType width);

// What a vector of n values costs the lifting budget.
constexpr uint64_t list_bytes(uint64_t n) {
  return sizeof(ComponentValue::List) + n * sizeof(ComponentValue);
}

// The same for a payload on the heap.
inline constexpr uint64_t kHeapValueBytes = 2 * sizeof(ComponentValue);

// Handles, from the index that a guest passes.
bool lift_handle(LiftLowerContext& cx, uint32_t i, const ValType& t, ComponentValue& v);

}  // namespace tappet::component
