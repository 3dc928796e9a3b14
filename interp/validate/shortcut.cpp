#include "interp/validate/shortcut.h"

#include <algorithm>
#include <bit>

// Left alone, compilers keep the state in memory because of a few larger steps.
#define TAPPET_STEP [[gnu::always_inline]] inline

namespace tappet {
namespace {

constexpr uint64_t kContinuation = 0x8080808080808080;  // set in all bytes of LEB128 but the last

// What five bytes of LEB128 at most, without continuation bits, stand for.
TAPPET_STEP uint64_t leb_value(uint64_t bytes) {
  return (bytes & 0x7f) | (bytes >> 1 & 0x7f << 7) | (bytes >> 2 & 0x7f << 14) |
         (bytes >> 3 & 0x7f << 21) | (bytes >> 4 & uint64_t{0x7f} << 28);
}

}  // namespace

// Every instruction takes a byte or more and pushes one operand at most.
ptrdiff_t FunctionValidator::Shortcut::steps_at_most(const FunctionValidator& validator) {
  const Reader& reader = validator.reader_.reader();
  const ByteSpan file = validator.context_.module.bytes;
  const ptrdiff_t readable = file.data() + file.size() - reader.position();
  return std::min({static_cast<ptrdiff_t>(reader.remaining()) - (kShortBytes - 1),
                   readable - kLookahead, validator.stack_.room()});
}

TAPPET_STEP void FunctionValidator::Shortcut::move(uint32_t bytes) {
  at_ += bytes;
  next_ = bytes < sizeof word_ ? byte(bytes) : *at_;
}

TAPPET_STEP bool FunctionValidator::Shortcut::advance(uint32_t bytes) {
  if (static_cast<uint32_t>(end_ - at_) < bytes) return false;
  move(bytes);
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::skip_integer(uint32_t before, const Row& row) {
  if (byte(before) < 0x80) [[likely]] {
    move(before + 1);
    return true;
  }
  const uint64_t last_bytes = ~word_ & kContinuation << 8 * before;
  const auto bits = static_cast<uint32_t>(std::countr_zero(last_bytes));
  const uint32_t bytes = bits / 8 + 1;
  if (bytes > before + row.immediate_bytes) return false;
  if (row.immediate_bytes == 5) {
    // Of the fifth byte's seven bits, four are used; the others are zero, or copies of the sign.
    const uint32_t fifth = byte(before + 4) + (row.is_signed ? 8 : 0);
    if (bytes == before + 5 && (fifth & 0x70) != 0) return false;
  }
  if (static_cast<uint32_t>(end_ - at_) < bytes) return false;
  at_ += bytes;
  next_ = static_cast<uint8_t>(word_ >> bits >> 1);
  return true;
}

// Linkers leave five bytes where they have filled an index in. Lengths are told apart by jumps,
// which the processor foresees better than it bears waiting for a computed length.
TAPPET_STEP FunctionValidator::Shortcut::ShortIndex FunctionValidator::Shortcut::index(
    uint32_t begin) const {
  const uint64_t word = word_ >> 8 * begin;
  if ((word & 0x80) == 0) return {word & 0x7f, 1};
  if ((word & 0x8080808080) == 0x80808080) return {leb_value(word & 0x7f7f7f7f7f), 5};
  if ((word & 0x8000) == 0) return {leb_value(word & 0x7f7f), 2};
  if ((word & 0x800000) == 0) return {leb_value(word & 0x7f7f7f), 3};
  return {0, kLongIndex};
}

// Numeric instructions, constants, memory.

TAPPET_STEP bool FunctionValidator::Shortcut::unary(const Row& row) {
  if (!top_is(row.top)) return false;
  top_[-1] = row.result;
  move(1);
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::binary(const Row& row) {
  if (!top_two_are(row.below, row.top)) return false;
  top_ -= 1;
  top_[-1] = row.result;
  move(1);
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
  if (!validator_.has_plain_memory_ || !top_is(row.top) || byte(1) > row.max_align ||
      !skip_integer(2, row))
    return false;
  top_[-1] = row.result;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::store(const Row& row) {
  if (!validator_.has_plain_memory_ || !top_two_are(row.below, row.top)) return false;
  if (byte(1) > row.max_align || !skip_integer(2, row)) return false;
  top_ -= 2;
  return true;
}

// Variables and parametric instructions.

TAPPET_STEP bool FunctionValidator::Shortcut::local_get() {
  const StackType local = validator_.locals_.simple(byte(1));
  if (local == Locals::kNotSimple) return false;
  *top_++ = local;
  move(2);
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::local_set() {
  if (!top_is(validator_.locals_.simple(byte(1)))) return false;
  top_ -= 1;
  move(2);
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::local_tee() {
  if (!top_is(validator_.locals_.simple(byte(1)))) return false;
  move(2);
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::global_get() {
  const auto [global, bytes] = index(1);
  if (bytes == kLongIndex || global >= validator_.context_.globals.size() || !advance(1 + bytes))
    return false;
  *top_++ = validator_.context_.globals[global].type;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::global_set() {
  const auto [global, bytes] = index(1);
  if (bytes == kLongIndex || global >= validator_.context_.globals.size()) return false;
  const ModuleContext::Global& found = validator_.context_.globals[global];
  if (!found.is_mutable || !top_is(found.type) || !advance(1 + bytes)) return false;
  top_ -= 1;
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::drop() {
  if (top_ == base_) return false;
  top_ -= 1;
  move(1);
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::select() {
  if (available() < 3 || top_[-1] != stack_type::kI32) return false;
  if (top_[-2] != top_[-3] || top_[-2] > stack_type::kV128) return false;
  top_ -= 2;
  move(1);
  return true;
}

// Blocks and branches: those of signatures that ModuleContext::is_plain(), and blocks only where no
// local is set or forgotten.

TAPPET_STEP bool FunctionValidator::Shortcut::enter(Opcode opcode) {
  std::vector<Frame>& frames = validator_.frames_;
  const auto signature = ModuleContext::plain_signature(byte(1));
  if (signature == ModuleContext::kNotPlain || frames.size() == frames.capacity()) return false;
  if (!validator_.locals_.always_set()) return false;
  const auto height = static_cast<uint32_t>(top_ - validator_.stack_.bottom());
  frames.push_back({opcode, false, plain_label(opcode, signature), signature, height, 0});
  base_ = top_;
  move(2);
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
    return signature == ModuleContext::kEmptySignature || validator_.frames_.back().unreachable;
  }
  return signature != ModuleContext::kEmptySignature && available() == 1 &&
         top_[-1] == ModuleContext::plain_result(signature);
}

TAPPET_STEP bool FunctionValidator::Shortcut::enter_else() {
  Frame& frame = validator_.frames_.back();
  if (frame.opcode != Opcode::kIf || !results_at_top(frame.signature)) return false;
  if (!validator_.locals_.always_set()) return false;
  frame.opcode = Opcode::kElse;
  frame.unreachable = false;
  top_ = base_;
  move(1);
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::end() {
  std::vector<Frame>& frames = validator_.frames_;
  const SignatureId signature = frames.back().signature;
  if (frames.size() == 1 || !validator_.locals_.always_set()) return false;
  if (signature == ModuleContext::kEmptySignature) [[likely]] {
    if (top_ != base_) return false;
  } else {
    if (frames.back().opcode == Opcode::kIf || !results_at_top(signature)) return false;
    *base_ = ModuleContext::plain_result(signature);
    top_ = base_ + 1;
  }
  frames.pop_back();
  base_ = validator_.stack_.bottom() + frames.back().height;
  move(1);
  return true;
}

// The operands that a label takes, one at most, are at the top.
TAPPET_STEP bool FunctionValidator::Shortcut::label_fits(ShortIndex label) const {
  const std::vector<Frame>& frames = validator_.frames_;
  if (label.bytes == kLongIndex || label.value >= frames.size()) return false;
  const uint8_t takes = frames.end()[-1 - static_cast<ptrdiff_t>(label.value)].label;
  if (takes == ModuleContext::kEmptySignature) [[likely]]
    return true;
  return takes != kOtherLabel && top_is(ModuleContext::plain_result(takes));
}

TAPPET_STEP void FunctionValidator::Shortcut::jump() {
  top_ = base_;
  validator_.frames_.back().unreachable = true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::br() {
  if (byte(1) < 0x80) [[likely]]
    return branch({byte(1), 1});
  return branch(index(1));
}

TAPPET_STEP bool FunctionValidator::Shortcut::branch(ShortIndex label) {
  if (!label_fits(label) || !advance(1 + label.bytes)) return false;
  jump();
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::br_if() {
  if (!top_is(stack_type::kI32)) return false;
  if (byte(1) < 0x80) [[likely]]
    return branch_if({byte(1), 1});
  return branch_if(index(1));
}

TAPPET_STEP bool FunctionValidator::Shortcut::branch_if(ShortIndex label) {
  top_ -= 1;
  if (label_fits(label) && advance(1 + label.bytes)) return true;
  top_ += 1;
  return false;
}

TAPPET_STEP bool FunctionValidator::Shortcut::leave() {
  if (!label_fits({validator_.frames_.size() - 1, 1})) return false;
  jump();
  move(1);
  return true;
}

TAPPET_STEP bool FunctionValidator::Shortcut::unreachable() {
  jump();
  move(1);
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
  if (bytes == kLongIndex || function >= validator_.context_.function_types.size()) return false;
  return apply(validator_.context_.function_signature(static_cast<uint32_t>(function)), 0,
               1 + bytes);
}

TAPPET_STEP bool FunctionValidator::Shortcut::call_indirect() {
  const auto [type, bytes] = index(1);
  if (bytes == kLongIndex || byte(1 + bytes) != 0 || type >= validator_.context_.types.size())
    return false;
  const StackSignature& callee = validator_.context_.signature(
      validator_.context_.type_signature(static_cast<uint32_t>(type)));
  if (!validator_.has_plain_table_ || !callee.is_function || !top_is(stack_type::kI32))
    return false;
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

#if __has_cpp_attribute(clang::musttail) && __has_cpp_attribute(clang::preserve_none)

// Instructions are too varied for the processor to foresee, so time goes into jumps that it got
// wrong. Here each step ends with a jump of its own straight to the next, and the state stays in
// registers: by measurement a tenth faster than the loop below.
struct FunctionValidator::Shortcut::Threaded {
  using Step = __attribute__((preserve_none)) void (*)(FunctionValidator& validator,
                                                       const uint8_t* at, const uint8_t* last,
                                                       const uint8_t* end, StackType* base,
                                                       StackType* top, uint64_t word);

  template <Opcode kOpcode>
  __attribute__((preserve_none)) static void step(FunctionValidator& validator, const uint8_t* at,
                                                  const uint8_t* last, const uint8_t* end,
                                                  StackType* base, StackType* top, uint64_t word) {
    Shortcut state(validator, at, last, end, base, top, word);
    if (!state.step_of<kOpcode>() || state.at_ >= state.last_) [[unlikely]] {
      [[clang::musttail]] return stop(state.validator_, state.at_, state.last_, state.end_,
                                      state.base_, state.top_, 0);
    }
    [[clang::musttail]] return kSteps[state.next_](state.validator_, state.at_, state.last_,
                                                   state.end_, state.base_, state.top_,
                                                   load_le<uint64_t>(state.at_));
  }

  __attribute__((preserve_none)) static void stop(FunctionValidator& validator, const uint8_t* at,
                                                  const uint8_t*, const uint8_t*, StackType* base,
                                                  StackType* top, uint64_t) {
    validator.reader_.reader().advance_to(at);
    validator.stack_.set(base, top);
  }

  template <Opcode kOpcode>
  static constexpr Step step_or_stop() {
    if constexpr (shortcut::shortcut_row(kOpcode).form == ShortcutForm::kOther) {
      return stop;
    } else {
      return step<kOpcode>;
    }
  }

  static constexpr std::array<Step, 256> all_steps() {
    std::array<Step, 256> steps{};
    for (Step& step : steps) step = stop;
#define OP(name, prefix, code, mnemonic, imm, sig, access, feature) \
  if (prefix == 0) steps[(code) & 0xff] = step_or_stop<Opcode::k##name>();
#include "interp/opcodes/opcodes.def"
#undef OP
    return steps;
  }

  static const std::array<Step, 256> kSteps;
};

constexpr std::array<FunctionValidator::Shortcut::Threaded::Step, 256>
    FunctionValidator::Shortcut::Threaded::kSteps = all_steps();

void FunctionValidator::Shortcut::run(FunctionValidator& validator) {
  const Reader& reader = validator.reader_.reader();
  const ptrdiff_t steps = steps_at_most(validator);
  if (steps <= 0) return;
  const uint8_t* const at = reader.position();
  Threaded::kSteps[*at](validator, at, at + steps, at + reader.remaining(), validator.stack_.base(),
                        validator.stack_.top(), load_le<uint64_t>(at));
}

#else

// One case per opcode rather than per form: branch prediction, which decides how fast this is, then
// knows what the last instructions were.
TAPPET_STEP bool FunctionValidator::Shortcut::step() {
  switch (uint32_t{byte(0)}) {
#define OP(name, prefix, code, mnemonic, imm, sig, access, feature) \
  case uint32_t{prefix} << 16 | (code):                             \
    return step_of<Opcode::k##name>();
#include "interp/opcodes/opcodes.def"
#undef OP
    default:
      return false;
  }
}

void FunctionValidator::Shortcut::run(FunctionValidator& validator) {
  Reader& reader = validator.reader_.reader();
  const ptrdiff_t steps = steps_at_most(validator);
  if (steps <= 0) return;
  const uint8_t* const at = reader.position();
  Shortcut state(validator, at, at + steps, at + reader.remaining(), validator.stack_.base(),
                 validator.stack_.top(), load_le<uint64_t>(at));
  while (state.step() && state.at_ < state.last_) state.word_ = load_le<uint64_t>(state.at_);
  reader.advance_to(state.at_);
  validator.stack_.set(state.base_, state.top_);
}

#endif

void FunctionValidator::accept_simple() { Shortcut::run(*this); }

}  // namespace tappet
