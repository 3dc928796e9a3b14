// Control instructions (core spec 3.4.3): blocks, branches and calls.
#include "interp/validate/function_validator.h"

namespace tappet {

void FunctionValidator::push_frame(Opcode opcode, SignatureId signature) {
  const uint32_t height = stack_.height();
  frames_.push_back(
      {opcode, false, plain_label(opcode, signature), signature, height, locals_.mark()});
  stack_.set_base(height);
  const StackSignature& type = context_.signature(signature);
  push(type.params, type.param_count);
}

// Checks the block's results and leaves it; they are not pushed yet.
void FunctionValidator::pop_frame() {
  const StackSignature& type = signature(frame());
  pop(type.results, type.result_count);
  if (reader_.ok() && stack_.available() != 0) {
    invalid(fmt::format("{} values too many at the end of the block", stack_.available()));
  }
  locals_.forget_since(frame().set_mark);
  frames_.pop_back();
  stack_.set_base(frames_.empty() ? 0 : frame().height);
}

void FunctionValidator::set_unreachable() {
  stack_.clear();
  frame().unreachable = true;
}

FunctionValidator::LabelTypes FunctionValidator::label_types(uint32_t label) const {
  const Frame& target = frames_[frames_.size() - 1 - label];
  const StackSignature& type = signature(target);
  if (target.opcode == Opcode::kLoop) return {type.params, type.param_count};
  return {type.results, type.result_count};
}

FunctionValidator::LabelTypes FunctionValidator::function_results() const {
  const StackSignature& type = signature(frames_.front());
  return {type.results, type.result_count};
}

std::optional<SignatureId> FunctionValidator::block_signature() {
  const BlockType& block = instruction_.block;
  switch (block.kind) {
    case BlockType::Kind::kEmpty:
      return ModuleContext::kEmptySignature;
    case BlockType::Kind::kValue:
      return context_.value_signature(pack(block.value));
    case BlockType::Kind::kFunction:
      break;
  }
  if (!defined_function_type(block.type_index)) return std::nullopt;
  return context_.type_signature(block.type_index);
}

void FunctionValidator::enter_block(Opcode opcode) {
  const auto id = reader_.ok() ? block_signature() : std::nullopt;
  if (!id) return;
  const StackSignature& type = context_.signature(*id);
  pop(type.params, type.param_count);
  push_frame(opcode, *id);
}

template <>
void FunctionValidator::special<Opcode::kUnreachable>() {
  set_unreachable();
}

template <>
void FunctionValidator::special<Opcode::kBlock>() {
  read<Immediate::kBlockType>();
  enter_block(Opcode::kBlock);
}

template <>
void FunctionValidator::special<Opcode::kLoop>() {
  read<Immediate::kBlockType>();
  enter_block(Opcode::kLoop);
}

template <>
void FunctionValidator::special<Opcode::kIf>() {
  read<Immediate::kBlockType>();
  pop(stack_type::kI32);
  enter_block(Opcode::kIf);
}

template <>
void FunctionValidator::special<Opcode::kElse>() {
  if (frame().opcode != Opcode::kIf) {
    return fail(ErrorKind::kMalformed, "END opcode expected: there is no if");
  }
  const SignatureId id = frame().signature;
  pop_frame();
  push_frame(Opcode::kElse, id);
}

template <>
void FunctionValidator::special<Opcode::kEnd>() {
  const Opcode opcode = frame().opcode;
  const StackSignature& type = signature(frame());
  pop_frame();
  if (opcode == Opcode::kIf) {
    // Without else, the parameters are the results.
    bool same = type.param_count == type.result_count;
    for (uint32_t i = 0; i < type.param_count && same; ++i) {
      same = matches(type.params[i], type.results[i]);
    }
    if (!same) return invalid("if without else must have equal parameter and result types");
  }
  if (!frames_.empty()) push(type.results, type.result_count);
}

template <>
void FunctionValidator::special<Opcode::kBr>() {
  const uint32_t label = read<Immediate::kLabelIndex>().a;
  if (!check_label(label)) return;
  const LabelTypes types = label_types(label);
  pop(types.types, types.count);
  set_unreachable();
}

template <>
void FunctionValidator::special<Opcode::kBrIf>() {
  const uint32_t label = read<Immediate::kLabelIndex>().a;
  pop(stack_type::kI32);
  if (!check_label(label)) return;
  const LabelTypes types = label_types(label);
  pop(types.types, types.count);
  push(types.types, types.count);
}

// All labels are checked against the same operands, so one check per distinct type is enough: a
// table of n labels with m results each must not take n * m steps.
template <>
void FunctionValidator::special<Opcode::kBrTable>() {
  const Instruction& table = read<Immediate::kLabelTable>();
  pop(stack_type::kI32);
  if (!reader_.ok()) return;
  ++br_tables_;
  std::optional<uint32_t> arity;
  for (LabelTable labels(table); !labels.done() && reader_.ok();) {
    const uint32_t label = labels.next();
    if (!check_label(label)) return;
    const size_t key = label_key(label);
    if (key >= label_stamps_.size()) label_stamps_.resize(key + 1);
    if (label_stamps_[key] == br_tables_) continue;
    label_stamps_[key] = br_tables_;
    const LabelTypes types = label_types(label);
    if (arity.value_or(types.count) != types.count) {
      return invalid(fmt::format("labels with {} and with {} operands", *arity, types.count));
    }
    arity = types.count;
    check_top(types.types, types.count);
  }
  set_unreachable();
}

template <>
void FunctionValidator::special<Opcode::kReturn>() {
  const LabelTypes types = function_results();
  pop(types.types, types.count);
  set_unreachable();
}

const StackSignature* FunctionValidator::defined_function_type(uint32_t type_index) {
  if (!check_index(type_index, context_.types.size(), "type")) return nullptr;
  const StackSignature& type = context_.signature(context_.type_signature(type_index));
  if (type.is_function) return &type;
  invalid(fmt::format("non-function type {}", type_index));
  return nullptr;
}

void FunctionValidator::call(const StackSignature& callee) {
  pop(callee.params, callee.param_count);
  push(callee.results, callee.result_count);
}

void FunctionValidator::return_call(const StackSignature& callee) {
  const LabelTypes results = function_results();
  bool same = callee.result_count == results.count;
  for (uint32_t i = 0; i < results.count && same; ++i) {
    same = matches(callee.results[i], results.types[i]);
  }
  if (!same) return invalid("the callee's results are not those of the current function");
  pop(callee.params, callee.param_count);
  set_unreachable();
}

// Pops the index into the table; null after an error.
const StackSignature* FunctionValidator::indirect_callee() {
  const Instruction& instruction = read<Immediate::kCallIndirect>();
  const TableType* const type = table(instruction.b);
  if (!type) return nullptr;
  const StackType element = pack(type->element);
  if (!matches(element, pack(kFuncRef))) {
    mismatch(pack(kFuncRef), element);
    return nullptr;
  }
  const StackSignature* const callee = defined_function_type(instruction.a);
  if (callee) pop(pack(value_type(type->address)));
  return callee;
}

// Pops the function reference; null after an error.
const StackSignature* FunctionValidator::reference_callee() {
  const uint32_t type_index = read<Immediate::kTypeIndex>().a;
  const StackSignature* const callee = defined_function_type(type_index);
  if (callee) pop(own_ref(type_index, true));
  return callee;
}

template <>
void FunctionValidator::special<Opcode::kCall>() {
  const uint32_t function = read<Immediate::kFuncIndex>().a;
  if (!check_index(function, context_.function_types.size(), "function")) return;
  call(context_.function_signature(function));
}

template <>
void FunctionValidator::special<Opcode::kCallIndirect>() {
  if (const StackSignature* const callee = indirect_callee()) call(*callee);
}

template <>
void FunctionValidator::special<Opcode::kCallRef>() {
  if (const StackSignature* const callee = reference_callee()) call(*callee);
}

template <>
void FunctionValidator::special<Opcode::kReturnCall>() {
  const uint32_t function = read<Immediate::kFuncIndex>().a;
  if (!check_index(function, context_.function_types.size(), "function")) return;
  return_call(context_.function_signature(function));
}

template <>
void FunctionValidator::special<Opcode::kReturnCallIndirect>() {
  if (const StackSignature* const callee = indirect_callee()) return_call(*callee);
}

template <>
void FunctionValidator::special<Opcode::kReturnCallRef>() {
  if (const StackSignature* const callee = reference_callee()) return_call(*callee);
}

}  // namespace tappet
