// Atomic instructions: their operands lie at home.
#include "interp/translate/function_translator.h"

namespace tappet::translate {

void FunctionTranslator::atomic(const Instruction& in) {
  const Signature& signature = row(in.opcode).signature;
  IrInstruction instruction{};
  instruction.kind = IrKind::kAtomic;
  instruction.first = static_cast<uint32_t>(in.opcode);
  instruction.second = in.a;
  instruction.immediate = in.value;
  std::optional<ValueKind> result;
  if (!signature.results.empty())
    result = signature.results[0] == 'l' ? ValueKind::kI64 : ValueKind::kI32;
  at_home(instruction, static_cast<uint32_t>(signature.params.size()), result);
}

}  // namespace tappet::translate
