// Superinstructions of arithmetic: an operation whose operand was just computed, and is used by
// nobody else, takes over the operation that computed it. The accumulator that is saved that way
// can go on holding the other operand.
#include "interp/translate/function_translator.h"

namespace tappet::translate {

using exec::Family;
using exec::FamilyRow;
using exec::find_pair;

namespace {

constexpr uint64_t kShiftMask = 63;

bool commutes(FamilyRow row) {
  if (exec::int_commutes(row)) return true;
  for (const Opcode opcode : {Opcode::kF32Add, Opcode::kF32Mul, Opcode::kF64Add, Opcode::kF64Mul}) {
    if (row == exec::family_row(opcode)) return true;
  }
  return false;
}

// `first` followed by `row` with the operand `x`, of which the accumulator holds nothing; false if
// there is no such superinstruction. `swapped`: x is the left operand.
bool combine_int(IrInstruction& first, FamilyRow row, bool swapped) {
  if (first.row.family != Family::kIntBinary && first.row.family != Family::kIntCompare)
    return false;
  if (const int shift = find_pair(exec::kShiftOps, first.row, row);
      shift >= 0 && is_const(first.b) && !is_const(first.a)) {
    first.kind = IrKind::kShiftOp;
    first.first = static_cast<uint32_t>(shift);
    first.second = static_cast<uint32_t>(first.b.value & kShiftMask);
    return true;
  }
  if (const int count = find_pair(exec::kOpShifts, first.row, row);
      count >= 0 && !swapped && is_const(first.x) && !is_const(first.a)) {
    first.kind = IrKind::kOpShift;
    first.first = static_cast<uint32_t>(count);
    first.second = static_cast<uint32_t>(first.x.value & kShiftMask);
    return true;
  }
  const int pair = find_pair(exec::kOpOps, first.row, row, swapped && !commutes(row));
  if (pair < 0 || is_const(first.a)) return false;
  if (is_acc(first.b) && !commutes(first.row)) return false;
  first.kind = IrKind::kOpOp;
  first.first = static_cast<uint32_t>(pair);
  return true;
}

bool combine_float(IrInstruction& first, FamilyRow row, bool swapped) {
  if (first.row.family != Family::kFloatBinary || is_const(first.a) || is_const(first.x))
    return false;
  const int pair = find_pair(exec::kFloatOpOps, first.row, row, swapped && !commutes(row));
  if (pair < 0) return false;
  first.kind = IrKind::kFloatOpOp;
  first.first = static_cast<uint32_t>(pair);
  return true;
}

// The loaded value is the right operand, or the operation commutes.
bool combine_load(IrInstruction& first, FamilyRow row, bool swapped) {
  if (first.kind == IrKind::kLoadSum && !is_const(first.b)) return false;
  if (is_const(first.a) || is_const(first.x) || first.immediate > kMaxOffset) return false;
  if (!swapped && !commutes(row)) return false;
  const bool is_float = first.row.family == Family::kFloatLoad;
  const int pair = is_float ? find_pair(exec::kFloatLoadOps, first.row, row)
                            : find_pair(exec::kLoadOps, first.row, row);
  if (pair < 0) return false;
  first.second = first.kind == IrKind::kLoadSum ? static_cast<uint32_t>(first.b.value) : 0;
  first.kind = is_float ? IrKind::kFloatLoadOp : IrKind::kLoadOp;
  first.b = {};
  first.first = static_cast<uint32_t>(pair);
  return true;
}

bool combine(IrInstruction& first, FamilyRow row, bool swapped) {
  switch (first.kind) {
    case IrKind::kBinary:
      return combine_int(first, row, swapped) || combine_float(first, row, swapped);
    case IrKind::kLoad:
    case IrKind::kLoadSum:
      return combine_load(first, row, swapped);
    default:
      return false;
  }
}

}  // namespace

// Where `entry` lies when the instruction that came last is taken back: in the accumulator again if
// it was only moved home to make room for that one.
bool FunctionTranslator::returns_to_acc(const Entry& entry, uint32_t last) const {
  if (entry.where != Entry::Where::kHome || entry.is_vector()) return false;
  if (entry.producer == Entry::kNone || entry.producer < region_ || entry.is_low_half) return false;
  if (entry.producer + 1 != last) return false;
  const IrInstruction& producer = ir_.code[entry.producer];
  const bool is_move = producer.kind == IrKind::kMoveInt || producer.kind == IrKind::kMoveFloat;
  if (is_move && !is_acc(producer.a)) return false;
  return producer.d.cls == Class::kSlot && producer.d.slot == entry.home;
}

bool FunctionTranslator::fuse_binary(FamilyRow row, ValueKind result) {
  const size_t top = stack_.size() - 1;
  const bool right = last_producer(stack_[top]) != nullptr;
  const IrInstruction* const producer = last_producer(stack_[right ? top : top - 1]);
  if (producer == nullptr || is_large_) return false;
  const Entry& other = stack_[right ? top - 1 : top];
  const auto last = static_cast<uint32_t>(ir_.code.size() - 1);
  const bool to_acc = returns_to_acc(other, last);
  IrInstruction fused = *producer;
  fused.x = to_acc ? Operand::acc() : operand(other);
  // One of them has the accumulator.
  if (is_acc(fused.x) && (is_acc(fused.a) || is_acc(fused.b)) &&
      (fused.row.family != Family::kFloatLoad))
    return false;
  if (!combine(fused, row, right)) return false;
  const uint32_t other_producer = other.producer;
  pop(), pop();
  ir_.code.pop_back();
  if (to_acc) {
    IrInstruction& producer_of_other = ir_.code[other_producer];
    producer_of_other.d = Operand::acc();
    if (is_acc(producer_of_other.a) && (producer_of_other.kind == IrKind::kMoveInt ||
                                        producer_of_other.kind == IrKind::kMoveFloat))
      ir_.code.pop_back();  // it never left
  }
  produce(fused, result);
  return true;
}

// A load from (index << K) + base.
bool FunctionTranslator::fuse_scaled_load(const Instruction& in, FamilyRow row) {
  const IrInstruction* const producer = last_producer(stack_.back());
  if (producer == nullptr || is_large_) return false;
  int scaled = -1;
  for (size_t i = 0; i < std::size(exec::kScaledLoads); ++i) {
    if (exec::kScaledLoads[i] == row) scaled = static_cast<int>(i);
  }
  if (scaled < 0 || in.value > UINT32_MAX) return false;
  IrInstruction fused = *producer;
  const FamilyRow shl = exec::family_row(Opcode::kI32Shl);
  if (fused.kind == IrKind::kBinary && fused.row == shl && is_const(fused.b) &&
      !is_const(fused.a)) {
    fused.second = static_cast<uint32_t>(fused.b.value & kShiftMask);
    fused.x = Operand::constant(0);
  } else if (fused.kind != IrKind::kShiftOp || is_acc(fused.x) ||
             exec::kShiftOps[fused.first] !=
                 exec::PairRow{shl, exec::family_row(Opcode::kI32Add)}) {
    return false;
  }
  fused.kind = IrKind::kLoadScaled;
  fused.row = row;
  fused.b = {};
  fused.first = static_cast<uint32_t>(scaled);
  fused.immediate = in.value;
  pop();
  ir_.code.pop_back();
  produce(fused, in.opcode == Opcode::kI64Load ? ValueKind::kI64 : ValueKind::kI32);
  return true;
}

}  // namespace tappet::translate
