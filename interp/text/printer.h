// Prints modules. Types must have been decoded with a registry without equality, so that their ids
// are their indices.
#pragma once

#include <array>
#include <map>
#include <optional>

#include "interp/binary/instruction_reader.h"
#include "interp/text/type_printer.h"

namespace tappet::text {

class Printer : TypePrinter {
 public:
  explicit Printer(const Module& module);
  Result<std::string> print();

 private:
  std::string type_reference(uint32_t index) const override {
    return ids_[kTypeNames].reference(index);
  }
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

  // printer_expressions.cpp
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
