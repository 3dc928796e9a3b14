// The emitter's inside, shared by its sources.
#pragma once

#include <memory>

#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/control.h"
#include "interp/exec/simd_tables.h"
#include "interp/translate/ir.h"

namespace tappet::translate {

using exec::at;
using exec::Family;
using exec::find;
using exec::Handler;
using exec::Handlers4;
using exec::PinHandlers1;
using exec::PinHandlers2;
using exec::PinHandlers3;

// Which of exec::kPlainLoads, or -1.
inline int plain_load(exec::FamilyRow row) {
  for (size_t i = 0; i < std::size(exec::kPlainLoads); ++i) {
    if (row == exec::family_row(exec::kPlainLoads[i])) return static_cast<int>(i);
  }
  return -1;
}

class Emitter {
 public:
  Emitter(const ModuleCode& code, Ir& ir)
      : code_(code), ir_(ir), out_(std::make_unique<FunctionCode>()) {
    const Module& module = code.module();
    const bool guarded =
        !module.memories.empty() &&
        effective_strategy(module.memories[0].type, code.strategy()) == MemoryStrategy::kGuard;
    memory_ = guarded ? &exec::kGuardedMemoryHandlers : &exec::kCheckedMemoryHandlers;
  }

  std::unique_ptr<FunctionCode> emit();

 private:
  struct Fixup {
    uint32_t word;    // where the distance is stored
    uint32_t origin;  // the branching instruction
    uint32_t label;
    enum class Half : uint8_t { kHigh, kLow } half;
  };

  uint32_t here() const { return static_cast<uint32_t>(out_->words.size()); }
  void word(uint64_t value) { out_->words.push_back(value); }
  void handler(Handler handler) { word(exec::to_word(handler)); }
  // The handler of a branch whose distance is in its high field.
  void branching(Handler fused, uint32_t label) {
    fixups_.push_back({here() + 1, here(), label, Fixup::Half::kHigh});
    handler(fused);
  }
  void constant(const Operand& o) {
    if (o.cls == Class::kConst) word(o.value);
  }
  static uint64_t pack(uint32_t a, uint32_t b, uint32_t d = 0, uint32_t x = 0) {
    return a | uint64_t{b} << 16 | uint64_t{d} << 32 | uint64_t{x} << 48;
  }
  static uint64_t pack_high(uint32_t a, uint32_t b, uint64_t high) {
    return a | uint64_t{b} << 16 | high << 32;
  }
  static bool is_slot(const Operand& o) { return o.cls == Class::kSlot; }
  // The class of an operand that is read from its slot if it has one.
  static Class unpinned(const Operand& o) { return exec::is_pin(o.cls) ? Class::kSlot : o.cls; }
  // In a frame slot, and perhaps in a register too.
  static bool has_slot(const Operand& o) { return is_slot(o) || exec::is_pin(o.cls); }

  // The handler of an instruction of those kinds that can work on pinned locals, by the classes of
  // its operands; null if there is none, or for other kinds.
  Handler lookup(const IrInstruction& i) const;
  // Brings operands into an order and classes that have a handler: slots instead of pins. True if
  // the result, which is pinned, goes to its slot alone.
  bool settle(IrInstruction& i) const;
  // Operands that no handler reads where they are go to slots: emits those moves. True if the
  // result comes from such a slot too.
  bool spill(IrInstruction& i);
  bool spill_these(const IrInstruction& i, uint32_t which, IrInstruction& attempt) const;
  void move_for_spill(const Operand& from, const Operand& to, bool is_float);
  bool split_sum(IrInstruction& i);
  // After an instruction whose result does not come where it is wanted.
  void unspill(const IrInstruction& i, const Operand& result);
  uint32_t spill_slot(uint32_t operand) const {
    return is_large() ? ir_.scratch_slot + 2 * operand : ir_.spill_slot + operand;
  }
  // A conditional branch to a target that only plain branches have: around such a one.
  bool goes_around(const IrInstruction& i) const;
  static void negate(IrInstruction& branch);
  size_t branch_target(const IrInstruction& i) const;
  Handler object_handler(const IrInstruction& i) const;
  Handler any_memory_handler(const IrInstruction& i) const;
  Handler binary_handler(const IrInstruction& i) const;
  Handler unary_handler(const IrInstruction& i) const;
  Handler memory_handler(const IrInstruction& i) const;
  Handler fused_handler(const IrInstruction& i) const;

