// Blocks, branches, calls and returns. Everything on the stack is at home wherever control flow
// meets.
#include "interp/binary/instruction_reader.h"
#include "interp/translate/function_translator.h"

namespace tappet::translate {

using exec::Family;

void FunctionTranslator::control(const Instruction& in) {
  switch (in.opcode) {
    case Opcode::kBlock:
    case Opcode::kLoop:
    case Opcode::kIf:
      return open_block(in);
    case Opcode::kTryTable:
      return try_table(in);
    case Opcode::kThrow:
      return throw_(in.a);
    case Opcode::kThrowRef:
      return throw_ref();
    case Opcode::kElse:
      return else_();
    case Opcode::kEnd:
      return end();
    case Opcode::kBr:
      return unconditional_branch(in.a);
    case Opcode::kBrIf:
      return br_if(in.a);
    case Opcode::kBrTable:
      return br_table(in);
    case Opcode::kReturn:
      return unconditional_branch(static_cast<uint32_t>(control_.size() - 1));
    case Opcode::kCall:
      return call(in.a);
    case Opcode::kCallIndirect:
      return call_indirect(in.a, in.b);
    case Opcode::kCallRef:
      return call_ref(in.a);
    case Opcode::kRefAsNonNull:
      return ref_as_non_null();
    case Opcode::kBrOnNull:
      return br_on_null(in.a);
    case Opcode::kBrOnNonNull:
      return br_on_non_null(in.a);
    case Opcode::kReturnCall:
      return return_call(in.a);
    case Opcode::kReturnCallIndirect:
      return return_call_indirect(in.a, in.b);
    case Opcode::kReturnCallRef:
      return return_call_ref(in.a);
    default:  // unreachable; validation admits nothing else yet
      append(IrKind::kUnreachable);
      return become_unreachable();
  }
}

uint32_t FunctionTranslator::add_label(bool is_loop) {
  ir_.labels.push_back({UINT32_MAX, is_loop});
  return static_cast<uint32_t>(ir_.labels.size() - 1);
}

void FunctionTranslator::bind(uint32_t label) {
  ir_.labels[label].position = static_cast<uint32_t>(ir_.code.size());
  fence();
}

void FunctionTranslator::open_block(const Instruction& in) {
  ControlFrame frame;
  frame.opcode = in.opcode;
  if (in.block.kind == BlockType::Kind::kFunction) {
    const FuncType& type = *code_.shape(in.block.type_index).type;
    frame.params = type.params;
    frame.results = type.results;
  } else if (in.block.kind == BlockType::Kind::kValue) {
    frame.value = in.block.value;
    frame.has_value = true;
  }
  frame.label = add_label(in.opcode == Opcode::kLoop);
  if (in.opcode == Opcode::kIf) {
    frame.else_label = add_label();
    flush_below_condition();
    conditional_branch(true, frame.else_label);
  } else {
    flush();
  }
  if (in.opcode == Opcode::kLoop) bind(frame.label);
  frame.assigned = assigned_.mark();
  frame.cost_before = ir_.cost;
  frame.height = static_cast<uint32_t>(stack_.size() - frame.params.size());
  control_.push_back(frame);
}

void FunctionTranslator::else_() {
  ControlFrame& frame = control_.back();
  if (unreachable_depth_ == 0) {
    flush();
    frame.label_used = true;
    append(IrKind::kBranch).label = frame.label;
  }
  truncate(frame.height);
  assigned_.reset(frame.assigned);
  for (const ValueType type : frame.params) push_home(type);
  bind(frame.else_label);
  frame.else_label = kNoLabel;
  unreachable_depth_ = 0;
}

void FunctionTranslator::end() {
  if (control_.size() == 1) return end_function();
  const ControlFrame frame = control_.back();
  control_.pop_back();
  close_try(frame);
  if (frame.opcode == Opcode::kLoop) ir_.labels[frame.label].cost = ir_.cost - frame.cost_before;
  const bool falls_through = unreachable_depth_ == 0;
  const bool is_target = frame.opcode != Opcode::kLoop && frame.label_used;
  const bool merges = is_target || frame.else_label != kNoLabel;
  if (falls_through && !merges) return;  // the stack goes on as it is, and so do the locals
  assigned_.reset(frame.assigned);
  if (falls_through) flush();
  // An `if` without `else`: its parameters are its results, already at home.
  if (frame.else_label != kNoLabel) bind(frame.else_label);
  if (is_target) bind(frame.label);
  truncate(frame.height);
  for (const ValueType type : frame.result_types()) push_home(type);
  unreachable_depth_ = merges ? 0 : 1;
}

void FunctionTranslator::end_function() {
  if (unreachable_depth_ == 0) return_();
  emit_return_pad();
  control_.pop_back();
}

void FunctionTranslator::truncate(size_t height) {
  while (stack_.size() > height) pop();
}

bool FunctionTranslator::label_values_in_place(const ControlFrame& target) const {
  return stack_.size() - target.height == label_types(target).size();
}

void FunctionTranslator::move_label_values(const ControlFrame& target) {
  const size_t count = label_types(target).size();
  if (label_values_in_place(target)) {
    materialise_from(stack_.size() - count);
    return;
  }
  move_values(count, target.height < stack_.size() ? stack_[target.height].home : next_home());
}

// One by one, copying in order never overwrites a value that is needed: they lie at or above where
// they go. A branch takes a few bytes and may have a thousand values: those are moved as a block.
void FunctionTranslator::move_values(size_t count, uint32_t slot) {
  constexpr size_t kFewMoves = 8;
  const size_t first = stack_.size() - count;
  if (count <= kFewMoves) {
    for (size_t i = first; i < stack_.size(); ++i) {
      move(stack_[i], slot);
      slot += stack_[i].slots();
    }
    return;
  }
  materialise_from(first);
  IrInstruction block{};
  block.kind = IrKind::kMoveSlots;
  block.frame = stack_[first].home;
  block.first = slot;
  block.second = next_home() - block.frame;
  append(block);
}

void FunctionTranslator::unconditional_branch(uint32_t depth) {
  br(depth);
  become_unreachable();
}

// The branch alone; the stack is left as it was found, apart from where its values are.
void FunctionTranslator::br(uint32_t depth) {
  if (depth + 1 == control_.size()) return return_();
  ControlFrame& target = frame_at(depth);
  target.label_used = true;
  flush_accumulators();
  move_label_values(target);
  append(IrKind::kBranch).label = target.label;
  fence();
}

void FunctionTranslator::br_if(uint32_t depth) {
  const bool to_function = depth + 1 == control_.size();
  ControlFrame& target = frame_at(depth);
  const size_t count = label_types(target).size();
  // The condition is on top of the values.
  const bool in_place = stack_.size() - 1 - target.height == count;
  if (!to_function && (in_place || count == 0)) {
    target.label_used = true;
    materialise_range(stack_.size() - 1 - count, stack_.size() - 1);
    return conditional_branch(false, target.label);
  }
  // Around moves or a return, which must not change what is known of the stack.
  if (count > 1) materialise_range(stack_.size() - 1 - count, stack_.size() - 1);
  const uint32_t over = add_label();
  conditional_branch(true, over);
  br(depth);
  bind(over);
}

void FunctionTranslator::materialise_range(size_t from, size_t to) {
  for (size_t i = std::max(from, at_home_); i < to; ++i) materialise(stack_[i]);
}

void FunctionTranslator::flush_below_condition() {
  materialise_range(0, stack_.size() - 1);
  at_home_ = std::max(at_home_, stack_.size() - 1);
}

// Branches to `label` if the popped condition is (not) zero. What the target expects has been put
// in place before; only accumulators remain to be emptied.
void FunctionTranslator::conditional_branch(bool if_zero, uint32_t label) {
  if (stack_.back().where == Entry::Where::kConst) materialise(stack_.back());
  IrInstruction* producer = last_producer(stack_.back());
  const Entry condition = pop();
  IrInstruction branch{};
  branch.kind = IrKind::kIntBranch;
  branch.row = exec::family_row(if_zero ? Opcode::kI32Eq : Opcode::kI32Ne);
  branch.a = operand(condition);
  branch.b = Operand::constant(0);
  if (producer != nullptr) fuse_condition(*producer, if_zero, branch);
  // Stores to home slots leave the condition's operands alone.
  flush_accumulators();
  branch.label = label;
  append(branch);
  fence();
}

// Takes back a comparison (or eqz) that only feeds the branch, and makes the branch compare.
void FunctionTranslator::fuse_condition(const IrInstruction& producer, bool if_zero,
                                        IrInstruction& branch) {
  const IrInstruction found = producer;
  if (found.kind == IrKind::kBinary && found.row.family == Family::kIntCompare) {
    branch.row = found.row;
    if (if_zero) branch.row.row = exec::kIntCompareRows[found.row.row].negated;
  } else if (found.kind == IrKind::kBinary && found.row.family == Family::kFloatCompare) {
    branch.kind = IrKind::kFloatBranch;
    branch.row = found.row;
    branch.flag = if_zero;
  } else if (found.kind == IrKind::kUnary && found.row.family == Family::kIntUnary) {
    const bool is_32 = found.row.row == exec::family_row(Opcode::kI32Eqz).row;
    const bool is_64 = found.row.row == exec::family_row(Opcode::kI64Eqz).row ||
                       found.row.row == exec::family_row(Opcode::kRefIsNull).row;
    if (!is_32 && !is_64) return;
    ir_.code.pop_back();
    branch.a = found.a;
    branch.row = exec::family_row(is_32 ? (if_zero ? Opcode::kI32Ne : Opcode::kI32Eq)
                                        : (if_zero ? Opcode::kI64Ne : Opcode::kI64Eq));
    // eqz of a float comparison: !(a < b), which has no opposite comparison.
    if (is_32 && branch.a.cls == Class::kAcc && ir_.code.size() > region_) {
      const IrInstruction& compare = ir_.code.back();
      if (compare.kind == IrKind::kBinary && compare.row.family == Family::kFloatCompare &&
          compare.d.cls == Class::kAcc) {
        branch.kind = IrKind::kFloatBranch;
        branch.row = compare.row;
        branch.flag = !if_zero;
        branch.a = compare.a;
        branch.b = compare.b;
        ir_.code.pop_back();
      }
    }
    return;
  } else {
    return;
  }
  branch.a = found.a;
  branch.b = found.b;
  ir_.code.pop_back();
}

void FunctionTranslator::br_table(const Instruction& in) {
  if (stack_.back().where == Entry::Where::kConst) materialise(stack_.back());
  const Operand index = operand(pop());
  flush();
  std::vector<uint32_t> labels;
  std::vector<std::pair<uint32_t, uint32_t>> stubs;  // label, depth
  if (stub_of_.size() < control_.size()) stub_of_.resize(control_.size(), kNoLabel);
  for (LabelTable table(in); !table.done();) {
    const uint32_t depth = table.next();
    ControlFrame& target = frame_at(depth);
    const bool direct = depth + 1 != control_.size() &&
                        (label_types(target).empty() || label_values_in_place(target));
    if (direct) {
      target.label_used = true;
      labels.push_back(target.label);
      continue;
    }
    if (stub_of_[depth] == kNoLabel) stubs.emplace_back(stub_of_[depth] = add_label(), depth);
    labels.push_back(stub_of_[depth]);
  }
  IrInstruction& branch = append(IrKind::kBranchTable);
  branch.a = index;
  branch.immediate = ir_.branch_tables.size();
  ir_.branch_tables.push_back(std::move(labels));
  // Targets that need moves, or return, are reached through a stub each.
  for (const auto& [label, depth] : stubs) {
    stub_of_[depth] = kNoLabel;
    bind(label);
    br(depth);
  }
  become_unreachable();
}

void FunctionTranslator::return_() {
  const size_t count = shape_.type->results.size();
  if (count == 1 && shape_.single_result()) {
    const Entry& value = stack_.back();
    IrInstruction instruction{};
    instruction.kind = value.is_float() ? IrKind::kReturnFloat : IrKind::kReturnInt;
    instruction.a = operand(value);
    append(instruction);
  } else {
    // The bottom of the frame may still hold parameters that are results: all to temporaries first.
    materialise_from(stack_.size() - count);
    move_values(count, 0);
    append(IrKind::kReturn);
  }
  fence();
}

void FunctionTranslator::call(uint32_t function) {
  const FunctionDecl& callee = module_.functions[function];
  IrInstruction instruction{};
  instruction.kind = callee.imported ? IrKind::kCallImport : IrKind::kCall;
  instruction.immediate = function;
  finish_call(instruction, code_.shape(callee.type_index));
}

void FunctionTranslator::call_indirect(uint32_t type, uint32_t table) {
  IrInstruction instruction{};
  instruction.kind = IrKind::kCallIndirect;
  instruction.a = pop_variable();
  instruction.immediate = module_.types[type].value;
  instruction.second = table;
  finish_call(instruction, code_.shape(type));
}

void FunctionTranslator::call_ref(uint32_t type) {
  IrInstruction instruction{};
  instruction.kind = IrKind::kCallRef;
  instruction.a = pop_variable();
  finish_call(instruction, code_.shape(type));
}

// Arguments go home, where they are the callee's parameters.
void FunctionTranslator::finish_call(IrInstruction instruction, const CallShape& shape) {
  const size_t count = shape.type->params.size();
  materialise_from(stack_.size() - count);
  // The index of call_indirect may be in the accumulator: moves from slots leave it there.
  flush_accumulators();
  for (size_t i = 0; i < count; ++i) pop();
  instruction.frame = next_home();
  instruction.link = shape.link_slot();
  need_slots(instruction.frame + shape.locals_slot() + 1);
  append(instruction);
  fence();
  if (shape.single_result()) {
    push(Entry::Where::kAcc, shape.type->results[0].kind).is_home_too = true;
  } else {
    for (const ValueType type : shape.type->results) push_home(type);
  }
}

}  // namespace tappet::translate
