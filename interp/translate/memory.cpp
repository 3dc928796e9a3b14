// Loads and stores of memories other than 0, and those with 64-bit addresses.
#include "interp/translate/function_translator.h"

namespace tappet::translate {

bool FunctionTranslator::is_any_memory(const Instruction& in) const {
  return in.a != 0 || module_.memories[0].type.address != AddressType::kI32;
}

void FunctionTranslator::load_any(const Instruction& in, exec::FamilyRow row, ValueKind result) {
  IrInstruction instruction{};
  instruction.kind = IrKind::kLoadAny;
  instruction.row = row;
  instruction.immediate = in.value;
  instruction.second = in.a;
  instruction.a = pop_variable();
  produce(instruction, result);
}

void FunctionTranslator::store_any(const Instruction& in, exec::FamilyRow row) {
  IrInstruction instruction{};
  instruction.kind = IrKind::kStoreAny;
  instruction.row = row;
  instruction.immediate = in.value;
  instruction.second = in.a;
  instruction.b = operand(pop());
  instruction.a = pop_variable();
  append(instruction);
}

}  // namespace tappet::translate