  // The first instruction at which a link may have left its registers.
  size_t end_of_held_link() const;
  void zero_locals();
  // For OpProfile.
  uint32_t count_execution();
  void count_in(uint32_t counter, size_t index, std::string op);
  void cost_of_round(const IrInstruction& i);
  void load_pin(const Operand& pin);
  void near(IrInstruction& i);
  void fetch(Operand& o, uint32_t scratch);
  bool far(const Operand& o) const { return is_slot(o) && o.slot >= kNearSlots; }
  void emit_one(const IrInstruction& i);
  // Superinstructions: emits ir_.code[index] and one or two that follow as one, and returns how
  // many it took; or does nothing and returns 0.
  size_t try_fuse(size_t index);
  bool try_pair(const IrInstruction& first, const IrInstruction& second);
  bool try_three(const IrInstruction& first, const IrInstruction& second,
                 const IrInstruction& third);
  bool moves_and_call(const IrInstruction& first, const IrInstruction& second,
                      const IrInstruction& call);
  bool increment_two_branch(const IrInstruction& first, const IrInstruction& second,
                            const IrInstruction& branch);
  bool move_increment_branch(const IrInstruction& move, const IrInstruction& add,
                             const IrInstruction& branch);
  bool move_two(const IrInstruction& first, const IrInstruction& second);
  static bool is_plain_move(const IrInstruction& i);
  static bool is_increment(const IrInstruction& i);
  // Whether an argument may be made after the link has been written. A value that was popped may
  // lie where the link is: neither is it read from there then, nor is a dead one written.
  static bool may_follow_link(const IrInstruction& argument, const IrInstruction& call) {
    return (is_const(argument.a) || argument.a.slot < call.frame) &&
           argument.d.slot < call.frame + call.link;
  }
  bool move_and_call(const IrInstruction& first, const IrInstruction& call);
  bool increment_two(const IrInstruction& first, const IrInstruction& second);
  bool load_branch(const IrInstruction& first, const IrInstruction& second);
  bool compare_select(const IrInstruction& first, const IrInstruction& second);
  bool increment_branch(const IrInstruction& first, const IrInstruction& second);
  bool and_keep_branch(const IrInstruction& first, const IrInstruction& branch, bool if_zero);
  bool and_branch(const IrInstruction& first, const IrInstruction& second);
  bool jump(const IrInstruction& first, const IrInstruction& branch);
  bool float_sum_branch(const IrInstruction& sum, const IrInstruction& branch);
  bool range_branch(const IrInstruction& sum, const IrInstruction& branch);
  bool move_and_call_indirect(const IrInstruction& move, const IrInstruction& call);
  bool add_and_call(const IrInstruction& add, const IrInstruction& call);
  bool load_and_call(const IrInstruction& load, const IrInstruction* move,
                     const IrInstruction& call);
  bool store_return(const IrInstruction& store, const IrInstruction& leave);
  bool checked() const { return memory_ == &exec::kCheckedMemoryHandlers; }
  bool return_binary(const IrInstruction& binary, const IrInstruction& leave);
  bool return_load(const IrInstruction& load, const IrInstruction& leave);
  // Around accesses to memory: emit_memory.cpp.
  struct Advance {
    const IrInstruction* load = nullptr;
    const IrInstruction* add = nullptr;
    size_t row = 0;        // of exec::kPlainLoads
    uint64_t addends = 0;  // of the local, and of the address
  };
  static bool advance_of(const IrInstruction& first, const IrInstruction& second, Advance& out);
  bool load_advance(const IrInstruction& first, const IrInstruction& second);
  // `again`: at the end of the loop that they begin.
  bool load_advance_table(const IrInstruction& first, const IrInstruction& second,
                          const IrInstruction& table, bool again = false);
  bool load_table(const IrInstruction& first, const IrInstruction& table, bool again = false);
  bool header_again(uint32_t label);
  bool load_masked(const IrInstruction& first, const IrInstruction& load);
  bool load_load_mul(const IrInstruction& first, const IrInstruction& second);
  bool load_load(const IrInstruction& first, const IrInstruction& second);
  bool load_keep_branch(const IrInstruction& load, const IrInstruction& branch);
  bool add_to_memory(const IrInstruction& load, const IrInstruction& add,
                     const IrInstruction& store);
  bool load_mul_add(const IrInstruction& first, const IrInstruction& add);
  bool fill(const IrInstruction& store, const IrInstruction& add, const IrInstruction& branch);
  // Hashes and ciphers: emit_hash.cpp.
  bool add_xor_rotl(const IrInstruction& first, const IrInstruction& second);
  bool rotl_xor_rotl(const IrInstruction& first, const IrInstruction& second);
  bool shift_xor_mul(const IrInstruction& first, const IrInstruction& second);
  void binary(const IrInstruction& i);
  void unary(const IrInstruction& i);
  void fused(const IrInstruction& i);
  void load(const IrInstruction& i);
  void store(const IrInstruction& i);
  void any_memory(const IrInstruction& i);
  void select(const IrInstruction& i);
  void plain_branch(uint32_t label);
  void branch(const IrInstruction& i);
  void branch_table(const IrInstruction& i);
  // 1 if some are headers of loops, 2 if those are metered.
  size_t to_loops(const std::vector<uint32_t>& labels) const;
  void distances(const std::vector<uint32_t>& labels, uint32_t origin);
  void global(const IrInstruction& i, const Operand& value);
  void call(const IrInstruction& i);
  // The words of an indirect and of a direct call behind the handler.
  void call_indirect_words(const IrInstruction& i);
  void call_words(const IrInstruction& i);
  // Vector instructions: emitter_simd.cpp.
  void simd(const IrInstruction& i);
  void vector(const IrInstruction& i);
  Handler vector_handler(const IrInstruction& i) const;
  void wide(const IrInstruction& i);
  void gc(const IrInstruction& i);
  exec::simd::Access access_of(const IrInstruction& i) const;
  void resolve();
  void side_table();
  // Some slots are beyond 16-bit fields: every instruction is emitted by itself.
  bool is_large() const { return ir_.frame_slots >= kNearSlots; }
  bool to_loop(uint32_t label) const { return ir_.labels[label].is_loop; }
  // Whether the code takes fuel, and whether branches to a label do.
  bool metered() const { return code_.metered(); }
  bool is_metered(uint32_t label) const { return metered() && to_loop(label); }
  size_t target(uint32_t label) const {
    using exec::Target;
    const Label& l = ir_.labels[label];
    Target target = Target::kForward;
    if (l.is_loop) target = metered() ? Target::kMeteredLoop : Target::kLoop;
    if (l.is_pinned) target = metered() ? Target::kMeteredPinnedLoop : Target::kPinnedLoop;
    return static_cast<size_t>(target);
  }
  // How a branch reads an operand: those that are metered, or leave for an outer loop, know no
  // pins.
  Class class_in_branch(const Operand& o, uint32_t label) const {
    const bool knows = !to_loop(label) || (ir_.labels[label].is_pinned && !metered());
    return exec::is_pin(o.cls) && !knows ? Class::kSlot : o.cls;
  }

  const ModuleCode& code_;
  Ir& ir_;
  size_t repeated_labels_ = 0;  // by header_again()
  bool link_held_ = false;      // exec::kLinkRegisters, where code is being emitted
  std::unique_ptr<FunctionCode> out_;
  const exec::MemoryHandlers* memory_;
  std::vector<Fixup> fixups_;
  std::vector<uint32_t> positions_;  // by IR index: first word
  std::vector<bool> labelled_;       // by IR index
};

}  // namespace tappet::translate
