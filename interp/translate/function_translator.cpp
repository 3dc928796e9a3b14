#include "interp/translate/function_translator.h"

#include <algorithm>

#include "interp/binary/instruction_reader.h"
#include "interp/exec/profile.h"
#include "interp/exec/simd_tables.h"

namespace tappet::translate {
namespace {

Bank bank_of(ValueKind kind) {
  if (kind == ValueKind::kV128) return Bank::kNone;
  return kind == ValueKind::kF32 || kind == ValueKind::kF64 ? Bank::kFloat : Bank::kInt;
}

// What does nothing at run time is free.
bool costs_fuel(Opcode opcode) {
  switch (opcode) {
    case Opcode::kBlock:
    case Opcode::kLoop:
    case Opcode::kTryTable:
    case Opcode::kElse:
    case Opcode::kEnd:
    case Opcode::kNop:
    case Opcode::kDrop:
    case Opcode::kReturn:
    case Opcode::kUnreachable:
      return false;
    default:
      return true;
  }
}

}  // namespace

FunctionTranslator::FunctionTranslator(const ModuleCode& code, uint32_t function_index,
                                       bool is_large)
    : code_(code),
      module_(code.module()),
      function_index_(function_index),
      function_(module_.functions[function_index]),
      shape_(code.shape(function_.type_index)),
      is_large_(is_large) {}

// [parameters | link | locals | scratch | temporaries]
void FunctionTranslator::layout_frame() {
  uint32_t slot = 0;
  for (const ValueType type : shape_.type->params) {
    local_slots_.push_back(slot);
    local_kinds_.push_back(type.kind);
    slot += type.slots();
  }
  ir_.link_slot = shape_.link_slot();
  slot = shape_.locals_slot();
  for (const LocalRun& run : module_.locals(function_)) {
    for (uint32_t i = 0; i < run.count; ++i) {
      local_slots_.push_back(slot);
      local_kinds_.push_back(run.type.kind);
      slot += run.type.slots();
    }
  }
  is_large_ |= slot >= kNearSlots;
  if (is_large_) {
    // Scratch slots lie before locals that could push them out of reach.
    ir_.scratch_slot = shape_.locals_slot();
    for (size_t i = shape_.type->params.size(); i < local_slots_.size(); ++i)
      local_slots_[i] += kScratchSlots;
    slot += kScratchSlots;
  }
  temp_base_ = slot;
  ir_.banks.resize(temp_base_);
  for (size_t i = 0; i < local_slots_.size(); ++i)
    ir_.banks[local_slots_[i]] = bank_of(local_kinds_[i]);
  touched_.resize(temp_base_);
  assigned_ = AssignedLocals(local_slots_.size() - shape_.type->params.size());
  pending_.resize(temp_base_);
  need_slots(temp_base_ + 1);
}

void FunctionTranslator::zero_locals() {
  const size_t params = shape_.type->params.size();
  for (size_t i = params; i < local_slots_.size(); ++i) {
    if (!assigned_.may_be_read_before(i - params)) continue;
    if (ir_.zero_slots == 0) ir_.zero_slot = local_slots_[i];
    const uint32_t slots = local_kinds_[i] == ValueKind::kV128 ? 2 : 1;
    ir_.zero_slots = local_slots_[i] + slots - ir_.zero_slot;
  }
}

Ir FunctionTranslator::translate() {
  layout_frame();
  ControlFrame& body = control_.emplace_back();
  body.label = add_label();
  body.results = shape_.type->results;
  const ByteSpan bytes =
      module_.bytes.subspan(function_.code_begin, function_.code_end - function_.code_begin);
  const TypeScope scope{module_.types, 0, FeatureSet::all()};
  InstructionReader reader(Reader(bytes, function_.code_begin), scope);
  Instruction instruction;
  while (!control_.empty() && reader.next(instruction)) {
    offset_ = static_cast<uint32_t>(instruction.offset);
    if (code_.metered() && costs_fuel(instruction.opcode)) ++ir_.cost;
    if (unreachable_depth_ != 0) {
      skip_unreachable(instruction);
    } else {
      translate_one(instruction);
    }
  }
  zero_locals();
  ir_.spill_slot = frame_slots_;
  ir_.frame_slots = ir_.spill_slot + (exec::kCompact ? kSpillSlots : 0);
  // Few functions outgrow 16 bits, and how far a function goes is known only now.
  if (ir_.frame_slots >= kNearSlots && !is_large_) {
    return FunctionTranslator(code_, function_index_, true).translate();
  }
  return std::move(ir_);
}

void FunctionTranslator::skip_unreachable(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::kBlock:
    case Opcode::kLoop:
    case Opcode::kIf:
    case Opcode::kTryTable:
      ++unreachable_depth_;
      break;
    case Opcode::kElse:
      if (unreachable_depth_ == 1) else_();
      break;
    case Opcode::kEnd:
      if (--unreachable_depth_ == 0) {
        unreachable_depth_ = 1;
        end();
      }
      break;
    default:
      break;
  }
}

