// The loop over a body's instructions, and what all families share: operands and errors.
#include "interp/validate/function_validator.h"

#include "interp/validate/handlers.h"

namespace tappet {
namespace {

// One constant of the right type, which the decoder has read already: nearly all segments' offsets.
bool is_plain_const(const ConstExpr& expr, StackType type) {
  if (expr.instructions.size() != 1) return false;
  const Opcode opcode = expr.instructions[0].opcode;
  return (opcode == Opcode::kI32Const && type == stack_type::kI32) ||
         (opcode == Opcode::kI64Const && type == stack_type::kI64);
}

bool has_plain_memory(const ModuleContext& context) {
  return !context.memory_address.empty() && context.memory_address[0] == stack_type::kI32;
}

bool has_plain_table(const ModuleContext& context) {
  if (context.module.tables.empty()) return false;
  const TableType& table = context.module.tables[0].type;
  return table.element == kFuncRef && table.address == AddressType::kI32;
}

}  // namespace

FunctionValidator::FunctionValidator(ModuleContext& context)
    : context_(context),
      reader_(Reader({}, 0), TypeScope{context.module.types, 0, context.features}),
      has_plain_memory_(has_plain_memory(context)),
      has_plain_table_(has_plain_table(context)) {}

Result<> FunctionValidator::validate_body(const FunctionDecl& function) {
  const Module& module = context_.module;
  const SignatureId signature = context_.type_signature(function.type_index);
  const StackSignature& type = context_.signature(signature);
  constant_ = false;
  visible_globals_ = static_cast<uint32_t>(context_.globals.size());
  locals_.reset({type.params, type.param_count}, module.locals(function));
  start(module.bytes.subspan(function.code_begin, function.code_end - function.code_begin),
        module.base_offset + function.code_begin, context_.result_signature(signature));
  TAPPET_TRY(run());
  if (!reader_.at_end()) {
    instruction_.offset = reader_.reader().offset();
    fail(ErrorKind::kMalformed, "section size mismatch: code after the end of the function");
  }
  return finish();
}

Result<> FunctionValidator::validate_const(const ConstExpr& expr, StackType type,
                                           uint32_t visible_globals) {
  if (is_plain_const(expr, type)) return {};
  const Module& module = context_.module;
  constant_ = true;
  visible_globals_ = visible_globals;
  locals_.reset({}, {});
  start(module.bytes.subspan(expr.offset - module.base_offset), expr.offset,
        context_.value_signature(type));
  return run();
}

void FunctionValidator::start(ByteSpan code, uint64_t offset, SignatureId signature) {
  reader_.reader() = Reader(code, offset);
  stack_.reset();
  frames_.clear();
  // The function's label has the function's results; its parameters are locals, not operands.
  frames_.push_back(
      {Opcode::kBlock, false, plain_label(Opcode::kBlock, signature), signature, 0, 0});
}

Result<> FunctionValidator::run() {
  while (!frames_.empty() && reader_.ok()) {
    if (!constant_) accept_simple();
    if (reader_.at_end()) [[unlikely]] {
      reader_.reader().malformed("unexpected end: END opcode expected");
      break;
    }
    reader_.read_opcode(instruction_);
    kHandlers[static_cast<size_t>(instruction_.opcode)](*this);
  }
  return finish();
}

Result<> FunctionValidator::finish() {
  if (stack_.overflowed()) {
    return tappet::fail(ErrorKind::kLimit,
                        fmt::format("more than {} operands on the stack", limits::kOperands),
                        Position::at_offset(instruction_.offset));
  }
  if (!reader_.ok()) return tappet::fail(reader_.reader().error());
  return {};
}

void FunctionValidator::fail(ErrorKind kind, std::string_view message) {
  if (!reader_.ok()) return;
  reader_.reader().fail(kind, fmt::format("{}: {}", row(instruction_.opcode).mnemonic, message),
                        instruction_.offset);
}

void FunctionValidator::mismatch(StackType expected, StackType found) {
  invalid(fmt::format("expected {}, found {}", to_string(expected), to_string(found)));
}

void FunctionValidator::mismatch_nothing(std::string_view expected) {
  invalid(fmt::format("expected {}, found nothing", expected));
}

StackType FunctionValidator::pop_slowly(StackType expected) {
  if (stack_.available() == 0) {
    if (!frame().unreachable) mismatch_nothing(to_string(expected));
    return stack_type::kBottom;
  }
  const StackType found = stack_.peek();
  stack_.drop(1);
  if (!matches(found, expected)) mismatch(expected, found);
  return found;
}

StackType FunctionValidator::pop_any() {
  if (stack_.available() == 0) {
    if (!frame().unreachable) mismatch_nothing("a value");
    return stack_type::kBottom;
  }
  const StackType found = stack_.peek();
  stack_.drop(1);
  return found;
}

StackType FunctionValidator::pop_ref() {
  const StackType found = pop_any();
  if (found == stack_type::kBottom) return stack_type::kRefBottom;
  if (!is_ref(found)) {
    invalid(fmt::format("expected a reference, found {}", to_string(found)));
    return stack_type::kRefBottom;
  }
  return found;
}

// Results of a thousand types in every instruction must stay cheap: types that are equal are
// compared in bulk, and none at all where unreachable code has no operands.
void FunctionValidator::pop_list(const StackType* types, size_t count) {
  if (stack_.available() >= count && stack_.top_equals(types, count)) return stack_.drop(count);
  while (count > 0) {
    if (stack_.available() == 0 && frame().unreachable) return;
    pop(types[--count]);
    if (!reader_.ok()) return;
  }
}

void FunctionValidator::check_top(const StackType* types, size_t count) {
  const size_t available = stack_.available();
  for (size_t i = 0; i < count; ++i) {
    const StackType expected = types[count - 1 - i];
    if (i == available) {
      if (!frame().unreachable) mismatch_nothing(to_string(expected));
      return;
    }
    if (!matches(stack_.peek(i), expected)) return mismatch(expected, stack_.peek(i));
  }
}

void FunctionValidator::apply_slowly(const StackType* params, size_t param_count,
                                     const StackType* results, size_t result_count) {
  pop(params, param_count);
  push(results, result_count);
}

}  // namespace tappet
