// Superinstructions: two neighbouring operations become one where no label stands between and the
// first only feeds the second.
#include "interp/translate/emitter_impl.h"

namespace tappet::translate {

using exec::family_row;

namespace {

bool is_const(const Operand& o) { return o.cls == Class::kConst; }
bool is_acc(const Operand& o) { return o.cls == Class::kAcc; }

}  // namespace

size_t Emitter::try_fuse(size_t index) {
  if (index + 1 >= ir_.code.size() || labelled_[index + 1] || is_large()) return 0;
  const IrInstruction& first = ir_.code[index];
  const IrInstruction& second = ir_.code[index + 1];
  if (!first.has_result) return 0;
  const uint32_t word = here();
  const bool more = index + 2 < ir_.code.size() && !labelled_[index + 2];
  size_t taken = more && try_three(first, second, ir_.code[index + 2]) ? 3 : 0;
  if (taken == 0 && try_pair(first, second)) taken = 2;
  // What may trap is the load of a pair that has one, and the call, which comes last.
  const bool calls = taken != 0 && ir_.code[index + taken - 1].kind == IrKind::kCall;
  if (taken != 0)
    out_->origins.push_back({word, calls ? ir_.code[index + taken - 1].offset : first.offset});
  return taken;
}

bool Emitter::try_three(const IrInstruction& first, const IrInstruction& second,
                        const IrInstruction& third) {
  if (third.kind == IrKind::kCall) return moves_and_call(first, second, third);
  return increment_two_branch(first, second, third);
}

bool Emitter::try_pair(const IrInstruction& first, const IrInstruction& second) {
  switch (first.kind) {
    case IrKind::kMoveInt:
      return move_and_call(first, second) || move_two(first, second);
    case IrKind::kLoad:
      return load_branch(first, second);
    case IrKind::kBinary:
      return increment_branch(first, second) || and_branch(first, second) ||
             compare_select(first, second) || increment_two(first, second);
    default:
      return false;
  }
}

bool Emitter::is_plain_move(const IrInstruction& i) {
  return i.kind == IrKind::kMoveInt && (has_slot(i.a) || is_const(i.a)) && is_slot(i.d);
}

bool Emitter::is_increment(const IrInstruction& i) {
  return i.kind == IrKind::kBinary && i.row == family_row(Opcode::kI32Add) && has_slot(i.d) &&
         has_slot(i.a) && i.a.slot == i.d.slot && is_const(i.b);
}

bool Emitter::move_and_call(const IrInstruction& first, const IrInstruction& call) {
  if (!is_plain_move(first) || call.kind != IrKind::kCall) return false;
  handler(exec::kCallMovingHandlers[metered()][is_const(first.a)]);
  word(pack(first.a.slot, first.d.slot));
  constant(first.a);
  call_words(call);
  return true;
}

bool Emitter::moves_and_call(const IrInstruction& first, const IrInstruction& second,
                             const IrInstruction& call) {
  if (!is_plain_move(first) || !is_plain_move(second)) return false;
  handler(exec::kCallMovingTwoHandlers[metered()][is_const(first.a)][is_const(second.a)]);
  word(pack(first.a.slot, first.d.slot, second.a.slot, second.d.slot));
  constant(first.a), constant(second.a);
  call_words(call);
  return true;
}

bool Emitter::increment_two_branch(const IrInstruction& first, const IrInstruction& second,
                                   const IrInstruction& branch) {
  if (!is_increment(first) || !is_increment(second) || branch.kind != IrKind::kIntBranch ||
      !ir_.labels[branch.label].is_pinned || is_acc(branch.b) ||
      branch.row.row >= family_row(Opcode::kI64Eq).row || first.d.slot == second.d.slot)
    return false;
  const auto compares = [&](const IrInstruction& i) {
    return has_slot(branch.a) && branch.a.slot == i.d.slot;
  };
  if (!compares(first) && !compares(second)) return false;
  const IrInstruction& compared = compares(second) ? second : first;
  const IrInstruction& other = compares(second) ? first : second;
  // The bound is read behind both increments, as it was.
  const Class bound = is_const(branch.b) ? Class::kConst : Class::kSlot;
  const Handler fused = find(exec::kIncrementTwoBranchHandlers[metered()][branch.row.row],
                             other.d.cls, compared.d.cls, bound);
  if (fused == nullptr) return false;
  fixups_.push_back({here() + 1, here(), branch.label, Fixup::Half::kHigh});
  handler(fused);
  word(pack(other.d.slot, compared.d.slot));
  word(static_cast<uint32_t>(other.b.value) | compared.b.value << 32);
  word(is_const(branch.b) ? branch.b.value : branch.b.slot);
  return true;
}

bool Emitter::move_two(const IrInstruction& first, const IrInstruction& second) {
  if (!is_plain_move(first) || !is_plain_move(second)) return false;
  handler(exec::kMoveTwoHandlers[is_const(first.a)][is_const(second.a)]);
  word(pack(first.a.slot, first.d.slot, second.a.slot, second.d.slot));
  constant(first.a), constant(second.a);
  return true;
}

bool Emitter::increment_two(const IrInstruction& first, const IrInstruction& second) {
  if (!is_increment(first) || !is_increment(second)) return false;
  handler(find(exec::kIncrementTwoHandlers, first.d.cls, second.d.cls));
  word(pack(first.d.slot, second.d.slot));
  word(first.b.value);
  word(second.b.value);
  return true;
}

bool Emitter::load_branch(const IrInstruction& first, const IrInstruction& second) {
  if (!is_acc(first.d) || is_const(first.a) || first.immediate > UINT32_MAX ||
      second.kind != IrKind::kIntBranch || !is_acc(second.a) || is_acc(second.b))
    return false;
  const int row = exec::find_pair(exec::kLoadBranches, first.row, second.row);
  if (row < 0) return false;
  const Class bound = is_const(second.b) ? Class::kConst : Class::kSlot;
  const PinHandlers2& handlers = memory_->load_branch[target(second.label)][row];
  const Handler pinned = find(handlers, first.a.cls, bound);
  fixups_.push_back({here() + 1, here(), second.label, Fixup::Half::kHigh});
  handler(pinned != nullptr ? pinned : find(handlers, Class::kSlot, bound));
  word(pack(first.a.slot, second.b.slot));
  word(first.immediate);
  constant(second.b);
  return true;
}

bool Emitter::compare_select(const IrInstruction& first, const IrInstruction& second) {
  if (first.row.family != Family::kIntCompare || !is_acc(first.d) ||
      first.row.row >= family_row(Opcode::kI64Eq).row)
    return false;
  if (second.kind != IrKind::kSelectInt || !is_acc(second.a) || !has_slot(second.b) ||
      !has_slot(second.x))
    return false;
  const auto plain = [](const Operand& o) { return exec::is_pin(o.cls) ? Class::kSlot : o.cls; };
  const PinHandlers3& handlers = exec::kCompareSelectHandlers[first.row.row];
  handler(find(handlers, plain(first.a), plain(first.b), second.d.cls));
  word(pack(first.a.slot, first.b.slot, second.d.slot, second.b.slot));
  word(second.x.slot);
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
  const Handler fused = find(exec::kIncrementBranchHandlers[target(second.label)][second.row.row],
                             first.d.cls, addend, class_in_branch(second.b, second.label));
  if (fused == nullptr) return false;
  fixups_.push_back({here() + 1, here(), second.label, Fixup::Half::kHigh});
  handler(fused);
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
  a.cls = class_in_branch(a, second.label);
  b.cls = class_in_branch(b, second.label);
  if (!exec::in_order(a.cls, b.cls)) std::swap(a, b);
  fixups_.push_back({here() + 1, here(), second.label, Fixup::Half::kHigh});
  handler(find(exec::kAndBranchHandlers[if_zero][target(second.label)], a.cls, b.cls));
  word(pack(a.slot, b.slot));
  constant(b);
  return true;
}

}  // namespace tappet::translate
