// Superinstructions around accesses to memory.
#include "interp/translate/emitter_impl.h"

namespace tappet::translate {

using exec::family_row;
using exec::PairRow;

namespace {

bool is_const(const Operand& o) { return o.cls == Class::kConst; }
bool is_acc(const Operand& o) { return o.cls == Class::kAcc; }

constexpr uint64_t kMaxOffset = 0xffff;

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
  const Class x = exec::is_pin(first.x.cls) ? Class::kSlot : first.x.cls;
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
  fixups_.push_back({here() + 1, here(), branch.label, Fixup::Half::kHigh});
  handler(fused);
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
  const auto plain = [](const Operand& o) { return exec::is_pin(o.cls) ? Class::kSlot : o.cls; };
  const Handler fused =
      find(memory_->fill[is_32][less][is_const(add.b)], add.d.cls, plain(store.b), plain(branch.b));
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
