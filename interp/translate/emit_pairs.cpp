// Superinstructions: two neighbouring operations become one where no label stands between and the
// first only feeds the second.
#include <algorithm>

#include "interp/translate/emitter_impl.h"

namespace tappet::translate {

using exec::family_row;

namespace {

// What may trap, of those that became one, is the load or the call.
bool may_trap(IrKind kind) {
  switch (kind) {
    case IrKind::kCall:
    case IrKind::kCallIndirect:
    case IrKind::kLoad:
    case IrKind::kLoadSum:
    case IrKind::kFloatLoadOp:
    case IrKind::kStore:
    case IrKind::kStoreSum:
      return true;
    default:
      return false;
  }
}

}  // namespace

size_t Emitter::try_fuse(size_t index) {
  if (index + 1 >= ir_.code.size() || labelled_[index + 1] || is_large()) return 0;
  const IrInstruction& first = ir_.code[index];
  const IrInstruction& second = ir_.code[index + 1];
  // All of them begin with what has a result, but for fills.
  const bool stores = first.kind == IrKind::kStore || first.kind == IrKind::kStoreSum;
  if (!first.has_result && !stores) return 0;
  const uint32_t word = here();
  const bool more = index + 2 < ir_.code.size() && !labelled_[index + 2];
  size_t taken = more && try_three(first, second, ir_.code[index + 2]) ? 3 : 0;
  if (taken == 0 && try_pair(first, second)) taken = 2;
  if (taken == 0) return 0;
  size_t origin = index + taken - 1;
  while (origin > index && !may_trap(ir_.code[origin].kind)) --origin;
  out_->origins.push_back({word, ir_.code[origin].offset});
  return taken;
}

bool Emitter::try_three(const IrInstruction& first, const IrInstruction& second,
                        const IrInstruction& third) {
  if (third.kind == IrKind::kCall) {
    return moves_and_call(first, second, third) || load_and_call(first, &second, third) ||
           (first.d.slot != second.a.slot && first.d.slot != second.d.slot &&
            load_and_call(second, &first, third));
  }
  if (third.kind == IrKind::kBranchTable) return load_advance_table(first, second, third);
  switch (first.kind) {
    case IrKind::kMoveInt:
      return move_increment_branch(first, second, third);
    case IrKind::kLoad:
      return add_to_memory(first, second, third);
    case IrKind::kStore:
    case IrKind::kStoreSum:
      return fill(first, second, third);
    default:
      return increment_two_branch(first, second, third);
  }
}

bool Emitter::try_pair(const IrInstruction& first, const IrInstruction& second) {
  switch (first.kind) {
    case IrKind::kMoveInt:
      return move_and_call(first, second) || move_and_call_indirect(first, second) ||
             move_two(first, second) || jump(first, second);
    case IrKind::kLoad:
      return load_branch(first, second) || load_table(first, second) ||
             load_keep_branch(first, second) || load_advance(first, second) ||
             load_load_mul(first, second) || load_load(first, second) ||
             return_load(first, second) || load_and_call(first, nullptr, second);
    case IrKind::kStore:
      return store_return(first, second);
    case IrKind::kLoadSum:
      return load_load_mul(first, second);
    case IrKind::kFloatLoadOp:
      return load_mul_add(first, second);
    case IrKind::kOpShift:
      return load_masked(first, second);
    case IrKind::kOpOp:
      return range_branch(first, second);
    case IrKind::kShiftOp:
      return shift_xor_mul(first, second);
    case IrKind::kBinary:
      return increment_branch(first, second) || and_branch(first, second) ||
             compare_select(first, second) || increment_two(first, second) ||
             load_advance(first, second) || jump(first, second) || add_xor_rotl(first, second) ||
             rotl_xor_rotl(first, second) || add_and_call(first, second) ||
             return_binary(first, second) || range_branch(first, second) ||
             float_sum_branch(first, second);
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
  if (call.kind != IrKind::kCall || !is_plain_move(first) || !may_follow_link(first, call))
    return false;
  handler(exec::kCallMovingHandlers[metered()][is_const(first.a)]);
  word(pack(first.a.slot, first.d.slot));
  constant(first.a);
  call_words(call);
  return true;
}

bool Emitter::move_and_call_indirect(const IrInstruction& move, const IrInstruction& call) {
  if (call.kind != IrKind::kCallIndirect || !is_plain_move(move) || is_const(move.a)) return false;
  if (!may_follow_link(move, call)) return false;
  if (has_slot(call.a) && call.a.slot == move.d.slot) return false;
  const Class index = unpinned(call.a);
  const Handler fused = find(exec::kCallIndirectMovingHandlers[metered()], index);
  if (fused == nullptr) return false;
  handler(fused);
  word(pack(move.a.slot, move.d.slot));
  call_indirect_words(call);
  return true;
}

// (a + K) & M compared with a constant, or without the mask.
bool Emitter::range_branch(const IrInstruction& sum, const IrInstruction& branch) {
  constexpr exec::PairRow kMaskedSum{family_row(Opcode::kI32Add), family_row(Opcode::kI32And)};
  const bool masked = sum.kind == IrKind::kOpOp;
  if (masked ? exec::kOpOps[sum.first] != kMaskedSum || !is_const(sum.x)
             : sum.row != family_row(Opcode::kI32Add))
    return false;
  if (branch.kind != IrKind::kIntBranch || branch.row.row >= family_row(Opcode::kI64Eq).row)
    return false;
  if (!is_const(sum.b) || is_const(sum.a) || !is_acc(sum.d)) return false;
  if (!is_acc(branch.a) || !is_const(branch.b)) return false;
  const Handler fused = find(exec::kRangeBranchHandlers[target(branch.label)][branch.row.row],
                             class_in_branch(sum.a, branch.label));
  if (fused == nullptr) return false;
  const uint64_t mask = masked ? static_cast<uint32_t>(sum.x.value) : UINT32_MAX;
  branching(fused, branch.label);
  word(sum.a.slot);
  word(static_cast<uint32_t>(sum.b.value) | mask << 32);
  word(branch.b.value);
  return true;
}

bool Emitter::add_and_call(const IrInstruction& add, const IrInstruction& call) {
  if (call.kind != IrKind::kCall || add.row != family_row(Opcode::kI32Add)) return false;
  if (!has_slot(add.a) || !is_const(add.b) || !is_slot(add.d)) return false;
  if (!may_follow_link(add, call)) return false;
  handler(exec::kCallAddingHandlers[metered()]);
  word(pack(add.a.slot, add.d.slot));
  word(add.b.value);
  call_words(call);
  return true;
}

bool Emitter::load_and_call(const IrInstruction& load, const IrInstruction* move,
                            const IrInstruction& call) {
  if (call.kind != IrKind::kCall || load.kind != IrKind::kLoad) return false;
  if (load.row != family_row(Opcode::kI32Load) || load.immediate > UINT32_MAX) return false;
  if (!has_slot(load.a) || !is_slot(load.d) || !may_follow_link(load, call)) return false;
  if (move != nullptr &&
      (!is_plain_move(*move) || is_const(move->a) || !may_follow_link(*move, call)))
    return false;
  const Handler fused = exec::kCallLoadingHandlers[checked()][metered()][move != nullptr];
  if (fused == nullptr) return false;
  handler(fused);
  word(pack(load.a.slot, move != nullptr ? move->a.slot : 0, load.d.slot,
            move != nullptr ? move->d.slot : 0));
  word(load.immediate);
  call_words(call);
  return true;
}

bool Emitter::store_return(const IrInstruction& store, const IrInstruction& leave) {
  if (leave.kind != IrKind::kReturnInt || !has_slot(leave.a) || !has_slot(store.a)) return false;
  if (store.row != family_row(Opcode::kI32Store) || store.immediate > UINT32_MAX) return false;
  const Handler fused = find(exec::kStoreReturnHandlers[link_held_][checked()], unpinned(store.b));
  if (fused == nullptr) return false;
  handler(fused);
  word(pack(store.a.slot, store.b.slot, leave.a.slot, ir_.link_slot));
  word(store.immediate);
  return true;
}

bool Emitter::return_binary(const IrInstruction& binary, const IrInstruction& leave) {
  if (leave.kind != IrKind::kReturnInt || !is_acc(binary.d) || !is_acc(leave.a)) return false;
  if (binary.row.family != Family::kIntBinary) return false;
  const auto& handlers = exec::kReturnBinaryHandlers[link_held_][binary.row.row];
  const Handler fused = find(handlers, unpinned(binary.a), unpinned(binary.b));
  if (fused == nullptr) return false;
  handler(fused);
  word(pack_high(binary.a.slot, binary.b.slot, ir_.link_slot));
  constant(binary.b);
  return true;
}

bool Emitter::return_load(const IrInstruction& load, const IrInstruction& leave) {
  if (leave.kind != IrKind::kReturnInt || !is_acc(load.d) || !is_acc(leave.a)) return false;
  const int row = plain_load(load.row);
  if (row < 0 || load.immediate > kMaxOffset) return false;
  const Handler fused =
      find(exec::kReturnLoadHandlers[link_held_][checked()][row], unpinned(load.a));
  if (fused == nullptr) return false;
  handler(fused);
  word(pack_high(load.a.slot, static_cast<uint32_t>(load.immediate), ir_.link_slot));
  return true;
}

bool Emitter::float_sum_branch(const IrInstruction& sum, const IrInstruction& branch) {
  const bool is_64 = sum.row == family_row(Opcode::kF64Add);
  if (!is_64 && sum.row != family_row(Opcode::kF32Add)) return false;
  if (branch.kind != IrKind::kFloatBranch || to_loop(branch.label)) return false;
  if (!is_acc(sum.d) || !is_acc(branch.a) || is_acc(branch.b)) return false;
  const Class bound = is_const(branch.b) ? Class::kConst : Class::kSlot;
  const Handler fused =
      find(exec::kFloatSumBranchHandlers[branch.flag][branch.row.row], sum.a.cls, sum.b.cls, bound);
  if (fused == nullptr) return false;
  branching(fused, branch.label);
  word(pack(sum.a.slot, sum.b.slot));
  word(is_const(branch.b) ? branch.b.value : branch.b.slot);
  return true;
}

bool Emitter::moves_and_call(const IrInstruction& first, const IrInstruction& second,
                             const IrInstruction& call) {
  if (!is_plain_move(first) || !is_plain_move(second)) return false;
  if (!may_follow_link(first, call) || !may_follow_link(second, call)) return false;
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
  branching(fused, branch.label);
  word(pack(other.d.slot, compared.d.slot));
  word(static_cast<uint32_t>(other.b.value) | compared.b.value << 32);
  word(is_const(branch.b) ? branch.b.value : branch.b.slot);
  return true;
}

bool Emitter::move_increment_branch(const IrInstruction& move, const IrInstruction& add,
                                    const IrInstruction& branch) {
  if (!is_increment(add) || branch.kind != IrKind::kIntBranch) return false;
  if (metered() || !to_loop(branch.label)) return false;
  const bool less = branch.row == family_row(Opcode::kI32LtU);
  if (!less && branch.row != family_row(Opcode::kI32Ne)) return false;
  if (!has_slot(move.d) || move.d.slot == add.d.slot || is_acc(branch.b)) return false;
  if (!has_slot(branch.a) || branch.a.slot != add.d.slot) return false;
  const Class source = unpinned(move.a);
  const auto& handlers = exec::kMoveIncrementBranchHandlers[ir_.labels[branch.label].is_pinned];
  const Handler fused = find(handlers[less][is_const(branch.b)], source, move.d.cls, add.d.cls);
  if (fused == nullptr) return false;
  branching(fused, branch.label);
  word(pack(move.a.slot, move.d.slot));
  word(add.d.slot | uint64_t{static_cast<uint32_t>(add.b.value)} << 32);
  word(is_const(branch.b) ? branch.b.value : branch.b.slot);
  constant(move.a);
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
  const Handler fused = find(exec::kIncrementTwoHandlers, first.d.cls, second.d.cls);
  if (fused == nullptr) return false;
  handler(fused);
  word(pack(first.d.slot, second.d.slot));
  word(first.b.value);
  word(second.b.value);
  return true;
}

bool Emitter::load_branch(const IrInstruction& first, const IrInstruction& branch) {
  if (branch.kind != IrKind::kIntBranch) return false;
  IrInstruction second = branch;
  if (is_acc(second.b)) {
    std::swap(second.a, second.b);
    second.row.row = exec::kIntCompareRows[second.row.row].swapped;
  }
  if (!is_acc(first.d) || is_const(first.a) || first.immediate > UINT32_MAX || !is_acc(second.a) ||
      is_acc(second.b))
    return false;
  const int row = exec::find_pair(exec::kLoadBranches, first.row, second.row);
  if (row < 0) return false;
  const Class bound = is_const(second.b) ? Class::kConst : Class::kSlot;
  const PinHandlers2& handlers = memory_->load_branch[target(second.label)][row];
  Handler fused = find(handlers, first.a.cls, bound);
  if (fused == nullptr && has_slot(first.a)) fused = find(handlers, Class::kSlot, bound);
  if (fused == nullptr) return false;
  branching(fused, second.label);
  word(pack(first.a.slot, second.b.slot));
  word(first.immediate);
  constant(second.b);
  return true;
}

// What comes before an unconditional branch.
bool Emitter::jump(const IrInstruction& first, const IrInstruction& branch) {
  if (branch.kind != IrKind::kBranch || !has_slot(first.d)) return false;
  const bool is_move = first.kind == IrKind::kMoveInt;
  const bool is_add = first.kind == IrKind::kBinary && first.row == family_row(Opcode::kI32Add) &&
                      has_slot(first.a) && is_const(first.b);
  if (!is_move && !is_add) return false;
  const auto& tables = is_move ? exec::kMoveJumpHandlers : exec::kAddJumpHandlers;
  const PinHandlers2& handlers = tables[target(branch.label)];
  Handler fused = find(handlers, first.a.cls, first.d.cls);
  if (fused == nullptr && exec::is_pin(first.a.cls))
    fused = find(handlers, Class::kSlot, first.d.cls);
  if (fused == nullptr) return false;
  branching(fused, branch.label);
  word(pack(first.a.slot, first.d.slot));
  if (is_add) {
    word(first.b.value);
  } else {
    constant(first.a);
  }
  return true;
}

bool Emitter::compare_select(const IrInstruction& first, const IrInstruction& second) {
  if (first.row.family != Family::kIntCompare || !is_acc(first.d) ||
      first.row.row >= family_row(Opcode::kI64Eq).row)
    return false;
  if (second.kind != IrKind::kSelectInt || !is_acc(second.a) || !has_slot(second.b) ||
      !has_slot(second.x))
    return false;
  const PinHandlers3& handlers = exec::kCompareSelectHandlers[first.row.row];
  const Handler fused = find(handlers, unpinned(first.a), unpinned(first.b), second.d.cls);
  if (fused == nullptr) return false;
  handler(fused);
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
  branching(fused, second.label);
  word(pack(first.d.slot, first.b.slot));
  word(first.b.value);
  word(is_const(second.b) ? second.b.value : second.b.slot);
  return true;
}

bool Emitter::and_keep_branch(const IrInstruction& first, const IrInstruction& branch,
                              bool if_zero) {
  if (!has_slot(branch.a) || branch.a.slot != first.d.slot || !is_const(first.b)) return false;
  const Handler fused = find(exec::kAndKeepBranchHandlers[if_zero][target(branch.label)],
                             class_in_branch(first.a, branch.label), first.d.cls);
  if (fused == nullptr) return false;
  branching(fused, branch.label);
  word(pack(first.a.slot, first.d.slot));
  word(first.b.value);
  return true;
}

bool Emitter::and_branch(const IrInstruction& first, const IrInstruction& second) {
  if (first.row != family_row(Opcode::kI32And) || second.kind != IrKind::kIntBranch) return false;
  const bool if_zero = second.row == family_row(Opcode::kI32Eq);
  if (!if_zero && second.row != family_row(Opcode::kI32Ne)) return false;
  if (!is_const(second.b) || second.b.value != 0 || is_const(first.a)) return false;
  if (has_slot(first.d)) return and_keep_branch(first, second, if_zero);
  if (!is_acc(second.a)) return false;
  Operand a = first.a;
  Operand b = first.b;
  a.cls = class_in_branch(a, second.label);
  b.cls = class_in_branch(b, second.label);
  if (!exec::in_order(a.cls, b.cls)) std::swap(a, b);
  const Handler fused = find(exec::kAndBranchHandlers[if_zero][target(second.label)], a.cls, b.cls);
  if (fused == nullptr) return false;
  branching(fused, second.label);
  word(pack(a.slot, b.slot));
  constant(b);
  return true;
}

}  // namespace tappet::translate
