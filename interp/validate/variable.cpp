// Parametric and variable instructions (core spec 3.4.4, 3.4.5).
#include "interp/validate/function_validator.h"

namespace tappet {

template <>
void FunctionValidator::special<Opcode::kDrop>() {
  pop_any();
}

template <>
void FunctionValidator::special<Opcode::kSelect>() {
  pop(stack_type::kI32);
  const StackType second = pop_any();
  const StackType first = pop_any();
  if (is_ref(first) || is_ref(second)) {
    return invalid("expected numbers or vectors, found references: these need the typed select");
  }
  if (first != second && first != stack_type::kBottom && second != stack_type::kBottom) {
    return mismatch(first, second);
  }
  push(first == stack_type::kBottom ? second : first);
}

template <>
void FunctionValidator::special<Opcode::kSelectT>() {
  const Instruction& instruction = read<Immediate::kSelectTypes>();
  if (!reader_.ok()) return;
  if (instruction.a != 1) return invalid(fmt::format("invalid result arity {}", instruction.a));
  const StackType type = pack(instruction.type);
  pop(stack_type::kI32);
  pop(type);
  pop(type);
  push(type);
}

template <>
void FunctionValidator::special<Opcode::kLocalGet>() {
  const uint32_t local = read<Immediate::kLocalIndex>().a;
  if (!check_index(local, locals_.count(), "local")) return;
  if (!locals_.is_set(local)) return invalid(fmt::format("uninitialized local {}", local));
  push(locals_.type(local));
}

template <>
void FunctionValidator::special<Opcode::kLocalSet>() {
  const uint32_t local = read<Immediate::kLocalIndex>().a;
  if (!check_index(local, locals_.count(), "local")) return;
  pop(locals_.type(local));
  locals_.set(local);
}

template <>
void FunctionValidator::special<Opcode::kLocalTee>() {
  const uint32_t local = read<Immediate::kLocalIndex>().a;
  if (!check_index(local, locals_.count(), "local")) return;
  pop(locals_.type(local));
  locals_.set(local);
  push(locals_.type(local));
}

// The global that the current instruction names; null after an error.
const ModuleContext::Global* FunctionValidator::global(uint32_t index) {
  if (!check_index(index, visible_globals_, "global")) return nullptr;
  return &context_.globals[index];
}

template <>
void FunctionValidator::special<Opcode::kGlobalGet>() {
  const auto* const found = global(read<Immediate::kGlobalIndex>().a);
  if (!found) return;
  if (constant_ && found->is_mutable) {
    return invalid("constant expression required: the global is mutable");
  }
  push(found->type);
}

template <>
void FunctionValidator::special<Opcode::kGlobalSet>() {
  const auto* const found = global(read<Immediate::kGlobalIndex>().a);
  if (!found) return;
  if (!found->is_mutable) return invalid("immutable global");
  pop(found->type);
}

}  // namespace tappet
