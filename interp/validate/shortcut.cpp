// A shortcut through the instructions that make up four fifths of real code: numeric ones,
// constants, loads, stores and locals. It knows a handful of forms, what an opcode's form and types
// are comes from its row of opcodes.def, and it keeps its state in registers.
//
// The shortcut only ever accepts. Whatever is unusual about an instruction - a long immediate, an
// unexpected operand, unreachable code, the end of the stack's memory - makes it stop in front of
// that instruction, which then takes the general path. So there is no error handling here, and
// leaving the shortcut out changes no result.
#include <bit>

#include "interp/validate/function_validator.h"

namespace tappet {
namespace {

enum class Form : uint8_t {
  kOther,
  kUnary,  // numeric, with one operand
  kBinary,
  kConst,
  kLoad,
  kStore,
  kLocalGet,
  kLocalSet,
  kLocalTee,
};

// What the shortcut needs of an opcode's row.
struct SimpleRow {
  Form form = Form::kOther;
  // How many bytes the LEB128 immediate may have: few enough that no unused bits need a check.
  uint8_t max_leb = 0;
  uint8_t max_align = 0;
  StackType top{};    // the topmost operand
  StackType below{};  // the operand under it
  StackType result{};
};

constexpr StackType type_of(char letter) {
  switch (letter) {
    case 'l':
      return stack_type::kI64;
    case 'f':
      return stack_type::kF32;
    case 'd':
      return stack_type::kF64;
    default:  // 'a' too: a memory with 64-bit addresses takes the general path
      return stack_type::kI32;
  }
}

constexpr Form form_of(const OpcodeRow& op) {
  if (op.opcode == Opcode::kLocalGet) return Form::kLocalGet;
  if (op.opcode == Opcode::kLocalSet) return Form::kLocalSet;
  if (op.opcode == Opcode::kLocalTee) return Form::kLocalTee;
  if (op.feature != Feature::kMvp || op.signature.special) return Form::kOther;
  const size_t params = op.signature.params.size();
  switch (op.immediate) {
    case Immediate::kNone:
      return params == 1 ? Form::kUnary : params == 2 ? Form::kBinary : Form::kOther;
    case Immediate::kI32:
    case Immediate::kI64:
      return Form::kConst;
    case Immediate::kMemarg:
      return params == 1 ? Form::kLoad : Form::kStore;
    default:
      return Form::kOther;
  }
}

constexpr SimpleRow simple_row(const OpcodeRow& op, bool has_memory) {
  const bool is_memory = op.immediate == Immediate::kMemarg;
  SimpleRow simple;
  simple.form = is_memory && !has_memory ? Form::kOther : form_of(op);
  if (simple.form == Form::kOther || op.signature.special) return simple;
  simple.max_leb = op.immediate == Immediate::kI64 ? 8 : 4;
  if (is_memory) simple.max_align = static_cast<uint8_t>(std::countr_zero(op.access_bytes));
  const std::string_view params = op.signature.params;
  if (!params.empty()) simple.top = type_of(params.back());
  if (params.size() == 2) simple.below = type_of(params.front());
  if (!op.signature.results.empty()) simple.result = type_of(op.signature.results.front());
  return simple;
}

using SimpleRows = std::array<SimpleRow, 256>;

constexpr SimpleRows simple_rows(bool has_memory) {
  SimpleRows rows{};
  for (const OpcodeRow& op : kOpcodes) {
    if (op.prefix == 0) rows[op.code] = simple_row(op, has_memory);
  }
  return rows;
}
constexpr SimpleRows kRowsWithMemory = simple_rows(true);
constexpr SimpleRows kRowsWithoutMemory = simple_rows(false);

// Bytes of the LEB128 integer that starts here; 9 for all longer ones. 8 bytes must be readable.
uint32_t leb_length(const uint8_t* at) {
  const uint64_t last_bytes = ~load_le<uint64_t>(at) & 0x8080808080808080;
  return static_cast<uint32_t>(std::countr_zero(last_bytes)) / 8 + 1;
}

}  // namespace

void FunctionValidator::accept_simple() {
  constexpr ptrdiff_t kMaxBytes = 16;  // opcode, alignment, 8 bytes of LEB128: with room
  const bool has_memory =
      !context_.memory_address.empty() && context_.memory_address[0] == stack_type::kI32;
  const SimpleRows& rows = has_memory ? kRowsWithMemory : kRowsWithoutMemory;
  const StackType* const locals = locals_.simple();
  const uint8_t* at = reader_.reader().position();
  StackType* top = stack_.top_slots(0);
  const StackType* const base = top - stack_.available();
  // Every instruction takes a byte or more and pushes one operand at most.
  const ptrdiff_t bytes = static_cast<ptrdiff_t>(reader_.reader().remaining()) - kMaxBytes;
  const uint8_t* const end = at + std::max<ptrdiff_t>(0, std::min(bytes, stack_.end() - top));

  while (at < end) {
    const SimpleRow& row = rows[*at];
    switch (row.form) {
      case Form::kUnary:
        if (top == base || top[-1] != row.top) goto stop;
        top[-1] = row.result;
        at += 1;
        continue;
      case Form::kBinary:
        if (top - base < 2 || top[-1] != row.top || top[-2] != row.below) goto stop;
        top -= 1;
        top[-1] = row.result;
        at += 1;
        continue;
      case Form::kConst: {
        const uint32_t leb = leb_length(at + 1);
        if (leb > row.max_leb) goto stop;
        *top++ = row.result;
        at += 1 + leb;
        continue;
      }
      case Form::kLoad: {
        const uint32_t leb = leb_length(at + 2);
        if (top == base || top[-1] != row.top || at[1] > row.max_align || leb > row.max_leb)
          goto stop;
        top[-1] = row.result;
        at += 2 + leb;
        continue;
      }
      case Form::kStore: {
        const uint32_t leb = leb_length(at + 2);
        if (top - base < 2 || top[-1] != row.top || top[-2] != row.below) goto stop;
        if (at[1] > row.max_align || leb > row.max_leb) goto stop;
        top -= 2;
        at += 2 + leb;
        continue;
      }
      case Form::kLocalGet: {
        const StackType local = locals[at[1]];
        if (local == Locals::kNotSimple) goto stop;
        *top++ = local;
        at += 2;
        continue;
      }
      case Form::kLocalSet:
        if (top == base || top[-1] != locals[at[1]]) goto stop;
        top -= 1;
        at += 2;
        continue;
      case Form::kLocalTee:
        if (top == base || top[-1] != locals[at[1]]) goto stop;
        at += 2;
        continue;
      case Form::kOther:
        goto stop;
    }
  }
stop:
  reader_.reader().advance_to(at);
  stack_.set_top(top);
}

}  // namespace tappet
