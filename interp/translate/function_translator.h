// Translates one validated function body to Ir, in one pass.
//
// The operand stack is symbolic: an entry knows where its value is (its home slot, a local, a
// constant, an accumulator). local.get and constants emit nothing. A producer writes the
// accumulator of its bank; if another value still sits there, that one's producer is redirected to
// its home slot after the fact. local.set redirects the producer to the local. At labels everything
// lies at home, so that merges need no moves.
#pragma once

#include <optional>
#include <vector>

#include "interp/binary/instruction_reader.h"
#include "interp/exec/handler_tables.h"
#include "interp/module/instruction.h"
#include "interp/runtime/code.h"
#include "interp/translate/assigned_locals.h"
#include "interp/translate/ir.h"

namespace tappet::translate {

// A value on the operand stack.
struct Entry {
  enum class Where : uint8_t { kHome, kLocal, kConst, kAcc };
  Where where = Where::kHome;
  ValueKind kind = ValueKind::kI32;
  uint32_t home = 0;        // slot
  uint32_t local_slot = 0;  // kLocal
  uint64_t value = 0;       // kConst
  // The instruction that wrote it, if its destination may still be changed; else kNone.
  uint32_t producer = kNone;
  static constexpr uint32_t kNone = UINT32_MAX;
  bool is_home_too = false;  // kAcc: the home slot holds it as well
  bool is_low_half = false;  // the result of `producer` that goes to `frame`, not `d`
  bool is_chained = false;   // in the chain of its local_slot
  uint32_t next = 0;         // there: where the one below it is, + 1

  bool is_float() const { return kind == ValueKind::kF32 || kind == ValueKind::kF64; }
  bool is_vector() const { return kind == ValueKind::kV128; }
  // Floats and vectors share an accumulator.
  bool in_float_bank() const { return is_float() || is_vector(); }
  uint32_t slots() const { return ValueType::number(kind).slots(); }
  Operand at_slot(uint32_t slot) const { return Operand::at_slot(slot, is_vector()); }
};

struct ControlFrame {
  Opcode opcode = Opcode::kBlock;
  uint32_t label = kNoLabel;       // branches to it: the end, or a loop's start
  uint32_t else_label = kNoLabel;  // `if`: not yet bound
  uint32_t height = 0;             // entries below its parameters
  uint32_t assigned = 0;           // mark of AssignedLocals at its start
  bool label_used = false;
  uint32_t cost_before = 0;                   // loop: of the function up to here, in fuel
  uint32_t try_block = FunctionCode::kNoTry;  // try_table: in Ir::tries
  std::optional<uint32_t> catch_slots;        // of what clauses hand to the label, once one did
  bool has_value = false;                     // the shorthand for one result:
  ValueType value;
  std::span<const ValueType> params;
  std::span<const ValueType> results;

  std::span<const ValueType> result_types() const {
    return has_value ? std::span<const ValueType>(&value, 1) : results;
  }
};

class FunctionTranslator {
 public:
  // `code` outlives the translator.
  FunctionTranslator(const ModuleCode& code, uint32_t function_index)
      : FunctionTranslator(code, function_index, false) {}

  Ir translate();

 private:
  // `is_large`: the frame has more slots than 16-bit fields reach, and gets scratch slots.
  FunctionTranslator(const ModuleCode& code, uint32_t function_index, bool is_large);

  // driver: function_translator.cpp
  void layout_frame();
  void zero_locals();
  void translate_one(const Instruction& instruction);
  void skip_unreachable(const Instruction& instruction);

  // The symbolic stack.
  uint32_t next_home() const {
    return stack_.empty() ? temp_base_ : stack_.back().home + stack_.back().slots();
  }
  void need_slots(uint32_t count) { frame_slots_ = std::max(frame_slots_, count); }
  Entry& push(Entry::Where where, ValueKind kind);
  void push_local(uint32_t slot, ValueKind kind);
  void push_home(ValueType type) { push(Entry::Where::kHome, type.kind); }
  void push_const(ValueKind kind, uint64_t value) {
    push(Entry::Where::kConst, kind).value = value;
  }
  Entry pop();
  static Operand operand(const Entry& entry);
  static IrKind move_kind(const Entry& from);
  // Pops, at home if it is a constant: for operations without a constant class.
  Operand pop_variable();
  // Emits an operation whose result, if any, becomes the top of the stack.
  void produce(IrInstruction instruction, ValueKind kind);
  // Puts an entry's value into its home slot.
  void materialise(Entry& entry);
  void materialise_from(size_t height);
  void materialise_range(size_t from, size_t to);
  void flush_below_condition();
  void flush() { materialise_from(0); }
  void flush_accumulators();
  // Before a local changes: entries that still mean its old value.
  void materialise_local(uint32_t slot);
  void materialise_local(uint32_t slot, Entry& value);
  // Nothing emitted before may be changed any more: a label, a branch or a call stands between.
  void fence() { region_ = static_cast<uint32_t>(ir_.code.size()); }
  IrInstruction& append(IrInstruction instruction);
  IrInstruction& append(IrKind kind);
  void touch(const IrInstruction& instruction, uint32_t index);
  void move(const Entry& from, uint32_t slot);
  // The instruction that produced `entry`, if it is the last one and may be taken back.
  IrInstruction* last_producer(const Entry& entry);

