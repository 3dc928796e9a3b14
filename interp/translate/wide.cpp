// Instructions with 128 bits in two i64s (wide-arithmetic proposal). The low result is born in its
// home slot, or in the local that is set to it; the high one is like any other result.
#include "interp/translate/emitter_impl.h"
#include "interp/translate/function_translator.h"

namespace tappet::translate {

void FunctionTranslator::wide(const Instruction& in) {
  IrInstruction instruction{};
  instruction.first = static_cast<uint32_t>(in.opcode);
  if (in.opcode == Opcode::kI64Add128 || in.opcode == Opcode::kI64Sub128) {
    take_sum_operands(instruction);
  } else {
    take_product_operands(instruction);
  }
  push(Entry::Where::kHome, ValueKind::kI64);
  const size_t low = stack_.size() - 1;
  instruction.frame = stack_[low].home;
  produce(instruction, ValueKind::kI64);
  // append() does not know of the operand that is not in a, b or x.
  const bool reads_local = instruction.kind == IrKind::kWideSum && !instruction.flag;
  if (reads_local && instruction.second < temp_base_)
    touched_[instruction.second] = static_cast<uint32_t>(ir_.code.size());
  stack_[low].producer = stack_.back().producer;
  stack_[low].is_low_half = true;
}

// Low halves come from slots; high halves, often zero, may also be constants.
void FunctionTranslator::take_sum_operands(IrInstruction& instruction) {
  for (size_t i = stack_.size() - 4; i < stack_.size(); ++i) {
    const bool is_low = (stack_.size() - i) % 2 == 0;
    const Entry::Where where = stack_[i].where;
    if (where == Entry::Where::kAcc || (is_low && where == Entry::Where::kConst))
      materialise(stack_[i]);
  }
  instruction.kind = IrKind::kWideSum;
  const Operand last = operand(pop());
  instruction.flag = last.cls == Class::kConst;
  instruction.second = last.slot;
  instruction.immediate = last.value;
  instruction.b = operand(pop());
  instruction.x = operand(pop());
  instruction.a = operand(pop());
}

void FunctionTranslator::take_product_operands(IrInstruction& instruction) {
  Entry& left = stack_[stack_.size() - 2];
  if (left.where == Entry::Where::kConst && stack_.back().where == Entry::Where::kConst)
    materialise(left);
  instruction.kind = IrKind::kWideProduct;
  instruction.b = operand(pop());
  instruction.a = operand(pop());
  if (instruction.a.cls == Class::kConst) std::swap(instruction.a, instruction.b);
}

void Emitter::wide(const IrInstruction& i) {
  if (i.kind == IrKind::kWideSum) {
    const Class last = i.flag ? Class::kConst : Class::kSlot;
    const bool is_sub = static_cast<Opcode>(i.first) == Opcode::kI64Sub128;
    handler(exec::kWideSumHandlers[is_sub][at(i.x.cls, last, i.d.cls)]);
    word(pack(i.a.slot, i.b.slot, i.d.slot, i.x.slot));
    word(i.frame | uint64_t{i.second} << 32);
    constant(i.x);
    if (i.flag) word(i.immediate);
  } else {
    const bool is_unsigned = static_cast<Opcode>(i.first) == Opcode::kI64MulWideU;
    handler(exec::kWideProductHandlers[is_unsigned][at(i.a.cls, i.b.cls, i.d.cls)]);
    word(pack(i.a.slot, i.b.slot, i.d.slot));
    word(i.frame);
    constant(i.b);
  }
}

}  // namespace tappet::translate