void FunctionTranslator::translate_one(const Instruction& in) {
  const exec::FamilyRow row = exec::family_row(in.opcode);
  if (row.family != exec::Family::kNone) return numeric(in);
  switch (in.opcode) {
    case Opcode::kI32Const:
      return push_const(ValueKind::kI32, in.value);
    case Opcode::kI64Const:
      return push_const(ValueKind::kI64, in.value);
    case Opcode::kF32Const:
      return push_const(ValueKind::kF32, in.value);
    case Opcode::kF64Const:
      return push_const(ValueKind::kF64, in.value);
    case Opcode::kRefNull:
      return push_const(ValueKind::kRef, 0);
    case Opcode::kNop:
      return;
    case Opcode::kDrop:
      pop();
      return;
    case Opcode::kSelect:
    case Opcode::kSelectT:
      return select();
    case Opcode::kI32ReinterpretF32:
    case Opcode::kI64ReinterpretF64:
    case Opcode::kF32ReinterpretI32:
    case Opcode::kF64ReinterpretI64:
      return reinterpret(in.opcode);
    case Opcode::kI64Add128:
    case Opcode::kI64Sub128:
    case Opcode::kI64MulWideS:
    case Opcode::kI64MulWideU:
      return wide(in);
    default:
      return exec::simd::is_vector_instruction(in.opcode) ? simd(in) : variable_or_slow(in);
  }
}

Entry& FunctionTranslator::push(Entry::Where where, ValueKind kind) {
  Entry entry;
  entry.where = where;
  entry.kind = kind;
  entry.home = next_home();
  need_slots(entry.home + entry.slots());
  if (where == Entry::Where::kAcc) in_acc_[entry.in_float_bank()] = stack_.size();
  return stack_.emplace_back(entry);
}

void FunctionTranslator::push_local(uint32_t slot, ValueKind kind) {
  Entry& entry = push(Entry::Where::kLocal, kind);
  entry.local_slot = slot;
  entry.is_chained = true;
  entry.next = pending_[slot];
  pending_[slot] = static_cast<uint32_t>(stack_.size());
}

Entry FunctionTranslator::pop() {
  const Entry entry = stack_.back();
  stack_.pop_back();
  at_home_ = std::min(at_home_, stack_.size());
  if (entry.where == Entry::Where::kAcc) in_acc_[entry.in_float_bank()] = kNothing;
  if (entry.is_chained) pending_[entry.local_slot] = entry.next;
  return entry;
}

Operand FunctionTranslator::operand(const Entry& entry) {
  switch (entry.where) {
    case Entry::Where::kHome:
      return entry.at_slot(entry.home);
    case Entry::Where::kLocal:
      return entry.at_slot(entry.local_slot);
    case Entry::Where::kConst:
      return Operand::constant(entry.value);
    case Entry::Where::kAcc:
      break;
  }
  return Operand::acc();
}

Operand FunctionTranslator::pop_variable() {
  if (stack_.back().where == Entry::Where::kConst) materialise(stack_.back());
  return operand(pop());
}

IrInstruction& FunctionTranslator::append(IrInstruction instruction) {
  instruction.offset = offset_;
  touch(instruction, static_cast<uint32_t>(ir_.code.size()));
  return ir_.code.emplace_back(instruction);
}

