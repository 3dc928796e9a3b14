// Storing: values into linear memory (CanonicalABI.md, "Storing").
//
// The value is one of the type (check_value() where that is not known), and no longer than the
// guest may pass. All functions return false after a trap (context.h). Each may call realloc, hence
// run guest code and move the memory.
#pragma once

#include <span>

#include "canonical-abi/abi/context.h"

namespace tappet::component {

// Preconditions: ptr is aligned for t, and elem_size(t) bytes lie within memory.
bool store(LiftLowerContext& cx, const ComponentValue& v, const ValType& t, uint64_t ptr);

void store_int(LiftLowerContext& cx, uint64_t v, uint64_t ptr, uint32_t nbytes);

// The bits of a value of one of the types up to kChar, as lift_scalar() takes them.
uint64_t scalar_bits(const ComponentValue& v);

bool store_string_into_range(LiftLowerContext& cx, const ComponentValue& v, uint64_t& begin,
                             uint64_t& tagged_code_units);
// `was_utf16`: see ComponentValue.
bool store_string_into_range(LiftLowerContext& cx, std::string_view text, bool was_utf16,
                             uint64_t& begin, uint64_t& tagged_code_units);
// Makes room for so many elements. `t` is the list or map type.
bool allocate_list(LiftLowerContext& cx, uint64_t length, const ValType& t, uint64_t& begin);
bool store_list_into_range(LiftLowerContext& cx, const ComponentValue& v, const ValType& t,
                           uint64_t& begin, uint64_t& length);
bool store_list_into_valid_range(LiftLowerContext& cx, const ComponentValue& v, const ValType& t,
                                 uint64_t ptr);

// Fields one after the other, each at its alignment: of a record, a tuple, or spilled parameters.
bool store_fields(LiftLowerContext& cx, std::span<const ComponentValue> vs,
                  std::span<const Labelled> fields, uint64_t ptr);

// Handles: the index that the guest gets.
bool lower_handle(LiftLowerContext& cx, const ComponentValue& v, const ValType& t, uint32_t& i);

}  // namespace tappet::component
