// Checks of references, and branches on them.
#include "interp/translate/function_translator.h"

namespace tappet::translate {

// Checked where it lies; from then on it must stay there.
void FunctionTranslator::ref_as_non_null() {
  Entry& reference = stack_.back();
  if (reference.where == Entry::Where::kConst) materialise(reference);
  IrInstruction check{};
  check.kind = IrKind::kCheckNonNull;
  check.a = operand(reference);
  append(check);
  reference.producer = Entry::kNone;
}

// The top of the stack in a slot: where it can be tested, and still is after a branch not taken.
Operand FunctionTranslator::reference_in_slot() {
  if (stack_.back().where != Entry::Where::kLocal) materialise(stack_.back());
  return operand(stack_.back());
}

// Branches with the values on the stack, as br_if does when its condition is popped.
void FunctionTranslator::branch_on_reference(Operand reference, bool if_null, uint32_t depth) {
  const bool to_function = depth + 1 == control_.size();
  ControlFrame& target = frame_at(depth);
  const size_t count = label_types(target).size();
  const bool direct = !to_function && (label_values_in_place(target) || count == 0);
  if (direct || count > 1 || (to_function && !shape_.single_result()))
    materialise_range(stack_.size() - count, stack_.size());
  flush_accumulators();
  IrInstruction branch{};
  branch.kind = IrKind::kIntBranch;
  branch.row = exec::family_row(if_null == direct ? Opcode::kI64Eq : Opcode::kI64Ne);
  branch.a = reference;
  branch.b = Operand::constant(0);
  branch.label = direct ? target.label : add_label();
  append(branch);
  fence();
  if (direct) {
    target.label_used = true;
    return;
  }
  br(depth);
  bind(branch.label);
}

void FunctionTranslator::br_on_null(uint32_t depth) {
  const Operand reference = reference_in_slot();
  const Entry kept = pop();
  branch_on_reference(reference, true, depth);
  if (kept.where == Entry::Where::kLocal) {
    push_local(kept.local_slot, ValueKind::kRef);
  } else {
    push(Entry::Where::kHome, ValueKind::kRef);
  }
}

void FunctionTranslator::br_on_non_null(uint32_t depth) {
  branch_on_reference(reference_in_slot(), false, depth);
  pop();
}

}  // namespace tappet::translate