void FunctionTranslator::touch(const IrInstruction& instruction, uint32_t index) {
  const auto touch = [&](const Operand& o) {
    if (o.cls == Class::kSlot && o.slot < temp_base_) touched_[o.slot] = index + 1;
  };
  touch(instruction.a), touch(instruction.b), touch(instruction.x);
  if (instruction.has_result) touch(instruction.d);
}

IrInstruction& FunctionTranslator::append(IrKind kind) {
  IrInstruction instruction{};
  instruction.kind = kind;
  return append(instruction);
}

void FunctionTranslator::produce(IrInstruction instruction, ValueKind kind) {
  Entry result;
  result.kind = kind;
  const size_t in_acc = in_acc_[result.in_float_bank()];
  if (in_acc != kNothing) materialise(stack_[in_acc]);
  instruction.has_result = true;
  instruction.d = Operand::acc();
  append(instruction);
  push(Entry::Where::kAcc, kind).producer = static_cast<uint32_t>(ir_.code.size() - 1);
}

IrKind FunctionTranslator::move_kind(const Entry& from) {
  if (from.is_vector()) return IrKind::kMoveVector;
  return from.where == Entry::Where::kAcc && from.is_float() ? IrKind::kMoveFloat
                                                             : IrKind::kMoveInt;
}

void FunctionTranslator::move(const Entry& from, uint32_t slot) {
  IrInstruction instruction{};
  instruction.kind = move_kind(from);
  instruction.a = operand(from);
  instruction.d = from.at_slot(slot);
  instruction.has_result = true;
  append(instruction);
}

void FunctionTranslator::materialise(Entry& entry) {
  if (entry.where == Entry::Where::kHome) return;
  if (entry.is_home_too) {
    // Nothing to do but to forget the accumulator.
  } else if (entry.where == Entry::Where::kAcc && entry.producer != Entry::kNone &&
             entry.producer >= region_) {
    ir_.code[entry.producer].d = entry.at_slot(entry.home);
  } else {
    move(entry, entry.home);
    entry.producer = static_cast<uint32_t>(ir_.code.size() - 1);
  }
  if (entry.where == Entry::Where::kAcc) in_acc_[entry.in_float_bank()] = kNothing;
  entry.where = Entry::Where::kHome;
}

void FunctionTranslator::materialise_from(size_t height) {
  for (size_t i = std::max(height, at_home_); i < stack_.size(); ++i) materialise(stack_[i]);
  if (height <= at_home_) at_home_ = stack_.size();
}

void FunctionTranslator::flush_accumulators() {
  for (size_t& height : in_acc_) {
    if (height != kNothing) materialise(stack_[height]);
  }
}

void FunctionTranslator::materialise_local(uint32_t slot) {
  for (uint32_t i = pending_[slot]; i != 0; i = stack_[i - 1].next) {
    Entry& entry = stack_[i - 1];
    if (entry.where == Entry::Where::kLocal) materialise(entry);
    entry.is_chained = false;
  }
  pending_[slot] = 0;
}

// The same, before `value` is computed if that has just been done: so its producer can write the
// local.
void FunctionTranslator::materialise_local(uint32_t slot, Entry& value) {
  const IrInstruction* const producer = last_producer(value);
  if (pending_[slot] == 0 || producer == nullptr || producer->kind == IrKind::kWideSum ||
      producer->kind == IrKind::kWideProduct)
    return materialise_local(slot);
  const size_t moves = ir_.code.size();
  for (uint32_t i = pending_[slot]; i != 0; i = stack_[i - 1].next) {
    Entry& entry = stack_[i - 1];
    entry.is_chained = false;
    if (entry.where != Entry::Where::kLocal) continue;
    materialise(entry);
    --entry.producer;
  }
  pending_[slot] = 0;
  const auto begin = ir_.code.begin();
  std::rotate(begin + value.producer, begin + static_cast<ptrdiff_t>(moves), ir_.code.end());
  value.producer = static_cast<uint32_t>(ir_.code.size() - 1);
  touch(ir_.code.back(), value.producer);
}

IrInstruction* FunctionTranslator::last_producer(const Entry& entry) {
  if (entry.where != Entry::Where::kAcc || entry.producer == Entry::kNone ||
      entry.producer < region_)
    return nullptr;
  if (entry.producer + 1 != ir_.code.size()) return nullptr;
  return &ir_.code.back();
}

}  // namespace tappet::translate
