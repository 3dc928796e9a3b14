#include "interp/validate/shortcut.h"

#include <algorithm>
#include <bit>

// Left alone, compilers keep the state in memory because of a few larger steps.
#define TAPPET_STEP [[gnu::always_inline]] inline

namespace tappet {
namespace {

// Bytes of the LEB128 integer that starts here; 9 for all longer ones. 8 bytes must be readable.
uint32_t leb_length(const uint8_t* at) {
  const uint64_t last_bytes = ~load_le<uint64_t>(at) & 0x8080808080808080;
  return static_cast<uint32_t>(std::countr_zero(last_bytes)) / 8 + 1;
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

TAPPET_STEP FunctionValidator::Shortcut::Shortcut(FunctionValidator& validator)
    : validator_(validator),
      context_(validator.context_),
      frames_(validator.frames_),
      at_(validator.reader_.reader().position()),
      end_(at_ + validator.reader_.reader().remaining()),
      last_(at_ + std::max<ptrdiff_t>(0, steps_at_most())),
      bottom_(validator.stack_.bottom()),
      base_(validator.stack_.base()),
      top_(validator.stack_.top()),
      has_memory_(has_plain_memory(context_)),
      has_table_(has_plain_table(context_)) {}

// Every instruction takes a byte or more and pushes one operand at most.
TAPPET_STEP ptrdiff_t FunctionValidator::Shortcut::steps_at_most() const {
  const ByteSpan file = context_.module.bytes;
  const ptrdiff_t readable = file.data() + file.size() - at_;
  return std::min(
      {end_ - at_ - (kShortBytes - 1), readable - kLookahead, validator_.stack_.room()});
}

TAPPET_STEP bool FunctionValidator::Shortcut::advance(uint32_t bytes) {
  if (static_cast<uint32_t>(end_ - at_) < bytes) return false;
  at_ += bytes;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::skip_integer(uint32_t before, const Row& row) {
  if (at_[before] < 0x80) [[likely]] {
    at_ += before + 1;
    return true;
  }
  const uint32_t leb = leb_length(at_ + before);
  return leb <= row.immediate_bytes && advance(before + leb);
}

TAPPET_STEP FunctionValidator::Shortcut::ShortIndex FunctionValidator::Shortcut::index(
    uint32_t skip) const {
  const uint8_t* const at = at_ + skip;
  if (at[0] < 0x80) return {at[0], 1};
  const uint32_t low = at[0] & 0x7fu;
  if (at[1] < 0x80) return {low | uint32_t{at[1]} << 7, 2};
  if (at[2] < 0x80) return {low | (at[1] & 0x7fu) << 7 | uint32_t{at[2]} << 14, 3};
  return {0, kLongIndex};
}

// Numeric instructions, constants, memory.

TAPPET_STEP bool FunctionValidator::Shortcut::unary(const Row& row) {
  if (!top_is(row.top)) return false;
  top_[-1] = row.result;
  at_ += 1;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::binary(const Row& row) {
  if (!top_two_are(row.below, row.top)) return false;
  top_ -= 1;
  top_[-1] = row.result;
  at_ += 1;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::push_const(const Row& row) {
  if (!skip_integer(1, row)) return false;
  *top_++ = row.result;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::push_float(const Row& row) {
  if (!advance(1u + row.immediate_bytes)) return false;
  *top_++ = row.result;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::load(const Row& row) {
  if (!has_memory_ || !top_is(row.top) || at_[1] > row.max_align || !skip_integer(2, row))
    return false;
  top_[-1] = row.result;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::store(const Row& row) {
  if (!has_memory_ || !top_two_are(row.below, row.top)) return false;
  if (at_[1] > row.max_align || !skip_integer(2, row)) return false;
  top_ -= 2;
  return true;
}

// Variables and parametric instructions.

TAPPET_STEP bool FunctionValidator::Shortcut::local_get() {
  const StackType local = validator_.locals_.simple(at_[1]);
  if (local == Locals::kNotSimple) return false;
  *top_++ = local;
  at_ += 2;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::local_set() {
  if (!top_is(validator_.locals_.simple(at_[1]))) return false;
  top_ -= 1;
  at_ += 2;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::local_tee() {
  if (!top_is(validator_.locals_.simple(at_[1]))) return false;
  at_ += 2;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::global_get() {
  const auto [global, bytes] = index(1);
  if (bytes == kLongIndex || global >= context_.globals.size() || !advance(1 + bytes)) return false;
  *top_++ = context_.globals[global].type;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::global_set() {
  const auto [global, bytes] = index(1);
  if (bytes == kLongIndex || global >= context_.globals.size()) return false;
  const ModuleContext::Global& found = context_.globals[global];
  if (!found.is_mutable || !top_is(found.type) || !advance(1 + bytes)) return false;
  top_ -= 1;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::drop() {
  if (top_ == base_) return false;
  top_ -= 1;
  at_ += 1;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::select() {
  if (available() < 3 || top_[-1] != stack_type::kI32) return false;
  if (top_[-2] != top_[-3] || top_[-2] > stack_type::kV128) return false;
  top_ -= 2;
  at_ += 1;
  return true;
}

// Blocks and branches: those of signatures that ModuleContext::is_plain().

TAPPET_STEP bool FunctionValidator::Shortcut::enter(Opcode opcode) {
  const auto signature = ModuleContext::plain_signature(at_[1]);
  if (signature == ModuleContext::kNotPlain || frames_.size() == frames_.capacity()) return false;
  frames_.push_back(
      {opcode, false, signature, static_cast<uint32_t>(top_ - bottom_), validator_.locals_.mark()});
  base_ = top_;
  at_ += 2;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::enter_if() {
  if (!top_is(stack_type::kI32)) return false;
  top_ -= 1;
  if (enter(Opcode::kIf)) return true;
  top_ += 1;
  return false;
}

// The operands of the innermost block are a signature's results, and no more.
TAPPET_STEP bool FunctionValidator::Shortcut::results_at_top(SignatureId signature) const {
  if (!ModuleContext::is_plain(signature)) return false;
  if (top_ == base_) {
    return signature == ModuleContext::kEmptySignature || frames_.back().unreachable;
  }
  return signature != ModuleContext::kEmptySignature && available() == 1 &&
         top_[-1] == ModuleContext::plain_result(signature);
}

TAPPET_STEP bool FunctionValidator::Shortcut::enter_else() {
  Frame& frame = frames_.back();
  if (frame.opcode != Opcode::kIf || !results_at_top(frame.signature)) return false;
  validator_.locals_.forget_since(frame.set_mark);
  frame.opcode = Opcode::kElse;
  frame.unreachable = false;
  top_ = base_;
  at_ += 1;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::end() {
  const Frame& frame = frames_.back();
  const SignatureId signature = frame.signature;
  if (frames_.size() == 1 || !results_at_top(signature)) return false;
  if (frame.opcode == Opcode::kIf && signature != ModuleContext::kEmptySignature) return false;
  validator_.locals_.forget_since(frame.set_mark);
  frames_.pop_back();
  top_ = base_;
  base_ = bottom_ + frames_.back().height;
  if (signature != ModuleContext::kEmptySignature) {
    *top_++ = ModuleContext::plain_result(signature);
  }
  at_ += 1;
  return true;
}

// The operands that a label takes, one at most, are at the top.
TAPPET_STEP bool FunctionValidator::Shortcut::label_fits(uint32_t label, bool& has_operand) const {
  has_operand = false;
  if (label >= frames_.size() || label >= 0x80) return false;
  const Frame& target = frames_[frames_.size() - 1 - label];
  if (!ModuleContext::is_plain(target.signature)) return false;
  if (target.opcode == Opcode::kLoop || target.signature == ModuleContext::kEmptySignature) {
    return true;
  }
  has_operand = true;
  return top_is(ModuleContext::plain_result(target.signature));
}

TAPPET_STEP void FunctionValidator::Shortcut::jump() {
  top_ = base_;
  frames_.back().unreachable = true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::br() {
  bool has_operand = false;
  if (!label_fits(at_[1], has_operand)) return false;
  jump();
  at_ += 2;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::br_if() {
  if (!top_is(stack_type::kI32)) return false;
  top_ -= 1;
  bool has_operand = false;
  if (!label_fits(at_[1], has_operand)) {
    top_ += 1;
    return false;
  }
  at_ += 2;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::leave() {
  bool has_operand = false;
  if (!label_fits(static_cast<uint32_t>(frames_.size() - 1), has_operand)) return false;
  jump();
  at_ += 1;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::unreachable() {
  jump();
  at_ += 1;
  return true;
}

// Calls. `extra` operands that are checked already lie above the parameters.

TAPPET_STEP bool FunctionValidator::Shortcut::apply(const StackSignature& callee, uint32_t extra,
                                                    uint32_t bytes) {
  const size_t operands = size_t{callee.param_count} + extra;
  if (callee.result_count > 1 || available() < operands) return false;
  const StackType* const arguments = top_ - operands;
  for (uint32_t i = 0; i < callee.param_count; ++i) {
    if (arguments[i] != callee.params[i]) return false;
  }
  if (!advance(bytes)) return false;
  top_ -= operands;
  if (callee.result_count != 0) *top_++ = *callee.results;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::call() {
  const auto [function, bytes] = index(1);
  if (bytes == kLongIndex || function >= context_.function_types.size()) return false;
  return apply(context_.function_signature(function), 0, 1 + bytes);
}

TAPPET_STEP bool FunctionValidator::Shortcut::call_indirect() {
  const auto [type, bytes] = index(1);
  if (bytes == kLongIndex || at_[1 + bytes] != 0 || type >= context_.types.size()) return false;
  const StackSignature& callee = context_.signature(context_.type_signature(type));
  if (!has_table_ || !callee.is_function || !top_is(stack_type::kI32)) return false;
  return apply(callee, 1, 2 + bytes);
}

template <Opcode kOpcode>
TAPPET_STEP bool FunctionValidator::Shortcut::step_of() {
  constexpr Row row = shortcut::shortcut_row(kOpcode);
  switch (row.form) {
    case ShortcutForm::kUnary:
      return unary(row);
    case ShortcutForm::kBinary:
      return binary(row);
    case ShortcutForm::kConst:
      return push_const(row);
    case ShortcutForm::kFloatConst:
      return push_float(row);
    case ShortcutForm::kLoad:
      return load(row);
    case ShortcutForm::kStore:
      return store(row);
    case ShortcutForm::kLocalGet:
      return local_get();
    case ShortcutForm::kLocalSet:
      return local_set();
    case ShortcutForm::kLocalTee:
      return local_tee();
    case ShortcutForm::kGlobalGet:
      return global_get();
    case ShortcutForm::kGlobalSet:
      return global_set();
    case ShortcutForm::kDrop:
      return drop();
    case ShortcutForm::kSelect:
      return select();
    case ShortcutForm::kBlock:
      return enter(Opcode::kBlock);
    case ShortcutForm::kLoop:
      return enter(Opcode::kLoop);
    case ShortcutForm::kIf:
      return enter_if();
    case ShortcutForm::kElse:
      return enter_else();
    case ShortcutForm::kEnd:
      return end();
    case ShortcutForm::kBr:
      return br();
    case ShortcutForm::kBrIf:
      return br_if();
    case ShortcutForm::kReturn:
      return leave();
    case ShortcutForm::kUnreachable:
      return unreachable();
    case ShortcutForm::kCall:
      return call();
    case ShortcutForm::kCallIndirect:
      return call_indirect();
    case ShortcutForm::kOther:
      break;
  }
  return false;
}

// One case per opcode rather than per form: branch prediction, which decides how fast this is, then
// knows what the last instructions were.
TAPPET_STEP bool FunctionValidator::Shortcut::step() {
  switch (uint32_t{*at_}) {
#define OP(name, prefix, code, mnemonic, imm, sig, access, feature) \
  case uint32_t{prefix} << 16 | (code):                             \
    return step_of<Opcode::k##name>();
#include "interp/opcodes/opcodes.def"
#undef OP
    default:
      return false;
  }
}

TAPPET_STEP void FunctionValidator::Shortcut::run() {
  while (at_ < last_ && step()) {
  }
  validator_.reader_.reader().advance_to(at_);
  validator_.stack_.set(base_, top_);
}

void FunctionValidator::accept_simple() { Shortcut(*this).run(); }

}  // namespace tappet
