// Table instructions (core spec 3.4.6).
#include "interp/validate/function_validator.h"

namespace tappet {
namespace {

StackType address_of(const TableType& table) { return pack(value_type(table.address)); }

}  // namespace

// Null after an error.
const TableType* FunctionValidator::table(uint32_t index) {
  if (!check_index(index, context_.module.tables.size(), "table")) return nullptr;
  return &context_.module.tables[index].type;
}

template <>
void FunctionValidator::special<Opcode::kTableGet>() {
  const TableType* const type = table(read<Immediate::kTableIndex>().a);
  if (!type) return;
  pop(address_of(*type));
  push(pack(type->element));
}

template <>
void FunctionValidator::special<Opcode::kTableSet>() {
  const TableType* const type = table(read<Immediate::kTableIndex>().a);
  if (!type) return;
  pop(pack(type->element));
  pop(address_of(*type));
}

template <>
void FunctionValidator::special<Opcode::kTableSize>() {
  const TableType* const type = table(read<Immediate::kTableIndex>().a);
  if (type) push(address_of(*type));
}

template <>
void FunctionValidator::special<Opcode::kTableGrow>() {
  const TableType* const type = table(read<Immediate::kTableIndex>().a);
  if (!type) return;
  pop(address_of(*type));
  pop(pack(type->element));
  push(address_of(*type));
}

template <>
void FunctionValidator::special<Opcode::kTableFill>() {
  const TableType* const type = table(read<Immediate::kTableIndex>().a);
  if (!type) return;
  pop(address_of(*type));
  pop(pack(type->element));
  pop(address_of(*type));
}

template <>
void FunctionValidator::special<Opcode::kTableCopy>() {
  const Instruction& instruction = read<Immediate::kTableCopy>();
  const TableType* const to = table(instruction.a);
  const TableType* const from = to ? table(instruction.b) : nullptr;
  if (!from) return;
  if (!matches(pack(from->element), pack(to->element))) {
    return mismatch(pack(to->element), pack(from->element));
  }
  pop_range(address_of(*to), address_of(*from), std::min(address_of(*to), address_of(*from)));
}

template <>
void FunctionValidator::special<Opcode::kTableInit>() {
  const Instruction& instruction = read<Immediate::kTableInit>();
  const TableType* const to = table(instruction.b);
  if (!to || !check_elem(instruction.a)) return;
  const StackType element = pack(context_.module.elems[instruction.a].type);
  if (!matches(element, pack(to->element))) return mismatch(pack(to->element), element);
  pop_range(address_of(*to), stack_type::kI32, stack_type::kI32);
}

}  // namespace tappet