  // families
  void numeric(const Instruction& in);
  void binary(exec::FamilyRow row, ValueKind result);
  void unary(exec::FamilyRow row, ValueKind result);
  // fuse: true if the operation was combined with the one before.
  bool fuse_binary(exec::FamilyRow row, ValueKind result);
  bool fuse_scaled_load(const Instruction& in, exec::FamilyRow row);
  bool returns_to_acc(const Entry& entry, uint32_t last) const;
  void eqz(exec::FamilyRow row);
  void reinterpret(Opcode opcode);
  void load(const Instruction& in, exec::FamilyRow row);
  void store(const Instruction& in, exec::FamilyRow row);
  // memory: what load and store leave to the checked handlers of any memory.
  bool is_any_memory(const Instruction& in) const;
  void load_any(const Instruction& in, exec::FamilyRow row, ValueKind result);
  void store_any(const Instruction& in, exec::FamilyRow row);
  void select();
  void simd(const Instruction& in);
  // references
  void ref_as_non_null();
  void br_on_null(uint32_t depth);
  void br_on_non_null(uint32_t depth);
  Operand reference_in_slot();
  void branch_on_reference(Operand reference, bool if_null, uint32_t depth);
  void local_get(uint32_t index);
  void local_set(uint32_t index, bool tee);
  bool redirect(const Entry& entry, uint32_t slot);
  void global_get(uint32_t index);
  void global_set(uint32_t index);
  void slow(const Instruction& in, uint32_t params, std::optional<ValueKind> result);
  // Emits an instruction that wants `params` operands in their home slots and leaves its result in
  // the first of these.
  void at_home(IrInstruction instruction, uint32_t params, std::optional<ValueKind> result);
  void variable_or_slow(const Instruction& in);
  void atomic(const Instruction& in);

  // wide
  void wide(const Instruction& in);
  void take_sum_operands(IrInstruction& instruction);
  void take_product_operands(IrInstruction& instruction);

  // gc
  void gc(const Instruction& in);
  void reference(const Instruction& in);
  const FieldType& field_of(const Instruction& in) const;
  const FieldType& element_of(uint32_t type) const;
  void struct_get(const Instruction& in);
  void struct_set(const Instruction& in);
  void array_get(const Instruction& in);
  void array_set(const Instruction& in);
  void test(Operand reference, ValueType type);
  void cast(ValueType type);
  void set_cast(IrInstruction& instruction, exec::CastTarget target, ValueType type) const;
  void slow_cast(Opcode opcode, ValueType type, ValueKind result);
  void br_on_cast(const Instruction& in);

  // control
  void control(const Instruction& in);
  void open_block(const Instruction& in);
  void else_();
  void end();
  void end_function();
  void br(uint32_t depth);
  void br_if(uint32_t depth);
  void br_table(const Instruction& in);
  void unconditional_branch(uint32_t depth);
  void conditional_branch(bool if_zero, uint32_t label);
  void fuse_condition(const IrInstruction& producer, bool if_zero, IrInstruction& branch);
  void truncate(size_t height);
  void return_();
  void call(uint32_t function);
  void call_indirect(uint32_t type, uint32_t table);
  void call_ref(uint32_t type);
  void finish_call(IrInstruction instruction, const CallShape& shape);
  void return_call(uint32_t function);
  void return_call_indirect(uint32_t type, uint32_t table);
  void return_call_ref(uint32_t type);
  void finish_return_call(IrInstruction instruction, const CallShape& shape);
  // exceptions
  void try_table(const Instruction& in);
  void add_catch(const CatchClause& clause);
  void close_try(const ControlFrame& frame);
  uint32_t return_pad();
  void emit_return_pad();
  void throw_(uint32_t tag);
  void throw_ref();
  void throw_values(IrKind kind, uint32_t tag, size_t count);
  uint32_t add_label(bool is_loop = false);
  void bind(uint32_t label);
  void become_unreachable() { unreachable_depth_ = 1; }
  ControlFrame& frame_at(uint32_t depth) { return control_[control_.size() - 1 - depth]; }
  std::span<const ValueType> label_types(const ControlFrame& frame) const {
    return frame.opcode == Opcode::kLoop ? frame.params : frame.result_types();
  }
  bool label_values_in_place(const ControlFrame& target) const;
  void move_label_values(const ControlFrame& target);
  // Moves the topmost values to consecutive slots: at or below where they lie, if there are many.
  void move_values(size_t count, uint32_t slot);

  const ModuleCode& code_;
  const Module& module_;
  const uint32_t function_index_;
  const FunctionDecl& function_;
  const CallShape& shape_;
  bool is_large_;
  Ir ir_;
  std::vector<Entry> stack_;
  // Bookkeeping that keeps translation linear however deep the stack is: entries below at_home_ are
  // kHome; in_acc_ are the heights of those in the integer and the floating accumulator; pending_
  // is where, + 1, the topmost entry that was pushed as kLocal is, by slot. Its chain leads to
  // those below, of which some may be at home by now.
  static constexpr size_t kNothing = SIZE_MAX;
  size_t at_home_ = 0;
  size_t in_acc_[2] = {kNothing, kNothing};
  std::vector<uint32_t> pending_;
  std::vector<ControlFrame> control_;
  std::vector<uint32_t> stub_of_;  // by depth: labels of the br_table at hand, else kNoLabel
  std::vector<uint32_t> local_slots_;
  std::vector<ValueKind> local_kinds_;
  AssignedLocals assigned_;  // the declared ones
  std::vector<uint32_t>
      touched_;  // by slot below temp_base_: the last instruction that reads or writes it, + 1
  uint32_t temp_base_ = 0;
  uint32_t frame_slots_ = 0;
  uint32_t region_ = 0;
  uint32_t offset_ = 0;
  // Open blocks inside unreachable code; 0: reachable.
  uint32_t unreachable_depth_ = 0;
  uint32_t open_try_ = FunctionCode::kNoTry;  // the innermost
  uint32_t return_pad_ = kNoLabel;
};

}  // namespace tappet::translate
