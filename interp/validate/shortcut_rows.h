// The shortcut's table: what it does with an opcode, and with which types.
#pragma once

#include <bit>

#include "interp/opcodes/opcode.h"
#include "interp/validate/stack_type.h"

namespace tappet {

// What FunctionValidator::Shortcut does with an opcode. Loads and stores are of memory 0 with
// 32-bit addresses.
enum class ShortcutForm : uint8_t {
  kOther,
  kUnary,  // numeric, with one operand
  kBinary,
  kConst,
  kFloatConst,
  kLoad,
  kStore,
  kLocalGet,
  kLocalSet,
  kLocalTee,
  kGlobalGet,
  kGlobalSet,
  kDrop,
  kSelect,
  kBlock,
  kLoop,
  kIf,
  kElse,
  kEnd,
  kBr,
  kBrIf,
  kReturn,
  kUnreachable,
  kCall,
  kCallIndirect,
};

// What it needs of an opcode's row.
struct ShortcutRow {
  ShortcutForm form = ShortcutForm::kOther;
  // How many bytes the LEB128 immediate may have, or a floating constant has. Five: it has 32 bits,
  // so some of the fifth byte's must be unused.
  uint8_t immediate_bytes = 0;
  bool is_signed = false;  // the immediate
  uint8_t max_align = 0;
  StackType top{};    // the topmost operand
  StackType below{};  // the operand under it
  StackType result{};
};

namespace shortcut {

constexpr StackType type_of(char letter) {
  switch (letter) {
    case 'l':
      return stack_type::kI64;
    case 'f':
      return stack_type::kF32;
    case 'd':
      return stack_type::kF64;
    default:  // 'a' too: loads and stores with 64-bit addresses are of no form
      return stack_type::kI32;
  }
}

struct SpecialForm {
  Opcode opcode;
  ShortcutForm form;
};
constexpr SpecialForm kSpecialForms[] = {
    {Opcode::kLocalGet, ShortcutForm::kLocalGet},
    {Opcode::kLocalSet, ShortcutForm::kLocalSet},
    {Opcode::kLocalTee, ShortcutForm::kLocalTee},
    {Opcode::kGlobalGet, ShortcutForm::kGlobalGet},
    {Opcode::kGlobalSet, ShortcutForm::kGlobalSet},
    {Opcode::kDrop, ShortcutForm::kDrop},
    {Opcode::kSelect, ShortcutForm::kSelect},
    {Opcode::kBlock, ShortcutForm::kBlock},
    {Opcode::kLoop, ShortcutForm::kLoop},
    {Opcode::kIf, ShortcutForm::kIf},
    {Opcode::kElse, ShortcutForm::kElse},
    {Opcode::kEnd, ShortcutForm::kEnd},
    {Opcode::kBr, ShortcutForm::kBr},
    {Opcode::kBrIf, ShortcutForm::kBrIf},
    {Opcode::kReturn, ShortcutForm::kReturn},
    {Opcode::kUnreachable, ShortcutForm::kUnreachable},
    {Opcode::kCall, ShortcutForm::kCall},
    {Opcode::kCallIndirect, ShortcutForm::kCallIndirect},
};

constexpr ShortcutForm special_form(Opcode opcode) {
  for (const SpecialForm& special : kSpecialForms) {
    if (special.opcode == opcode) return special.form;
  }
  return ShortcutForm::kOther;
}

constexpr ShortcutForm form_of(const OpcodeRow& op) {
  if (op.feature != Feature::kMvp) return ShortcutForm::kOther;
  if (op.signature.special) return special_form(op.opcode);
  const size_t params = op.signature.params.size();
  switch (op.immediate) {
    case Immediate::kNone:
      return params == 1   ? ShortcutForm::kUnary
             : params == 2 ? ShortcutForm::kBinary
                           : ShortcutForm::kOther;
    case Immediate::kI32:
    case Immediate::kI64:
      return ShortcutForm::kConst;
    case Immediate::kF32:
    case Immediate::kF64:
      return ShortcutForm::kFloatConst;
    case Immediate::kMemarg:
      return params == 1 ? ShortcutForm::kLoad : ShortcutForm::kStore;
    default:
      return ShortcutForm::kOther;
  }
}

constexpr uint8_t immediate_bytes(Immediate immediate) {
  switch (immediate) {
    case Immediate::kI64:
      return 6;
    case Immediate::kF32:
      return 4;
    case Immediate::kF64:
      return 8;
    default:
      return 5;
  }
}

constexpr ShortcutRow shortcut_row(Opcode opcode) {
  const OpcodeRow& op = row(opcode);
  ShortcutRow simple;
  simple.form = form_of(op);
  simple.immediate_bytes = immediate_bytes(op.immediate);
  simple.is_signed = op.immediate == Immediate::kI32 || op.immediate == Immediate::kI64;
  if (op.access_bytes != 0)
    simple.max_align = static_cast<uint8_t>(std::countr_zero(op.access_bytes));
  const std::string_view params = op.signature.params;
  if (!params.empty()) simple.top = type_of(params.back());
  if (params.size() == 2) simple.below = type_of(params.front());
  if (!op.signature.results.empty()) simple.result = type_of(op.signature.results.front());
  return simple;
}

}  // namespace shortcut

}  // namespace tappet
