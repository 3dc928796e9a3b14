// Types as text, and ids for indices: what modules and components print alike.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "interp/module/module.h"
#include "interp/text/names.h"

namespace tappet::text {

// An index space's ids: only names that are unique and not empty can be ids. Borrows the names.
struct Ids {
  const NameMap* names = nullptr;
  std::map<std::string_view, uint32_t> count;
  bool is_id(uint32_t index) const;
  std::string reference(uint32_t index) const;  // "$name" or "7"
  std::string binding(uint32_t index) const;    // " $name", " (@name "x")" or " (;7;)"
  // The same for locals and fields, which know no annotations.
  std::string plain_binding(uint32_t index) const;
};
Ids make_ids(const NameMap& names);

// Where a TypeId stands in a type, it holds an index.
class TypePrinter {
 public:
  virtual ~TypePrinter() = default;

  std::string value_type(ValueType type) const;
  std::string composite(const SubType& type, const NameMap& fields) const;
  // " (param ...) (result ...)"; each parameter apart, where there are names to show.
  std::string function_type(const FuncType& type, const Ids* params) const;
  std::string global_type(const GlobalType& type) const;
  std::string table_type(const TableType& type) const;
  std::string memory_type(const MemoryType& type) const;

 protected:
  // "$name" or "7"
  virtual std::string type_reference(uint32_t index) const = 0;

  std::string heap_type(HeapType heap) const;
  std::string field_type(const FieldType& field) const;
};

}  // namespace tappet::text
