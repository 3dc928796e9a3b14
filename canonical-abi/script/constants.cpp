// The syntax of constants, as the reference tools' scripts have it.
#include <fmt/format.h>

#include "canonical-abi/script/value.h"
#include "interp/base/limits.h"
#include "interp/base/utf8.h"
#include "interp/text/numbers.h"

namespace tappet::component {
namespace {

using text::Cursor;
using text::TokenKind;

struct WordRow {
  std::string_view word;
  TypeKind kind;
  uint32_t case_index;  // kOption, kResult
};
constexpr WordRow kWords[] = {
    {"bool.const", TypeKind::kBool, 0},       {"u8.const", TypeKind::kU8, 0},
    {"s8.const", TypeKind::kS8, 0},           {"u16.const", TypeKind::kU16, 0},
    {"s16.const", TypeKind::kS16, 0},         {"u32.const", TypeKind::kU32, 0},
    {"s32.const", TypeKind::kS32, 0},         {"u64.const", TypeKind::kU64, 0},
    {"s64.const", TypeKind::kS64, 0},         {"char.const", TypeKind::kChar, 0},
    {"str.const", TypeKind::kString, 0},      {"list.const", TypeKind::kList, 0},
    {"record.const", TypeKind::kRecord, 0},   {"tuple.const", TypeKind::kTuple, 0},
    {"variant.const", TypeKind::kVariant, 0}, {"enum.const", TypeKind::kEnum, 0},
    {"option.none", TypeKind::kOption, 0},    {"option.some", TypeKind::kOption, 1},
    {"result.ok", TypeKind::kResult, 0},      {"result.err", TypeKind::kResult, 1},
    {"flags.const", TypeKind::kFlags, 0},
};
// Core constants too: not among the values of a script, but inside of others.
constexpr WordRow kFloats[] = {
    {"f32.const", TypeKind::kF32, 0},
    {"f64.const", TypeKind::kF64, 0},
};

class Reader {
 public:
  explicit Reader(Cursor& in) : in_(in) {}

  std::optional<Constant> value(bool is_inner) {
    const WordRow* const row = find(is_inner);
    if (row == nullptr) return std::nullopt;
    in_.advance();
    Constant out;
    out.kind = row->kind;
    out.bits = row->case_index;
    contents(out);
    return out;
  }

 private:
  const WordRow* find(bool is_inner) const {
    for (const WordRow& row : kWords) {
      if (in_.at_atom(row.word)) return &row;
    }
    for (const WordRow& row : kFloats) {
      if (is_inner && in_.at_atom(row.word)) return &row;
    }
    return nullptr;
  }

  void contents(Constant& out) {
    switch (out.kind) {
      case TypeKind::kBool:
        out.bits = in_.at_atom("true") ? 1 : 0;
        if (!in_.accept("true") && !in_.accept("false")) in_.unexpected("true or false");
        return;
      case TypeKind::kF32:
      case TypeKind::kF64:
        return floating(out);
      case TypeKind::kChar:
        return character(out);
      case TypeKind::kString:
        out.text = in_.expect_name();
        return;
      case TypeKind::kRecord:
        while (in_.accept_open("field")) {
          std::string label = in_.expect_name();
          member(out, std::move(label));
          in_.expect_close();
        }
        return;
      case TypeKind::kFlags:
        while (in_.kind() == TokenKind::kString) flag(out);
        return;
      case TypeKind::kVariant:
      case TypeKind::kEnum:
        out.text = in_.expect_name();
        [[fallthrough]];
      case TypeKind::kList:
      case TypeKind::kTuple:
      case TypeKind::kOption:
      case TypeKind::kResult:
        while (in_.kind() == TokenKind::kOpen) member(out, "");
        return;
      default:
        return integer(out);
    }
  }

  void flag(Constant& out) {
    out.members.emplace_back();
    out.members.back().label = in_.expect_name();
  }

  void member(Constant& out, std::string label) {
    const bool in_parentheses = in_.kind() == TokenKind::kOpen;  // those of fields may have none
    if (++depth_ > limits::kComponentTypeDepth)
      return in_.fail_at(in_.peek().begin, "values are nested too deeply", ErrorKind::kLimit);
    if (in_parentheses) in_.advance();
    if (auto inner = value(true)) {
      inner->label = std::move(label);
      out.members.push_back(std::move(*inner));
    } else {
      in_.unexpected("a value");
    }
    if (in_parentheses) in_.expect_close();
    --depth_;
  }

  void integer(Constant& out) {
    const bool is_signed = row(out.kind).text[0] == 's';
    const int bits = static_cast<int>(row(out.kind).size) * 8;
    const auto number =
        in_.kind() == TokenKind::kAtom ? text::parse_integer(in_.text(), bits) : std::nullopt;
    if (!number) return in_.unexpected("an integer");
    in_.advance();
    const int shift = 64 - bits;
    out.bits = is_signed ? static_cast<uint64_t>(static_cast<int64_t>(*number << shift) >> shift)
                         : *number;
  }

  // Lifted NaNs are canonical (definitions.py, canonicalize_nan).
  void floating(Constant& out) {
    const bool is_32 = out.kind == TypeKind::kF32;
    const bool is_nan = in_.at_atom("nan:canonical") || in_.at_atom("nan:arithmetic");
    std::optional<uint64_t> bits;
    if (in_.kind() == TokenKind::kAtom) {
      const std::string_view text = is_nan ? "nan" : in_.text();
      if (is_32) bits = text::parse_f32(text);
      if (!is_32) bits = text::parse_f64(text);
    }
    if (!bits) return in_.unexpected("a number");
    in_.advance();
    out.bits = *bits;
  }

  void character(Constant& out) {
    const std::string text = in_.expect_name();
    ByteSpan rest = as_bytes(text);
    const auto c = next_utf8(rest);
    if (!c || !rest.empty()) return in_.fail("a character is expected");
    out.bits = *c;
  }

  Cursor& in_;
  uint32_t depth_ = 0;
};

}  // namespace

std::optional<Constant> read_constant(Cursor& in) { return Reader(in).value(false); }

}  // namespace tappet::component
