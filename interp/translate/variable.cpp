// Locals, globals, and the instructions that are executed out of line.
#include "interp/translate/function_translator.h"

namespace tappet::translate {

void FunctionTranslator::local_get(uint32_t index) {
  const size_t params = shape_.type->params.size();
  if (index >= params) assigned_.read(index - params);
  push_local(local_slots_[index], local_kinds_[index]);
}

// Lets the producer of `entry` write a local instead, if nothing in between has seen the local.
bool FunctionTranslator::redirect(const Entry& entry, uint32_t slot) {
  if (entry.where != Entry::Where::kAcc && entry.where != Entry::Where::kHome) return false;
  if (entry.producer == Entry::kNone || entry.producer < region_) return false;
  if (touched_[slot] > entry.producer + 1) return false;
  IrInstruction& producer = ir_.code[entry.producer];
  if (!entry.is_low_half) {
    producer.d = entry.at_slot(slot);
  } else if (producer.d.cls == Class::kSlot && producer.d.slot == slot) {
    return false;  // its high half was set to the same local, and goes first
  } else {
    producer.frame = slot;
  }
  touched_[slot] = static_cast<uint32_t>(ir_.code.size());
  return true;
}

void FunctionTranslator::local_set(uint32_t index, bool tee) {
  const uint32_t slot = local_slots_[index];
  const size_t params = shape_.type->params.size();
  if (index >= params) assigned_.write(index - params);
  Entry entry = pop();
  const bool same = entry.where == Entry::Where::kLocal && entry.local_slot == slot;
  if (!same) {
    materialise_local(slot, entry);
    if (!redirect(entry, slot)) move(entry, slot);
  }
  if (tee) local_get(index);
}

void FunctionTranslator::global_get(uint32_t index) {
  const GlobalDecl& global = module_.globals[index];
  const bool is_float =
      global.type.type.kind == ValueKind::kF32 || global.type.type.kind == ValueKind::kF64;
  const InstanceLayout& layout = code_.layout();
  IrInstruction instruction{};
  instruction.kind = global.type.type == kV128 ? IrKind::kGlobalGetVector
                     : is_float                ? IrKind::kGlobalGetFloat
                                               : IrKind::kGlobalGetInt;
  instruction.flag = global.imported;
  instruction.immediate =
      global.imported ? layout.imported_globals + index * sizeof(GlobalCell*)
                      : layout.globals + (index - module_.imported_globals) * sizeof(GlobalCell);
  produce(instruction, global.type.type.kind);
}

void FunctionTranslator::global_set(uint32_t index) {
  const GlobalDecl& global = module_.globals[index];
  const InstanceLayout& layout = code_.layout();
  const Entry value = pop();
  IrInstruction instruction{};
  instruction.kind = value.is_vector() ? IrKind::kGlobalSetVector
                     : value.is_float() && value.where == Entry::Where::kAcc
                         ? IrKind::kGlobalSetFloat
                         : IrKind::kGlobalSetInt;
  instruction.flag = global.imported;
  instruction.immediate =
      global.imported ? layout.imported_globals + index * sizeof(GlobalCell*)
                      : layout.globals + (index - module_.imported_globals) * sizeof(GlobalCell);
  instruction.a = operand(value);
  append(instruction);
}

void FunctionTranslator::slow(const Instruction& in, uint32_t params,
                              std::optional<ValueKind> result) {
  IrInstruction instruction{};
  instruction.kind = IrKind::kSlow;
  instruction.immediate = static_cast<uint64_t>(in.opcode);
  instruction.first = in.a;
  instruction.second = in.b;
  at_home(instruction, params, result);
}

void FunctionTranslator::at_home(IrInstruction instruction, uint32_t params,
                                 std::optional<ValueKind> result) {
  materialise_from(stack_.size() - params);
  flush_accumulators();
  for (uint32_t i = 0; i < params; ++i) pop();
  instruction.frame = next_home();
  append(instruction);
  fence();
  if (result) push(Entry::Where::kHome, *result);
}

void FunctionTranslator::variable_or_slow(const Instruction& in) {
  const auto address = [&](uint32_t memory) {
    return value_type(module_.memories[memory].type.address).kind;
  };
  const auto table_address = [&](uint32_t table) {
    return value_type(module_.tables[table].type.address).kind;
  };
  switch (in.opcode) {
    case Opcode::kLocalGet:
      return local_get(in.a);
    case Opcode::kLocalSet:
      return local_set(in.a, false);
    case Opcode::kLocalTee:
      return local_set(in.a, true);
    case Opcode::kGlobalGet:
      return global_get(in.a);
    case Opcode::kGlobalSet:
      return global_set(in.a);
    case Opcode::kMemorySize:
      return slow(in, 0, address(in.a));
    case Opcode::kMemoryGrow:
      return slow(in, 1, address(in.a));
    case Opcode::kMemoryInit:
    case Opcode::kMemoryCopy:
    case Opcode::kMemoryFill:
    case Opcode::kTableInit:
    case Opcode::kTableCopy:
    case Opcode::kTableFill:
      return slow(in, 3, std::nullopt);
    case Opcode::kDataDrop:
    case Opcode::kElemDrop:
      return slow(in, 0, std::nullopt);
    case Opcode::kTableGet:
      return slow(in, 1, ValueKind::kRef);
    case Opcode::kTableSet:
      return slow(in, 2, std::nullopt);
    case Opcode::kTableGrow:
      return slow(in, 2, table_address(in.a));
    case Opcode::kTableSize:
      return slow(in, 0, table_address(in.a));
    case Opcode::kRefFunc:
      return slow(in, 0, ValueKind::kRef);
    default:
      if (row(in.opcode).feature == Feature::kThreads) return atomic(in);
      return row(in.opcode).feature == Feature::kGc ? gc(in) : control(in);
  }
}

}  // namespace tappet::translate
