// Garbage-collected objects, i31, casts (core spec 3.4.8 to 3.4.10). Allocation and loops run out
// of line; reads, writes and casts are instructions like loads and stores.
#include "interp/exec/slow_ops.h"
#include "interp/translate/function_translator.h"

namespace tappet::translate {

using exec::CastTarget;
using exec::FieldRead;
using exec::FieldWrite;

namespace {

FieldRead field_read(const FieldType& field, bool is_signed) {
  if (field.type.kind == ValueKind::kF32) return FieldRead::kF32;
  if (field.type.kind == ValueKind::kF64) return FieldRead::kF64;
  switch (storage_of(field)) {
    case Storage::k8:
      return is_signed ? FieldRead::kS8 : FieldRead::kU8;
    case Storage::k16:
      return is_signed ? FieldRead::kS16 : FieldRead::kU16;
    case Storage::k32:
      return FieldRead::k32;
    default:
      return FieldRead::k64;
  }
}

FieldWrite field_write(const FieldType& field) {
  if (field.type.kind == ValueKind::kF32) return FieldWrite::kF32;
  if (field.type.kind == ValueKind::kF64) return FieldWrite::kF64;
  switch (storage_of(field)) {
    case Storage::k8:
      return FieldWrite::k8;
    case Storage::k16:
      return FieldWrite::k16;
    case Storage::k32:
      return FieldWrite::k32;
    default:
      return FieldWrite::k64;
  }
}

bool is_top(HeapKind kind) {
  return kind == HeapKind::kAny || kind == HeapKind::kFunc || kind == HeapKind::kExtern ||
         kind == HeapKind::kExn;
}

bool is_bottom(HeapKind kind) {
  return kind == HeapKind::kNone || kind == HeapKind::kNoFunc || kind == HeapKind::kNoExtern ||
         kind == HeapKind::kNoExn;
}

// What a test or cast by its own instruction compares with; nothing for others.
std::optional<CastTarget> cast_target(const TypeRegistry& registry, HeapType heap) {
  switch (heap.kind) {
    case HeapKind::kEq:
      return CastTarget::kEq;
    case HeapKind::kI31:
      return CastTarget::kI31;
    case HeapKind::kStruct:
      return CastTarget::kStruct;
    case HeapKind::kArray:
      return CastTarget::kArray;
    case HeapKind::kDefined:
      if (!registry.is_function(heap.id)) return CastTarget::kDefined;
      return std::nullopt;
    default:
      return std::nullopt;
  }
}

}  // namespace

const FieldType& FunctionTranslator::field_of(const Instruction& in) const {
  return std::get<StructType>(module_.registry->get(module_.types[in.a]).composite).fields[in.b];
}

const FieldType& FunctionTranslator::element_of(uint32_t type) const {
  return std::get<ArrayType>(module_.registry->get(module_.types[type]).composite).element;
}

void FunctionTranslator::gc(const Instruction& in) {
  switch (in.opcode) {
    case Opcode::kStructNew:
      return slow(in, static_cast<uint32_t>(code_.object_layout(in.a).fields.size()),
                  ValueKind::kRef);
    case Opcode::kStructNewDefault:
      return slow(in, 0, ValueKind::kRef);
    case Opcode::kArrayNewDefault:
    case Opcode::kAnyConvertExtern:
      return slow(in, 1, ValueKind::kRef);
    case Opcode::kArrayNew:
    case Opcode::kArrayNewData:
    case Opcode::kArrayNewElem:
      return slow(in, 2, ValueKind::kRef);
    case Opcode::kArrayNewFixed:
      return slow(in, in.b, ValueKind::kRef);
    case Opcode::kArrayFill:
    case Opcode::kArrayInitData:
    case Opcode::kArrayInitElem:
      return slow(in, 4, std::nullopt);
    case Opcode::kArrayCopy:
      return slow(in, 5, std::nullopt);
    case Opcode::kStructGet:
    case Opcode::kStructGetS:
    case Opcode::kStructGetU:
      return struct_get(in);
    case Opcode::kStructSet:
      return struct_set(in);
    case Opcode::kArrayGet:
    case Opcode::kArrayGetS:
    case Opcode::kArrayGetU:
      return array_get(in);
    case Opcode::kArraySet:
      return array_set(in);
    default:
      return reference(in);
  }
}

// Instructions on references alone.
void FunctionTranslator::reference(const Instruction& in) {
  IrInstruction instruction{};
  switch (in.opcode) {
    case Opcode::kArrayLen:
      instruction.kind = IrKind::kArrayLen;
      instruction.a = pop_variable();
      return produce(instruction, ValueKind::kI32);
    case Opcode::kI31GetS:
    case Opcode::kI31GetU:
      instruction.kind = IrKind::kI31Get;
      instruction.flag = in.opcode == Opcode::kI31GetS;
      instruction.a = pop_variable();
      return produce(instruction, ValueKind::kI32);
    case Opcode::kRefEq:
      return binary(exec::family_row(Opcode::kI64Eq), ValueKind::kI32);
    case Opcode::kRefTest:
    case Opcode::kRefTestNull:
      return test(pop_variable(), in.type);
    case Opcode::kRefCast:
    case Opcode::kRefCastNull:
      return cast(in.type);
    case Opcode::kBrOnCast:
    case Opcode::kBrOnCastFail:
      return br_on_cast(in);
    default:  // extern.convert_any: the reference stays as it is
      return;
  }
}

void FunctionTranslator::struct_get(const Instruction& in) {
  const FieldType& field = field_of(in);
  if (field.type.kind == ValueKind::kV128) return slow(in, 1, ValueKind::kV128);
  IrInstruction instruction{};
  instruction.kind = IrKind::kStructGet;
  instruction.first = static_cast<uint32_t>(field_read(field, in.opcode == Opcode::kStructGetS));
  instruction.immediate = code_.object_layout(in.a).fields[in.b].offset;
  instruction.a = pop_variable();
  produce(instruction, field.type.kind);
}

void FunctionTranslator::struct_set(const Instruction& in) {
  const FieldType& field = field_of(in);
  if (field.type.kind == ValueKind::kV128) return slow(in, 2, std::nullopt);
  IrInstruction instruction{};
  instruction.kind = IrKind::kStructSet;
  instruction.first = static_cast<uint32_t>(field_write(field));
  instruction.immediate = code_.object_layout(in.a).fields[in.b].offset;
  instruction.b = operand(pop());
  instruction.a = pop_variable();
  append(instruction);
}

void FunctionTranslator::array_get(const Instruction& in) {
  const FieldType& element = element_of(in.a);
  if (element.type.kind == ValueKind::kV128) return slow(in, 2, ValueKind::kV128);
  IrInstruction instruction{};
  instruction.kind = IrKind::kArrayGet;
  instruction.first = static_cast<uint32_t>(field_read(element, in.opcode == Opcode::kArrayGetS));
  instruction.b = operand(pop());
  instruction.a = pop_variable();
  produce(instruction, element.type.kind);
}

void FunctionTranslator::array_set(const Instruction& in) {
  const FieldType& element = element_of(in.a);
  if (element.type.kind == ValueKind::kV128) return slow(in, 3, std::nullopt);
  IrInstruction instruction{};
  instruction.kind = IrKind::kArraySet;
  instruction.first = static_cast<uint32_t>(field_write(element));
  instruction.x = operand(pop());
  instruction.b = operand(pop());
  instruction.a = pop_variable();
  append(instruction);
}

// Pushes whether the reference is of a type.
void FunctionTranslator::test(Operand reference, ValueType type) {
  const HeapKind kind = type.heap.kind;
  IrInstruction instruction{};
  instruction.a = reference;
  if (const auto target = cast_target(*module_.registry, type.heap)) {
    instruction.kind = IrKind::kRefTest;
    set_cast(instruction, *target, type);
    return produce(instruction, ValueKind::kI32);
  }
  if (is_top(kind) || is_bottom(kind)) {
    if (is_top(kind) == type.nullable) return push_const(ValueKind::kI32, type.nullable ? 1 : 0);
    instruction.kind = IrKind::kBinary;
    instruction.row = exec::family_row(is_top(kind) ? Opcode::kI64Ne : Opcode::kI64Eq);
    instruction.b = Operand::constant(0);
    return produce(instruction, ValueKind::kI32);
  }
  // Out of line, on a copy.
  IrInstruction copy{};
  copy.kind = IrKind::kMoveInt;
  copy.a = reference;
  copy.d = Operand::at_slot(next_home());
  copy.has_result = true;
  append(copy);
  push_home(kI32);
  slow_cast(Opcode::kRefTest, type, ValueKind::kI32);
}

void FunctionTranslator::cast(ValueType type) {
  if (is_top(type.heap.kind) && type.nullable) return;
  const auto target = cast_target(*module_.registry, type.heap);
  if (!target) return slow_cast(Opcode::kRefCast, type, ValueKind::kRef);
  IrInstruction instruction{};
  instruction.kind = IrKind::kRefCast;
  instruction.a = pop_variable();
  set_cast(instruction, *target, type);
  produce(instruction, ValueKind::kRef);
}

void FunctionTranslator::set_cast(IrInstruction& instruction, CastTarget target,
                                  ValueType type) const {
  instruction.first = static_cast<uint32_t>(target);
  instruction.flag = type.nullable;
  if (target != CastTarget::kDefined) return;
  instruction.immediate = type.heap.id.value;
  instruction.second = module_.registry->subtyping_depth(type.heap.id);
}

void FunctionTranslator::slow_cast(Opcode opcode, ValueType type, ValueKind result) {
  Instruction in;
  in.opcode = opcode;
  in.a = static_cast<uint32_t>(type.heap.kind) | (type.nullable ? exec::kNullableType : 0);
  in.b = type.heap.id.value;
  slow(in, 1, result);
}

// A test of the reference on top, which stays there, and br_if.
void FunctionTranslator::br_on_cast(const Instruction& in) {
  Entry& top = stack_.back();
  if (top.where == Entry::Where::kConst || top.where == Entry::Where::kAcc) materialise(top);
  test(operand(top), in.type2);
  if (in.opcode == Opcode::kBrOnCastFail) eqz(exec::family_row(Opcode::kI32Eqz));
  br_if(in.a);
}

}  // namespace tappet::translate
