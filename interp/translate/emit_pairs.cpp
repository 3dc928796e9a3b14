// Superinstructions: two neighbouring operations become one where no label stands between and the
// first only feeds the second.
#include "interp/translate/emitter_impl.h"

namespace tappet::translate {

using exec::family_row;
using exec::FamilyRow;
using exec::PairRow;

namespace {

constexpr uint64_t kMaxOffset = 0xffff;

bool is_slot(const Operand& o) { return o.cls == Class::kSlot; }
bool has_slot(const Operand& o) { return is_slot(o) || exec::is_pin(o.cls); }
bool is_const(const Operand& o) { return o.cls == Class::kConst; }
bool is_acc(const Operand& o) { return o.cls == Class::kAcc; }

// The operand of `second` beside the accumulator, if that is a slot. `swapped`: the accumulator
// stands on the right.
const Operand* other_slot(const IrInstruction& second, bool& swapped) {
  swapped = is_acc(second.b);
  if (is_acc(second.a) == swapped) return nullptr;
  const Operand& other = swapped ? second.a : second.b;
  return has_slot(other) ? &other : nullptr;
}

bool commutes(FamilyRow row) {
  if (row.family == Family::kIntBinary) return exec::kIntBinaryCommutes[row.row];
  for (const Opcode opcode : {Opcode::kF32Add, Opcode::kF32Mul, Opcode::kF64Add, Opcode::kF64Mul}) {
    if (row == family_row(opcode)) return true;
  }
  return false;
}

template <size_t N>
std::optional<size_t> find_pair(const PairRow (&rows)[N], FamilyRow first, FamilyRow second,
                                bool swapped = false) {
  for (size_t i = 0; i < N; ++i) {
    if (rows[i].first == first && rows[i].second == second && rows[i].swapped == swapped) return i;
  }
  return std::nullopt;
}

}  // namespace

bool Emitter::try_pair(size_t index) {
  if (index + 1 >= ir_.code.size() || labelled_[index + 1]) return false;
  const IrInstruction& first = ir_.code[index];
  const IrInstruction& second = ir_.code[index + 1];
  if (!first.has_result || is_large()) return false;
  const uint32_t word = here();
  const bool done = [&] {
    switch (first.kind) {
      case IrKind::kMoveInt:
        return move_two(first, second);
      case IrKind::kLoad:
      case IrKind::kLoadSum:
        return load_pair(first, second);
      case IrKind::kBinary:
        return shift_pair(first, second) || multiply_pair(first, second) ||
               increment_branch(first, second) || and_branch(first, second);
      default:
        return false;
    }
  }();
  if (done) out_->origins.push_back({word, first.offset});
  return done;
}

bool Emitter::move_two(const IrInstruction& first, const IrInstruction& second) {
  const auto plain = [](const IrInstruction& i) {
    return i.kind == IrKind::kMoveInt && is_slot(i.a) && is_slot(i.d);
  };
  if (!plain(first) || !plain(second)) return false;
  handler(exec::kMoveTwoHandler);
  word(pack(first.a.slot, first.d.slot, second.a.slot, second.d.slot));
  return true;
}

bool Emitter::shift_pair(const IrInstruction& first, const IrInstruction& second) {
  if (!is_acc(first.d) || !is_const(first.b) || is_const(first.a) || second.kind != IrKind::kBinary)
    return false;
  bool swapped = false;
  const Operand* other = other_slot(second, swapped);
  const auto row = find_pair(exec::kShiftPairs, first.row, second.row);
  if (other == nullptr || !row) return false;
  const Handler fused = find(exec::kShiftPairHandlers[*row], first.a.cls, second.d.cls);
  handler(fused);
  word(pack(first.a.slot, other->slot, second.d.slot, static_cast<uint32_t>(first.b.value & 63)));
  return true;
}

bool Emitter::load_pair(const IrInstruction& first, const IrInstruction& second) {
  if (!is_acc(first.d) || is_const(first.a) || first.immediate > kMaxOffset) return false;
  if (second.kind != IrKind::kBinary) return false;
  const bool sum = first.kind == IrKind::kLoadSum;
  if (sum && !is_const(first.b)) return false;
  bool swapped = false;
  const Operand* other = other_slot(second, swapped);
  if (other == nullptr || (!swapped && !commutes(second.row))) return false;
  const bool is_float = first.row.family == Family::kFloatLoad;
  const auto row = is_float ? find_pair(exec::kFloatLoadPairs, first.row, second.row)
                            : find_pair(exec::kLoadPairs, first.row, second.row);
  if (!row) return false;
  const PinHandlers3* tables = is_float ? memory_->float_load_pair : memory_->load_pair;
  handler(find(tables[*row], first.a.cls, sum ? Class::kConst : Class::kSlot, second.d.cls));
  word(pack(first.a.slot, other->slot, second.d.slot, static_cast<uint32_t>(first.immediate)));
  if (sum) word(first.b.value);
  return true;
}

bool Emitter::multiply_pair(const IrInstruction& first, const IrInstruction& second) {
  if (!is_acc(first.d) || is_const(first.a) || second.kind != IrKind::kBinary) return false;
  bool swapped = false;
  const Operand* other = other_slot(second, swapped);
  if (other == nullptr) return false;
  const auto row =
      find_pair(exec::kMultiplyPairs, first.row, second.row, swapped && !commutes(second.row));
  if (!row) return false;
  handler(find(exec::kMultiplyPairHandlers[*row], first.a.cls, first.b.cls, second.d.cls));
  word(pack(first.a.slot, first.b.slot, second.d.slot, other->slot));
  constant(first.b);
  return true;
}

bool Emitter::increment_branch(const IrInstruction& first, const IrInstruction& second) {
  if (first.row != family_row(Opcode::kI32Add) || second.kind != IrKind::kIntBranch) return false;
  const auto same = [&](const Operand& o) { return has_slot(o) && o.slot == first.d.slot; };
  if (!has_slot(first.d) || !same(first.a) || is_acc(first.b)) return false;
  if (!same(second.a) || is_acc(second.b) || second.row.row >= family_row(Opcode::kI64Eq).row)
    return false;
  const Class addend = is_const(first.b) ? Class::kConst : Class::kSlot;
  fixups_.push_back({here() + 1, here(), second.label, Fixup::Half::kHigh});
  handler(find(exec::kIncrementBranchHandlers[target(second.label)][second.row.row], first.d.cls,
               addend, second.b.cls));
  word(pack(first.d.slot, first.b.slot));
  word(first.b.value);
  word(is_const(second.b) ? second.b.value : second.b.slot);
  return true;
}

bool Emitter::and_branch(const IrInstruction& first, const IrInstruction& second) {
  if (first.row != family_row(Opcode::kI32And) || !is_acc(first.d) ||
      second.kind != IrKind::kIntBranch)
    return false;
  const bool if_zero = second.row == family_row(Opcode::kI32Eq);
  if (!if_zero && second.row != family_row(Opcode::kI32Ne)) return false;
  if (!is_acc(second.a) || !is_const(second.b) || second.b.value != 0 || is_const(first.a))
    return false;
  Operand a = first.a;
  Operand b = first.b;
  if (!exec::in_order(a.cls, b.cls)) std::swap(a, b);
  fixups_.push_back({here() + 1, here(), second.label, Fixup::Half::kHigh});
  handler(find(exec::kAndBranchHandlers[if_zero][target(second.label)], a.cls, b.cls));
  word(pack(a.slot, b.slot));
  constant(b);
  return true;
}

}  // namespace tappet::translate
