// Reads types as they occur in the type section, in declarations and in instructions (5.3).
#pragma once

#include <optional>
#include <span>

#include "interp/binary/reader.h"
#include "interp/module/types.h"

namespace tappet {

// What a type index may refer to, and which types are allowed. Borrows the list of types.
struct TypeScope {
  std::span<const TypeId> types;  // by type index
  uint32_t group_size = 0;        // types of the recursion group being read: they follow
  FeatureSet features;

  // The type of that index, members of the current group as TypeRegistry::kRecBase + position.
  std::optional<TypeId> find(uint32_t index) const;
};

// Errors stick in the reader: kMalformed, kUnsupported, or kInvalid for "unknown type 7".
ValueType read_value_type(Reader& in, const TypeScope& scope);
ValueType read_ref_type(Reader& in, const TypeScope& scope);
HeapType read_heap_type(Reader& in, const TypeScope& scope);
// Fails for an index without a type.
TypeId read_type_index(Reader& in, const TypeScope& scope);
// 0 or 1.
bool read_mutability(Reader& in);

GlobalType read_global_type(Reader& in, const TypeScope& scope);
TableType read_table_type(Reader& in, const TypeScope& scope);
MemoryType read_memory_type(Reader& in, const TypeScope& scope);

}  // namespace tappet
