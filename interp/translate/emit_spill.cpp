// Instructions that the handler profile has for other operand classes only (exec/profile.h). What a
// handler cannot read from where it is, it reads from a slot that exists for that; what it cannot
// write comes from there.
#include <bit>

#include "interp/exec/profile.h"
#include "interp/translate/emitter_impl.h"
#include "interp/translate/pins.h"

namespace tappet::translate {

using exec::family_row;

namespace {

constexpr uint32_t kOperands = 4;
constexpr uint32_t kResult = 3;

Bank field_bank(exec::FieldRead read) {
  return read >= exec::FieldRead::kF32 ? Bank::kFloat : Bank::kInt;
}
Bank field_bank(exec::FieldWrite write) {
  return write >= exec::FieldWrite::kF32 ? Bank::kFloat : Bank::kInt;
}

// The banks of a, b, x and d; kNone where there is no such operand.
Banks spill_banks(const IrInstruction& i) {
  constexpr Bank none = Bank::kNone;
  constexpr Bank in = Bank::kInt;
  const bool is_float = i.row.family == Family::kFloatLoad || i.row.family == Family::kFloatStore;
  const Bank value = is_float ? Bank::kFloat : Bank::kInt;
  switch (i.kind) {
    case IrKind::kSelectInt:
      return {in, in, in, in};
    case IrKind::kSelectFloat:
      return {in, Bank::kFloat, Bank::kFloat, Bank::kFloat};
    case IrKind::kLoadAny:
      return {in, none, none, value};
    case IrKind::kStoreAny:
      return {in, value, none, none};
    case IrKind::kStructGet:
      return {in, none, none, field_bank(static_cast<exec::FieldRead>(i.first))};
    case IrKind::kStructSet:
      return {in, field_bank(static_cast<exec::FieldWrite>(i.first)), none, none};
    case IrKind::kArrayGet:
      return {in, in, none, field_bank(static_cast<exec::FieldRead>(i.first))};
    case IrKind::kArraySet:
      return {in, in, field_bank(static_cast<exec::FieldWrite>(i.first)), none};
    case IrKind::kArrayLen:
    case IrKind::kI31Get:
    case IrKind::kRefTest:
    case IrKind::kRefCast:
      return {in, none, none, in};
    default: {
      Banks banks = pinnable_banks(i);
      if (i.kind == IrKind::kLoad) banks.b = none;
      if (i.kind == IrKind::kStore) banks.x = none;
      return banks;
    }
  }
}

// a < b as b > a.
void mirror(IrInstruction& i) {
  const bool is_int = i.row.family == Family::kIntCompare;
  if ((i.kind != IrKind::kBinary && i.kind != IrKind::kIntBranch &&
       i.kind != IrKind::kFloatBranch) ||
      (!is_int && i.row.family != Family::kFloatCompare))
    return;
  i.row.row =
      is_int ? exec::kIntCompareRows[i.row.row].swapped : exec::kFloatCompareSwapped[i.row.row];
  std::swap(i.a, i.b);
}

// a != b as !(a == b).
void use_equality(IrInstruction& i) {
  for (const auto& [ne, eq] :
       {std::pair(Opcode::kF32Ne, Opcode::kF32Eq), std::pair(Opcode::kF64Ne, Opcode::kF64Eq)}) {
    if (i.row != family_row(ne)) continue;
    i.row = family_row(eq);
    i.flag = !i.flag;
  }
}

}  // namespace

// The address of an access that has no handler for sums, in the slot of its first operand.
bool Emitter::split_sum(IrInstruction& i) {
  if (i.kind != IrKind::kLoadSum && i.kind != IrKind::kStoreSum) return false;
  const bool is_load = i.kind == IrKind::kLoadSum;
  IrInstruction sum{};
  sum.kind = IrKind::kBinary;
  sum.row = family_row(Opcode::kI32Add);
  sum.a = i.a;
  sum.b = is_load ? i.b : i.x;
  sum.d = Operand::at_slot(spill_slot(0));
  settle(sum);
  emit_one(sum);
  i.kind = is_load ? IrKind::kLoad : IrKind::kStore;
  i.a = sum.d;
  (is_load ? i.b : i.x) = {};
  return true;
}

void Emitter::move_for_spill(const Operand& from, const Operand& to, bool is_float) {
  IrInstruction move{};
  // Constants are bits, in any bank.
  move.kind = is_float && from.cls != Class::kConst ? IrKind::kMoveFloat : IrKind::kMoveInt;
  move.a = from;
  move.d = to;
  emit_one(move);
}

void Emitter::unspill(const IrInstruction& i, const Operand& result) {
  move_for_spill(i.d, result, spill_banks(i).d == Bank::kFloat);
}

// Whether there is a handler if those operands are in slots.
bool Emitter::spill_these(const IrInstruction& i, uint32_t which, IrInstruction& attempt) const {
  attempt = i;
  Operand* const parts[] = {&attempt.a, &attempt.b, &attempt.x, &attempt.d};
  for (uint32_t k = 0; k < kOperands; ++k) {
    if ((which >> k & 1) != 0) *parts[k] = Operand::at_slot(spill_slot(k));
  }
  settle(attempt);
  if (lookup(attempt) != nullptr) return true;
  mirror(attempt);
  return lookup(attempt) != nullptr;
}

bool Emitter::spill(IrInstruction& i) {
  if (!exec::kCompact) return false;
  const Banks banks = spill_banks(i);
  if (banks.a == Bank::kNone || lookup(i) != nullptr) return false;
  if (i.kind == IrKind::kFloatBranch) use_equality(i);
  const Operand operands[] = {i.a, i.b, i.x, i.d};
  const Bank bank[] = {banks.a, banks.b, banks.x, banks.d};
  uint32_t can = 0;
  for (uint32_t k = 0; k < kOperands; ++k)
    can |= uint32_t{bank[k] != Bank::kNone && operands[k].cls != Class::kSlot} << k;
  // As few as will do.
  IrInstruction best{};
  uint32_t chosen = UINT32_MAX;
  for (uint32_t which = 0; which <= can; ++which) {
    if ((which & ~can) != 0 || std::popcount(which) >= std::popcount(chosen)) continue;
    IrInstruction attempt{};
    if (!spill_these(i, which, attempt)) continue;
    best = attempt;
    chosen = which;
  }
  if (chosen == UINT32_MAX) return split_sum(i) && spill(i);
  for (uint32_t k = 0; k < kResult; ++k) {
    if ((chosen >> k & 1) != 0)
      move_for_spill(operands[k], Operand::at_slot(spill_slot(k)), bank[k] == Bank::kFloat);
  }
  i = best;
  return (chosen >> kResult & 1) != 0;
}

bool Emitter::goes_around(const IrInstruction& i) const {
  return (i.kind == IrKind::kIntBranch || i.kind == IrKind::kFloatBranch) &&
         !exec::keep_branch(static_cast<exec::Target>(target(i.label)));
}

void Emitter::negate(IrInstruction& branch) {
  if (branch.kind == IrKind::kFloatBranch) {
    branch.flag = !branch.flag;
  } else {
    branch.row.row = exec::kIntCompareRows[branch.row.row].negated;
  }
}

size_t Emitter::branch_target(const IrInstruction& i) const {
  return goes_around(i) ? static_cast<size_t>(exec::Target::kForward) : target(i.label);
}

}  // namespace tappet::translate
