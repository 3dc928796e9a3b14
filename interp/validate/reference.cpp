// Reference instructions (core spec 3.4.8), and the branches on references.
#include "interp/validate/function_validator.h"

namespace tappet {

StackType FunctionValidator::own_ref(uint32_t type_index, bool nullable) const {
  return ref_type(nullable, context_.module.types[type_index]);
}

template <>
void FunctionValidator::special<Opcode::kRefNull>() {
  push(pack(read<Immediate::kHeapType>().type));
}

template <>
void FunctionValidator::special<Opcode::kRefIsNull>() {
  pop_ref();
  push(stack_type::kI32);
}

template <>
void FunctionValidator::special<Opcode::kRefFunc>() {
  const uint32_t function = read<Immediate::kFuncIndex>().a;
  const Module& module = context_.module;
  if (!check_index(function, module.functions.size(), "function")) return;
  if (!module.declared_functions[function]) {
    return invalid(fmt::format("undeclared function reference {}", function));
  }
  push(ref_type(false, module.functions[function].type));
}

template <>
void FunctionValidator::special<Opcode::kRefAsNonNull>() {
  push(with_null(pop_ref(), false));
}

template <>
void FunctionValidator::special<Opcode::kBrOnNull>() {
  const uint32_t label = read<Immediate::kLabelIndex>().a;
  const StackType reference = pop_ref();
  if (!check_label(label)) return;
  const LabelTypes types = label_types(label);
  pop(types.types, types.count);
  push(types.types, types.count);
  push(with_null(reference, false));
}

template <>
void FunctionValidator::special<Opcode::kBrOnNonNull>() {
  const uint32_t label = read<Immediate::kLabelIndex>().a;
  const StackType reference = pop_ref();
  if (!check_label(label)) return;
  const LabelTypes types = label_types(label);
  if (types.count == 0) return invalid("the label takes no reference");
  const StackType last = types.types[types.count - 1];
  const StackType branching = with_null(reference, false);
  if (!is_ref(last) || !matches(branching, last)) return mismatch(last, branching);
  pop(types.types, types.count - 1);
  push(types.types, types.count - 1);
}

}  // namespace tappet
