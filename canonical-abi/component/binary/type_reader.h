// The parts of the binary format that several sections share: types, names and sorts.
#pragma once

#include "canonical-abi/component/binary/reader.h"
#include "canonical-abi/component/syntax.h"

namespace tappet::component::binary {

// Core types (core_type_reader.cpp).
Result<ValueType> read_core_value_type(Reader& in);
Result<syntax::CoreTypeDef> read_core_type_def(Reader& in);

// sort, core:sort (names.cpp)
Result<Sort> read_sort(Reader& in, std::string_view what);
Result<Sort> read_core_sort(Reader& in, std::string_view what);
Result<syntax::SortIndex> read_sort_index(Reader& in, std::string_view what);
Result<syntax::SortIndex> read_core_sort_index(Reader& in, std::string_view what);
Result<ExternName> read_extern_name(Reader& in);
Result<syntax::ExternTypeUse> read_extern_type(Reader& in);
Result<syntax::Alias> read_alias(Reader& in);

// Component types (type_reader.cpp). `depth` counts the type scopes around.
Result<syntax::ValTypeUse> read_val_type(Reader& in);
Result<syntax::ValTypeUse> read_result_list(Reader& in);
Result<syntax::TypeDef> read_type_def(Reader& in, uint32_t depth);

// canon (canon_reader.cpp)
Result<syntax::Canon> read_canon(Reader& in);

}  // namespace tappet::component::binary
