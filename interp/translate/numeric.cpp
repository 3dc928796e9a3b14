// Numeric instructions, loads and stores, select.
#include "interp/translate/function_translator.h"

namespace tappet::translate {

using exec::Family;
using exec::FamilyRow;

namespace {

ValueKind kind_of(char letter) {
  switch (letter) {
    case 'i':
      return ValueKind::kI32;
    case 'l':
      return ValueKind::kI64;
    case 'f':
      return ValueKind::kF32;
    default:
      return ValueKind::kF64;
  }
}

// The result of an instruction with a fixed signature.
ValueKind result_kind(Opcode opcode) {
  if (opcode == Opcode::kRefI31) return ValueKind::kRef;
  const Signature& signature = row(opcode).signature;
  return signature.special ? ValueKind::kI32
                           : kind_of(signature.results[0]);  // special: ref.is_null
}

bool is_row(const IrInstruction* instruction, IrKind kind, Family family) {
  return instruction != nullptr && instruction->kind == kind && instruction->row.family == family;
}

}  // namespace

void FunctionTranslator::numeric(const Instruction& in) {
  const FamilyRow row = exec::family_row(in.opcode);
  switch (row.family) {
    case Family::kIntBinary:
    case Family::kIntDivision:
    case Family::kIntCompare:
    case Family::kFloatBinary:
    case Family::kFloatCompare:
      return binary(row, result_kind(in.opcode));
    case Family::kIntLoad:
    case Family::kFloatLoad:
      return load(in, row);
    case Family::kIntStore:
    case Family::kFloatStore:
      return store(in, row);
    default:
      break;
  }
  const bool is_eqz = in.opcode == Opcode::kI32Eqz || in.opcode == Opcode::kI64Eqz ||
                      in.opcode == Opcode::kRefIsNull;
  return is_eqz ? eqz(row) : unary(row, result_kind(in.opcode));
}

void FunctionTranslator::binary(FamilyRow row, ValueKind result) {
  if (fuse_binary(row, result)) return;
  Entry& left = stack_[stack_.size() - 2];
  if (left.where == Entry::Where::kConst && stack_.back().where == Entry::Where::kConst)
    materialise(left);
  IrInstruction instruction{};
  instruction.kind = IrKind::kBinary;
  instruction.row = row;
  instruction.b = operand(pop());
  instruction.a = operand(pop());
  if (instruction.a.cls == Class::kConst) {
    if (row.family == Family::kIntBinary && exec::kIntBinaryCommutes[row.row]) {
      std::swap(instruction.a, instruction.b);
    } else if (row.family == Family::kIntCompare) {
      std::swap(instruction.a, instruction.b);
      instruction.row.row = exec::kIntCompareRows[row.row].swapped;
    }
  }
  produce(instruction, result);
}

void FunctionTranslator::unary(FamilyRow row, ValueKind result) {
  IrInstruction instruction{};
  instruction.kind = IrKind::kUnary;
  instruction.row = row;
  instruction.a = pop_variable();
  produce(instruction, result);
}

// eqz of an integer comparison is the opposite comparison.
void FunctionTranslator::eqz(FamilyRow row) {
  IrInstruction* producer = last_producer(stack_.back());
  if (is_row(producer, IrKind::kBinary, Family::kIntCompare)) {
    producer->row.row = exec::kIntCompareRows[producer->row.row].negated;
    return;
  }
  unary(row, ValueKind::kI32);
}

void FunctionTranslator::reinterpret(Opcode opcode) {
  const bool to_int = opcode == Opcode::kI32ReinterpretF32 || opcode == Opcode::kI64ReinterpretF64;
  IrInstruction instruction{};
  instruction.kind = to_int ? IrKind::kFloatToInt : IrKind::kIntToFloat;
  instruction.flag = opcode == Opcode::kI32ReinterpretF32;
  instruction.a = pop_variable();
  produce(instruction, kind_of(row(opcode).signature.results[0]));
}

void FunctionTranslator::load(const Instruction& in, FamilyRow row) {
  if (is_any_memory(in)) return load_any(in, row, result_kind(in.opcode));
  if (fuse_scaled_load(in, row)) return;
  IrInstruction instruction{};
  instruction.row = row;
  instruction.immediate = in.value;
  const IrInstruction* producer = last_producer(stack_.back());
  const FamilyRow add = exec::family_row(Opcode::kI32Add);
  if (is_row(producer, IrKind::kBinary, add.family) && producer->row.row == add.row &&
      in.value <= kMaxOffset) {
    instruction.kind = IrKind::kLoadSum;
    instruction.a = producer->a;
    instruction.b = producer->b;
    pop();
    ir_.code.pop_back();
  } else {
    instruction.kind = IrKind::kLoad;
    instruction.a = operand(pop());
  }
  produce(instruction, result_kind(in.opcode));
}

void FunctionTranslator::store(const Instruction& in, FamilyRow row) {
  if (is_any_memory(in)) return store_any(in, row);
  IrInstruction instruction{};
  instruction.row = row;
  instruction.immediate = in.value;
  instruction.b = operand(pop());
  const IrInstruction* producer = last_producer(stack_.back());
  const FamilyRow add = exec::family_row(Opcode::kI32Add);
  if (is_row(producer, IrKind::kBinary, add.family) && producer->row.row == add.row &&
      in.value <= kMaxOffset && instruction.b.cls != Class::kAcc) {
    instruction.kind = IrKind::kStoreSum;
    instruction.a = producer->a;
    instruction.x = producer->b;
    pop();
    ir_.code.pop_back();
  } else {
    instruction.kind = IrKind::kStore;
    instruction.a = operand(pop());
  }
  append(instruction);
}

void FunctionTranslator::select() {
  IrInstruction instruction{};
  instruction.a = pop_variable();
  instruction.x = operand(pop());
  const Entry first = pop();
  instruction.b = operand(first);
  instruction.kind = first.is_vector()  ? IrKind::kSelectVector
                     : first.is_float() ? IrKind::kSelectFloat
                                        : IrKind::kSelectInt;
  produce(instruction, first.kind);
}

}  // namespace tappet::translate
