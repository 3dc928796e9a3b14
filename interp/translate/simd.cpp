// Vector instructions: the signature says what is popped and pushed.
#include "interp/exec/simd_tables.h"
#include "interp/translate/function_translator.h"

namespace tappet::translate {
namespace {

ValueKind kind_of(char letter) {
  switch (letter) {
    case 'v':
      return ValueKind::kV128;
    case 'l':
      return ValueKind::kI64;
    case 'f':
      return ValueKind::kF32;
    case 'd':
      return ValueKind::kF64;
    default:
      return ValueKind::kI32;
  }
}

}  // namespace

void FunctionTranslator::simd(const Instruction& in) {
  const Signature& signature = row(in.opcode).signature;
  IrInstruction instruction{};
  instruction.kind = IrKind::kVector;
  instruction.first = static_cast<uint32_t>(in.opcode);
  instruction.second = in.c;
  instruction.immediate = in.value;
  instruction.flag = row(in.opcode).access_bytes != 0 && is_any_memory(in);
  if (instruction.flag) instruction.frame = in.a;
  Operand* const operands[] = {&instruction.a, &instruction.b, &instruction.x};
  for (size_t i = signature.params.size(); i-- > 0;) {
    // The handlers of any memory take no constant address.
    *operands[i] = instruction.flag && i == 0 ? pop_variable() : operand(pop());
  }
  if (in.opcode == Opcode::kV128Const || in.opcode == Opcode::kI8x16Shuffle) {
    instruction.immediate = load_le<uint64_t>(in.v128.bytes);
    instruction.x = Operand::constant(load_le<uint64_t>(in.v128.bytes + 8));
  }
  if (signature.results.empty()) {
    append(instruction);
  } else {
    produce(instruction, kind_of(signature.results[0]));
  }
}

}  // namespace tappet::translate
