// Calls in place of the current frame. Arguments are gathered at home, above everything that the
// callee's parameters overwrite; the handler moves them down.
#include "interp/translate/function_translator.h"

namespace tappet::translate {

void FunctionTranslator::return_call(uint32_t function) {
  const FunctionDecl& callee = module_.functions[function];
  IrInstruction instruction{};
  instruction.kind = callee.imported ? IrKind::kReturnCallImport : IrKind::kReturnCall;
  instruction.immediate = function;
  finish_return_call(instruction, code_.shape(callee.type_index));
}

void FunctionTranslator::return_call_indirect(uint32_t type, uint32_t table) {
  IrInstruction instruction{};
  instruction.kind = IrKind::kReturnCallIndirect;
  instruction.a = pop_variable();
  instruction.immediate = module_.types[type].value;
  instruction.second = table;
  finish_return_call(instruction, code_.shape(type));
}

void FunctionTranslator::return_call_ref(uint32_t type) {
  IrInstruction instruction{};
  instruction.kind = IrKind::kReturnCallRef;
  instruction.a = pop_variable();
  finish_return_call(instruction, code_.shape(type));
}

void FunctionTranslator::finish_return_call(IrInstruction instruction, const CallShape& shape) {
  const size_t count = shape.type->params.size();
  materialise_from(stack_.size() - count);
  for (size_t i = 0; i < count; ++i) pop();
  instruction.frame = next_home();
  instruction.link = shape.link_slot();
  instruction.first = shape.param_slots;
  need_slots(shape.locals_slot() + 1);
  append(instruction);
  fence();
  become_unreachable();
}

}  // namespace tappet::translate
