// Superinstructions around accesses to memory.
#include <algorithm>

#include "interp/translate/emitter_impl.h"

namespace tappet::translate {

using exec::family_row;
using exec::PairRow;

namespace {

// What a 32-bit address is made of: an operand, a constant that is added to it in 32 bits, and an
// offset.
struct Address {
  Operand base;
  uint64_t addend = 0;
  uint64_t offset = 0;
};

// Of a load or a store; false if it is no such sum.
bool address_of(const IrInstruction& i, Address& out) {
  const bool sum = i.kind == IrKind::kLoadSum || i.kind == IrKind::kStoreSum;
  const Operand& added = i.kind == IrKind::kStoreSum ? i.x : i.b;
  if (is_const(i.a) || (sum && !is_const(added))) return false;
  out = {i.a, sum ? static_cast<uint32_t>(added.value) : 0, i.immediate};
  return true;
}

}  // namespace

// A local and a constant make a local; something is loaded from where the one or the other points.
// False if that is not what the two do.
bool Emitter::advance_of(const IrInstruction& first, const IrInstruction& second, Advance& out) {
  const bool load_first = first.kind == IrKind::kLoad;
  const IrInstruction& load = load_first ? first : second;
  const IrInstruction& add = load_first ? second : first;
  if (load.kind != IrKind::kLoad || add.kind != IrKind::kBinary ||
      add.row != family_row(Opcode::kI32Add) || !has_slot(add.a) || !is_const(add.b) ||
      !has_slot(add.d))
    return false;
  const int row = plain_load(load.row);
  if (row < 0 || !has_slot(load.a) || load.immediate > kMaxOffset) return false;
  const bool keeps = !is_acc(load.d);
  if (keeps && load.d.slot == add.d.slot) return false;
  if (load_first && keeps && load.d.slot == add.a.slot) return false;
  const bool from_sum = !load_first && load.a.slot == add.d.slot;
  if (!from_sum && load.a.slot != add.a.slot) return false;
  const uint64_t addend = static_cast<uint32_t>(add.b.value);
  out = {&load, &add, static_cast<size_t>(row), addend | (from_sum ? addend << 32 : 0)};
  return true;
}

bool Emitter::load_advance(const IrInstruction& first, const IrInstruction& second) {
  Advance step;
  if (!advance_of(first, second, step)) return false;
  const IrInstruction& add = *step.add;
  const Operand& to = step.load->d;
  const Handler fused = find(memory_->load_advance[step.row], add.a.cls, add.d.cls, to.cls);
  if (fused == nullptr) return false;
  handler(fused);
  word(pack(add.a.slot, add.d.slot, to.slot, static_cast<uint32_t>(step.load->immediate)));
  word(step.addends);
  return true;
}

bool Emitter::load_advance_table(const IrInstruction& first, const IrInstruction& second,
                                 const IrInstruction& table, bool again) {
  Advance step;
  if (!advance_of(first, second, step) || !is_acc(step.load->d) || !is_acc(table.a)) return false;
  const std::vector<uint32_t>& labels = ir_.branch_tables[table.immediate];
  const size_t loops = again ? 1 : to_loops(labels);
  if (loops == 2 || labels.size() > kMaxOffset) return false;
  const IrInstruction& add = *step.add;
  const Handler fused = find(memory_->load_advance_table[step.row][loops], add.a.cls, add.d.cls);
  if (fused == nullptr) return false;
  const uint32_t origin = here();
  handler(fused);
  word(pack(add.a.slot, add.d.slot, static_cast<uint32_t>(labels.size() - 1),
            static_cast<uint32_t>(step.load->immediate)));
  word(step.addends);
  distances(labels, origin);
  return true;
}

bool Emitter::load_table(const IrInstruction& first, const IrInstruction& table, bool again) {
  const int row = plain_load(first.row);
  if (row < 0 || is_const(first.a) || first.immediate > UINT32_MAX ||
      table.kind != IrKind::kBranchTable)
    return false;
  const bool same =
      is_acc(first.d) ? is_acc(table.a) : has_slot(table.a) && table.a.slot == first.d.slot;
  if (!same) return false;
  const std::vector<uint32_t>& labels = ir_.branch_tables[table.immediate];
  const size_t loops = again ? 1 : to_loops(labels);
  if (loops == 2) return false;
  const uint32_t origin = here();
  handler(find(memory_->load_table[row][loops], first.a.cls, first.d.cls));
  word(pack_high(first.a.slot, first.d.slot, labels.size() - 1));
  word(first.immediate);
  distances(labels, origin);
  return true;
}

// A branch back to a loop that begins by choosing what to do next, as interpreters do: chooses
// here. As a branch back it notices interruptions. All copies together have a few distances for
// each instruction at most: a function of nothing but branches back must not grow by the table's
// length.
bool Emitter::header_again(uint32_t label) {
  constexpr size_t kPerInstruction = 4;
  if (!to_loop(label) || metered() || is_large()) return false;
  const size_t begin = ir_.labels[label].position;
  size_t table = begin;
  while (table < begin + 2 && table + 1 < ir_.code.size() && !labelled_[table + 1] &&
         ir_.code[table].kind != IrKind::kBranchTable)
    ++table;
  const IrInstruction* const code = &ir_.code[begin];
  if (table == begin || ir_.code[table].kind != IrKind::kBranchTable) return false;
  const size_t labels = ir_.branch_tables[ir_.code[table].immediate].size();
  if (repeated_labels_ + labels > kPerInstruction * ir_.code.size()) return false;
  const bool loads_first = code[0].kind == IrKind::kLoad;
  out_->origins.push_back({here(), code[loads_first ? 0 : table - begin - 1].offset});
  if (table == begin + 1 ? loads_first && load_table(code[0], code[1], true)
                         : load_advance_table(code[0], code[1], code[2], true)) {
    repeated_labels_ += labels;
    return true;
  }
  out_->origins.pop_back();
  return false;
}

// A load from ((a & K) << S) or from its sum with a slot.
bool Emitter::load_masked(const IrInstruction& first, const IrInstruction& load) {
  constexpr exec::PairRow kMaskedIndex{family_row(Opcode::kI32And), family_row(Opcode::kI32Shl)};
  if (exec::kOpShifts[first.first] != kMaskedIndex || !is_const(first.b) || !is_acc(first.d))
    return false;
  if (load.kind != IrKind::kLoad && load.kind != IrKind::kLoadSum) return false;
  const bool sum = load.kind == IrKind::kLoadSum;
  const Operand& other = is_acc(load.a) ? load.b : load.a;
  if (sum ? !has_slot(other) || is_acc(load.a) == is_acc(load.b) : !is_acc(load.a)) return false;
  const auto* const row =
      std::find(std::begin(exec::kScaledLoads), std::end(exec::kScaledLoads), load.row);
  if (row == std::end(exec::kScaledLoads) || load.immediate > UINT32_MAX) return false;
  const auto index = static_cast<size_t>(row - std::begin(exec::kScaledLoads));
  const exec::PinHandlers3& handlers = memory_->load_masked[exec::scaled_row(index, first.second)];
  handler(find(handlers, first.a.cls, sum ? Class::kSlot : Class::kConst, load.d.cls));
  word(pack(first.a.slot, first.second, load.d.slot, sum ? other.slot : 0));
  word(static_cast<uint32_t>(first.b.value) | load.immediate << 32);
  return true;
}

// load [a] * load [b]
bool Emitter::load_load_mul(const IrInstruction& first, const IrInstruction& second) {
  if (second.kind != IrKind::kFloatLoadOp || !is_acc(first.d) || !is_acc(second.x)) return false;
  const bool is_64 = first.row == family_row(Opcode::kF64Load);
  if (!is_64 && first.row != family_row(Opcode::kF32Load)) return false;
  const PairRow product{first.row, family_row(is_64 ? Opcode::kF64Mul : Opcode::kF32Mul)};
  if (exec::kFloatLoadOps[second.first] != product) return false;
  Address a;
  if (!address_of(first, a) || a.offset > kMaxOffset) return false;
  if (!has_slot(a.base) || !has_slot(second.a)) return false;
  const Handler fused = find(memory_->load_load_mul[is_64], a.base.cls, second.a.cls, second.d.cls);
  if (fused == nullptr) return false;
  handler(fused);
  word(pack(a.base.slot, static_cast<uint32_t>(a.offset), second.d.slot,
            static_cast<uint32_t>(second.immediate)));
  word(a.addend | uint64_t{second.second} << 32);
  word(second.a.slot);
  return true;
}

// d += x * load [a]
bool Emitter::load_mul_add(const IrInstruction& first, const IrInstruction& add) {
  const bool is_64 = add.row == family_row(Opcode::kF64Add);
  if (!is_64 && add.row != family_row(Opcode::kF32Add)) return false;
  const PairRow product{family_row(is_64 ? Opcode::kF64Load : Opcode::kF32Load),
                        family_row(is_64 ? Opcode::kF64Mul : Opcode::kF32Mul)};
  if (add.kind != IrKind::kBinary || exec::kFloatLoadOps[first.first] != product) return false;
  const Operand& other = is_acc(add.a) ? add.b : add.a;
  if (!is_acc(first.d) || is_acc(add.a) == is_acc(add.b)) return false;
  if (!has_slot(other) || !has_slot(add.d) || other.slot != add.d.slot) return false;
  const Class x = unpinned(first.x);
  const Handler fused = find(memory_->load_mul_add[is_64], first.a.cls, x, add.d.cls);
  if (fused == nullptr) return false;
  handler(fused);
  word(pack(first.a.slot, static_cast<uint32_t>(first.immediate), add.d.slot, first.x.slot));
  word(first.second);
  return true;
}

// load [load [a]]
bool Emitter::load_load(const IrInstruction& first, const IrInstruction& second) {
  if (first.row != family_row(Opcode::kI32Load) || second.kind != IrKind::kLoad) return false;
  const int row = plain_load(second.row);
  if (row < 0 || is_const(first.a) || !is_acc(first.d) || !is_acc(second.a)) return false;
  if (first.immediate > UINT32_MAX || second.immediate > UINT32_MAX) return false;
  const Handler fused = find(memory_->load_load[row], first.a.cls, second.d.cls);
  if (fused == nullptr) return false;
  handler(fused);
  word(pack(first.a.slot, 0, second.d.slot));
  word(first.immediate | second.immediate << 32);
  return true;
}

// A load that a local keeps, and a branch by comparing it with a constant.
bool Emitter::load_keep_branch(const IrInstruction& load, const IrInstruction& branch) {
  const bool is_8 = load.row == family_row(Opcode::kI32Load8U);
  if (!is_8 && load.row != family_row(Opcode::kI32Load)) return false;
  if (branch.kind != IrKind::kIntBranch || !is_const(branch.b)) return false;
  const bool unequal = branch.row == family_row(Opcode::kI32Ne);
  if (!unequal && branch.row != family_row(Opcode::kI32Eq)) return false;
  if (!has_slot(load.d) || !has_slot(branch.a) || branch.a.slot != load.d.slot) return false;
  if (is_const(load.a) || load.immediate > UINT32_MAX) return false;
  const Handler fused = find(memory_->load_keep_branch[target(branch.label)][is_8][unequal],
                             class_in_branch(load.a, branch.label), load.d.cls);
  if (fused == nullptr) return false;
  branching(fused, branch.label);
  word(pack(load.a.slot, load.d.slot));
  word(load.immediate | branch.b.value << 32);
  return true;
}

// [a] += K
bool Emitter::add_to_memory(const IrInstruction& load, const IrInstruction& add,
                            const IrInstruction& store) {
  const bool is_64 = load.row == family_row(Opcode::kI64Load);
  if (!is_64 && load.row != family_row(Opcode::kI32Load)) return false;
  if (add.kind != IrKind::kBinary || store.kind != IrKind::kStore ||
      add.row != family_row(is_64 ? Opcode::kI64Add : Opcode::kI32Add) ||
      store.row != family_row(is_64 ? Opcode::kI64Store : Opcode::kI32Store))
    return false;
  if (!is_acc(load.d) || !is_acc(add.a) || !is_const(add.b) || !is_acc(add.d)) return false;
  if (!is_acc(store.b) || store.immediate != load.immediate) return false;
  const bool same = is_const(load.a)
                        ? is_const(store.a) && store.a.value == load.a.value
                        : has_slot(load.a) && has_slot(store.a) && store.a.slot == load.a.slot;
  if (!same || (!is_const(load.a) && load.immediate > UINT32_MAX)) return false;
  const Handler fused = find(memory_->add_to[is_64], load.a.cls);
  if (fused == nullptr) return false;
  handler(fused);
  word(pack_high(load.a.slot, 0, is_const(load.a) ? 0 : load.immediate));
  if (is_const(load.a)) word(load.a.value + load.immediate);
  word(add.b.value);
  return true;
}

// A store through the counter at the end of a loop.
bool Emitter::fill(const IrInstruction& store, const IrInstruction& add,
                   const IrInstruction& branch) {
  const bool is_32 = store.row == family_row(Opcode::kI32Store);
  if (!is_32 && store.row != family_row(Opcode::kI32Store8)) return false;
  if (add.kind != IrKind::kBinary || add.row != family_row(Opcode::kI32Add)) return false;
  if (branch.kind != IrKind::kIntBranch || metered() || !ir_.labels[branch.label].is_pinned)
    return false;
  const bool less = branch.row == family_row(Opcode::kI32LtU);
  if (!less && branch.row != family_row(Opcode::kI32Ne)) return false;
  Address to;
  if (!address_of(store, to) || to.offset > UINT32_MAX) return false;
  const auto is_counter = [&](const Operand& o) { return has_slot(o) && o.slot == to.base.slot; };
  if (!exec::is_pin(to.base.cls) || !is_counter(add.a) || !is_counter(add.d)) return false;
  if (!is_counter(branch.a) || is_acc(branch.b) || is_acc(add.b)) return false;
  const Handler fused = find(memory_->fill[is_32][less][is_const(add.b)], add.d.cls,
                             unpinned(store.b), unpinned(branch.b));
  if (fused == nullptr) return false;
  handler(fused);
  word(pack(to.base.slot, store.b.slot, add.b.slot));
  word(to.addend | to.offset << 32);
  word(static_cast<uint32_t>(add.b.value) | (is_const(branch.b) ? branch.b.value : branch.b.slot)
                                                << 32);
  word(store.b.value);
  return true;
}

}  // namespace tappet::translate
