// Prints modules. Types must have been decoded with a registry without equality, so that their ids
// are their indices.
#pragma once

#include <array>
#include <map>
#include <optional>

#include "interp/binary/instruction_reader.h"
#include "interp/text/names.h"

namespace tappet::text {

class Printer {
 public:
  explicit Printer(const Module& module);
  Result<std::string> print();
  // The module's imports and exports alone, each with its whole type.
  std::string print_type();

 private:
  // An index space's ids: only names that are unique and not empty can be ids.
  struct Ids {
    const NameMap* names = nullptr;
    std::map<std::string_view, uint32_t> count;
    bool is_id(uint32_t index) const;
    std::string reference(uint32_t index) const;  // "$name" or "7"
    std::string binding(uint32_t index) const;    // " $name", " (@name "x")" or " (;7;)"
    // The same for locals and fields, which know no annotations.
    std::string plain_binding(uint32_t index) const;
  };
  static Ids make_ids(const NameMap& names);

  void line(std::string_view text) { out_.append("  ").append(text).push_back('\n'); }

  // printer.cpp: fields
  void types();
  void type(uint32_t index, std::string_view indent);
  void imports();
  void tables();
  void memories();
  void tags();
  void globals();
  void exports();
  void elems();
  void datas();
  void functions();
  void function(uint32_t index);
  void sections_with_customs();
  std::string elem_items(const ElemSegment& elem) const;

  // module_type.cpp
  std::string extern_type(ExternKind kind, uint32_t index) const;
  bool mentions_types() const;

  // printer_types.cpp
  std::string value_type(ValueType type) const;
  std::string heap_type(HeapType heap) const;
  std::string field_type(const FieldType& field) const;
  std::string function_type(const FuncType& type, const Ids* params) const;
  std::string composite(const SubType& type, uint32_t index) const;
  std::string global_type(const GlobalType& type) const;
  std::string table_type(const TableType& type) const;
  std::string memory_type(const MemoryType& type) const;
  std::string const_expr(const ConstExpr& expr) const;

  // instruction_printer.cpp
  void body(const FunctionDecl& function, const Ids& locals);
  std::string immediates(const Instruction& in, const Ids& locals) const;
  std::string memarg(const Instruction& in) const;
  std::string block_type(const BlockType& block) const;
  std::string catches(const Instruction& in) const;

  const Module& module_;
  const AllNames names_;
  std::array<Ids, 12> ids_;
  std::string out_;
  std::optional<Error> error_;
};

}  // namespace tappet::text
