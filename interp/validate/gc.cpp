// Aggregate, scalar and external references (core spec 3.4.8 to 3.4.10), and casts.
#include "interp/validate/function_validator.h"

namespace tappet {
namespace {

constexpr StackType kAnyArray = ref_type(true, HeapKind::kArray);
constexpr StackType kI31Ref = ref_type(true, HeapKind::kI31);
constexpr StackType kEqRef = ref_type(true, HeapKind::kEq);

// The top of a heap type's hierarchy: what a cast starts from.
HeapKind top_of(HeapType heap, const TypeRegistry& registry) {
  switch (heap.kind) {
    case HeapKind::kFunc:
    case HeapKind::kNoFunc:
      return HeapKind::kFunc;
    case HeapKind::kExtern:
    case HeapKind::kNoExtern:
      return HeapKind::kExtern;
    case HeapKind::kExn:
    case HeapKind::kNoExn:
      return HeapKind::kExn;
    case HeapKind::kDefined:
      return registry.is_function(heap.id) ? HeapKind::kFunc : HeapKind::kAny;
    default:
      return HeapKind::kAny;
  }
}

}  // namespace

// The struct or array type of that index; null after an error.
template <class Composite>
const Composite* FunctionValidator::composite(uint32_t type_index, std::string_view what) {
  if (!check_index(type_index, context_.types.size(), "type")) return nullptr;
  const auto* const found = std::get_if<Composite>(&context_.types[type_index]->composite);
  if (!found) invalid(fmt::format("non-{} type {}", what, type_index));
  return found;
}

// The field that the current instruction names by type and position.
const FieldType* FunctionValidator::struct_field() {
  const Instruction& instruction = read<Immediate::kStructField>();
  const auto* const type = composite<StructType>(instruction.a, "structure");
  if (!type || !check_index(instruction.b, type->fields.size(), "field")) return nullptr;
  return &type->fields[instruction.b];
}

const FieldType* FunctionValidator::array_element(uint32_t type_index) {
  const auto* const type = composite<ArrayType>(type_index, "array");
  return type ? &type->element : nullptr;
}

bool FunctionValidator::check_packing(const FieldType& field, bool with_extension) {
  const bool packed = field.packed != PackedKind::kNone;
  if (packed == with_extension) return true;
  invalid(packed ? "field is packed" : "field is unpacked");
  return false;
}

bool FunctionValidator::check_mutable(const FieldType& field) {
  if (!field.is_mutable) invalid("immutable field or array");
  return field.is_mutable;
}

bool FunctionValidator::check_numeric(const FieldType& field) {
  if (field.type.is_ref()) invalid("array type is not numeric or vector");
  return !field.type.is_ref();
}

bool FunctionValidator::check_elem_type(uint32_t segment, const FieldType& field) {
  if (!check_elem(segment)) return false;
  const StackType type = pack(context_.module.elems[segment].type);
  const bool same = field.packed == PackedKind::kNone && matches(type, pack(field.type));
  if (!same) mismatch(pack(field.type), type);
  return same;
}

template <>
void FunctionValidator::special<Opcode::kStructNew>() {
  const uint32_t index = read<Immediate::kTypeIndex>().a;
  const auto* const type = composite<StructType>(index, "structure");
  if (!type) return;
  for (size_t i = type->fields.size(); i > 0 && reader_.ok(); --i) {
    pop(pack(type->fields[i - 1].type));
  }
  push(own_ref(index, false));
}

template <>
void FunctionValidator::special<Opcode::kStructNewDefault>() {
  const uint32_t index = read<Immediate::kTypeIndex>().a;
  const auto* const type = composite<StructType>(index, "structure");
  if (!type) return;
  for (const FieldType& field : type->fields) {
    if (!field.type.is_defaultable()) return invalid("field type is not defaultable");
  }
  push(own_ref(index, false));
}

void FunctionValidator::get_field(bool with_extension) {
  const FieldType* const field = struct_field();
  if (!field || !check_packing(*field, with_extension)) return;
  pop(own_ref(instruction_.a, true));
  push(pack(field->type));
}

template <>
void FunctionValidator::special<Opcode::kStructGet>() {
  get_field(false);
}

template <>
void FunctionValidator::special<Opcode::kStructGetS>() {
  get_field(true);
}

template <>
void FunctionValidator::special<Opcode::kStructGetU>() {
  get_field(true);
}

template <>
void FunctionValidator::special<Opcode::kStructSet>() {
  const FieldType* const field = struct_field();
  if (!field || !check_mutable(*field)) return;
  pop(pack(field->type));
  pop(own_ref(instruction_.a, true));
}

template <>
void FunctionValidator::special<Opcode::kArrayNew>() {
  const uint32_t index = read<Immediate::kTypeIndex>().a;
  const FieldType* const element = array_element(index);
  if (!element) return;
  pop(stack_type::kI32);
  pop(pack(element->type));
  push(own_ref(index, false));
}

template <>
void FunctionValidator::special<Opcode::kArrayNewDefault>() {
  const uint32_t index = read<Immediate::kTypeIndex>().a;
  const FieldType* const element = array_element(index);
  if (!element) return;
  if (!element->type.is_defaultable()) return invalid("array type is not defaultable");
  pop(stack_type::kI32);
  push(own_ref(index, false));
}

template <>
void FunctionValidator::special<Opcode::kArrayNewFixed>() {
  const Instruction& instruction = read<Immediate::kArrayFixed>();
  const FieldType* const element = array_element(instruction.a);
  if (!element) return;
  if (instruction.b > limits::kArrayNewFixed) {
    return fail(ErrorKind::kLimit,
                fmt::format("{} operands, more than {}", instruction.b, limits::kArrayNewFixed));
  }
  for (uint32_t i = 0; i < instruction.b && reader_.ok(); ++i) pop(pack(element->type));
  push(own_ref(instruction.a, false));
}

void FunctionValidator::new_array_from_segment() {
  pop(stack_type::kI32);
  pop(stack_type::kI32);
  push(own_ref(instruction_.a, false));
}

template <>
void FunctionValidator::special<Opcode::kArrayNewData>() {
  const Instruction& instruction = read<Immediate::kArrayData>();
  const FieldType* const element = array_element(instruction.a);
  if (!element || !check_data(instruction.b) || !check_numeric(*element)) return;
  new_array_from_segment();
}

template <>
void FunctionValidator::special<Opcode::kArrayNewElem>() {
  const Instruction& instruction = read<Immediate::kArrayElem>();
  const FieldType* const element = array_element(instruction.a);
  if (!element || !check_elem_type(instruction.b, *element)) return;
  new_array_from_segment();
}

void FunctionValidator::get_element(bool with_extension) {
  const uint32_t index = read<Immediate::kTypeIndex>().a;
  const FieldType* const element = array_element(index);
  if (!element || !check_packing(*element, with_extension)) return;
  pop(stack_type::kI32);
  pop(own_ref(index, true));
  push(pack(element->type));
}

template <>
void FunctionValidator::special<Opcode::kArrayGet>() {
  get_element(false);
}

template <>
void FunctionValidator::special<Opcode::kArrayGetS>() {
  get_element(true);
}

template <>
void FunctionValidator::special<Opcode::kArrayGetU>() {
  get_element(true);
}

template <>
void FunctionValidator::special<Opcode::kArraySet>() {
  const uint32_t index = read<Immediate::kTypeIndex>().a;
  const FieldType* const element = array_element(index);
  if (!element || !check_mutable(*element)) return;
  pop(pack(element->type));
  pop(stack_type::kI32);
  pop(own_ref(index, true));
}

template <>
void FunctionValidator::special<Opcode::kArrayLen>() {
  pop(kAnyArray);
  push(stack_type::kI32);
}

template <>
void FunctionValidator::special<Opcode::kArrayFill>() {
  const uint32_t index = read<Immediate::kTypeIndex>().a;
  const FieldType* const element = array_element(index);
  if (!element || !check_mutable(*element)) return;
  pop(stack_type::kI32);
  pop(pack(element->type));
  pop(stack_type::kI32);
  pop(own_ref(index, true));
}

template <>
void FunctionValidator::special<Opcode::kArrayCopy>() {
  const Instruction& instruction = read<Immediate::kArrayCopy>();
  const FieldType* const to = array_element(instruction.a);
  const FieldType* const from = to ? array_element(instruction.b) : nullptr;
  if (!from || !check_mutable(*to)) return;
  if (from->packed != to->packed || !matches(pack(from->type), pack(to->type))) {
    return invalid("array types do not match");
  }
  pop(stack_type::kI32);
  pop(stack_type::kI32);
  pop(own_ref(instruction.b, true));
  pop(stack_type::kI32);
  pop(own_ref(instruction.a, true));
}

void FunctionValidator::init_array_from_segment() {
  pop(stack_type::kI32);
  pop(stack_type::kI32);
  pop(stack_type::kI32);
  pop(own_ref(instruction_.a, true));
}

template <>
void FunctionValidator::special<Opcode::kArrayInitData>() {
  const Instruction& instruction = read<Immediate::kArrayData>();
  const FieldType* const element = array_element(instruction.a);
  if (!element || !check_mutable(*element) || !check_data(instruction.b)) return;
  if (check_numeric(*element)) init_array_from_segment();
}

template <>
void FunctionValidator::special<Opcode::kArrayInitElem>() {
  const Instruction& instruction = read<Immediate::kArrayElem>();
  const FieldType* const element = array_element(instruction.a);
  if (!element || !check_mutable(*element)) return;
  if (check_elem_type(instruction.b, *element)) init_array_from_segment();
}

void FunctionValidator::test_or_cast(bool is_test) {
  const ValueType type = read<Immediate::kHeapType>().type;
  if (!reader_.ok()) return;
  pop(ref_type(true, top_of(type.heap, context_.registry)));
  push(is_test ? stack_type::kI32 : pack(type));
}

template <>
void FunctionValidator::special<Opcode::kRefTest>() {
  test_or_cast(true);
}

template <>
void FunctionValidator::special<Opcode::kRefTestNull>() {
  test_or_cast(true);
}

template <>
void FunctionValidator::special<Opcode::kRefCast>() {
  test_or_cast(false);
}

template <>
void FunctionValidator::special<Opcode::kRefCastNull>() {
  test_or_cast(false);
}

// One of the two references goes to the label, the other stays: the cast one, and the source type
// without what the cast takes.
void FunctionValidator::branch_on_cast(bool branch_on_success) {
  const Instruction& instruction = read<Immediate::kBrOnCast>();
  if (!reader_.ok() || !check_label(instruction.a)) return;
  const StackType source = pack(instruction.type);
  const StackType target = pack(instruction.type2);
  if (!matches(target, source)) return mismatch(source, target);
  const bool null_succeeds = instruction.type2.nullable;
  const StackType rest = null_succeeds ? with_null(source, false) : source;
  const StackType branching = branch_on_success ? target : rest;
  const LabelTypes types = label_types(instruction.a);
  if (types.count == 0) return invalid("the label takes no reference");
  const StackType last = types.types[types.count - 1];
  if (!matches(branching, last)) return mismatch(last, branching);
  pop(source);
  pop(types.types, types.count - 1);
  push(types.types, types.count - 1);
  push(branch_on_success ? rest : target);
}

template <>
void FunctionValidator::special<Opcode::kBrOnCast>() {
  branch_on_cast(true);
}

template <>
void FunctionValidator::special<Opcode::kBrOnCastFail>() {
  branch_on_cast(false);
}

void FunctionValidator::convert_reference(HeapKind from, HeapKind to) {
  const StackType found = pop_ref();
  if (!matches(found, ref_type(true, from))) return mismatch(ref_type(true, from), found);
  push(ref_type(unpack(found).nullable, to));
}

template <>
void FunctionValidator::special<Opcode::kAnyConvertExtern>() {
  convert_reference(HeapKind::kExtern, HeapKind::kAny);
}

template <>
void FunctionValidator::special<Opcode::kExternConvertAny>() {
  convert_reference(HeapKind::kAny, HeapKind::kExtern);
}

template <>
void FunctionValidator::special<Opcode::kRefI31>() {
  pop(stack_type::kI32);
  push(ref_type(false, HeapKind::kI31));
}

template <>
void FunctionValidator::special<Opcode::kI31GetS>() {
  pop(kI31Ref);
  push(stack_type::kI32);
}

template <>
void FunctionValidator::special<Opcode::kI31GetU>() {
  pop(kI31Ref);
  push(stack_type::kI32);
}

template <>
void FunctionValidator::special<Opcode::kRefEq>() {
  pop(kEqRef);
  pop(kEqRef);
  push(stack_type::kI32);
}

}  // namespace tappet
