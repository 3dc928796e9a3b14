// Value definitions (Explainer.md, "Value Definitions"): literals become bytes, as their types say.
#include <fmt/format.h>

#include <map>

#include "canonical-abi/component/binary/type_reader.h"
#include "canonical-abi/text/component_parser.h"
#include "canonical-abi/types/print.h"
#include "interp/base/limits.h"
#include "interp/text/numbers.h"

namespace tappet::component::wat {
namespace {

using syntax::DefValType;
using syntax::ValTypeUse;

ValTypeUse val_type_use(const Writer& type) {
  Budget budget = Budget::for_input(type.size());
  Reader in(type.bytes(), 0, budget);
  const auto use = binary::read_val_type(in);
  return use.ok() ? *use : ValTypeUse{};
}

// 'c', as far as it is one token: its scalar value.
std::optional<uint8_t> quoted_character(std::string_view text) {
  if (text.size() < 3 || text.front() != '\'' || text.back() != '\'') return std::nullopt;
  text = text.substr(1, text.size() - 2);
  if (text.size() == 1 && text != "'" && text != "\\") return static_cast<uint8_t>(text[0]);
  constexpr std::pair<std::string_view, char> kEscapes[] = {
      {"\\t", '\t'}, {"\\n", '\n'}, {"\\r", '\r'}, {"\\'", '\''}, {"\\\\", '\\'}};
  for (const auto& [escape, c] : kEscapes) {
    if (text == escape) return static_cast<uint8_t>(c);
  }
  return std::nullopt;
}

// Errors stick in the cursor.
class ValueWriter {
 public:
  ValueWriter(Cursor& in, const Scope& scope, Writer& out) : in_(in), scope_(scope), out_(&out) {}

  void value(const ValTypeUse& type) {
    if (!spend(1)) return;
    if (in_.accept_open("binary")) return bytes();
    if (type.form == ValTypeUse::Form::kPrimitive) return primitive(type.primitive);
    const DefValType* const definition = find(type.index);
    if (definition == nullptr) return;
    if (is_primitive(definition->kind)) return primitive(definition->kind);
    composite(*definition);
  }

 private:
  // Cases and flags are looked for one after the other: a value may not make that too often.
  bool spend(uint64_t steps) {
    if (steps > steps_) in_.fail_at(in_.peek().begin, "a value is too complex", ErrorKind::kLimit);
    steps_ -= std::min(steps, steps_);
    return in_.ok();
  }

  const DefValType* find(uint32_t index) {
    const auto known = types_.find(index);
    if (known != types_.end()) return &known->second;
    if (const Writer* const body = scope_.type_body(index)) {
      Budget budget = Budget::for_input(body->size());
      Reader reader(body->bytes(), 0, budget);
      auto type = binary::read_type_def(reader, 0);
      if (type.ok() && std::holds_alternative<DefValType>(*type))
        return &(types_[index] = std::get<DefValType>(std::move(*type)));
    }
    in_.fail(
        "a value's type has to be a value type that is defined here; (binary ...) may be of any");
    return nullptr;
  }

  void bytes() {
    while (in_.kind() == TokenKind::kString) {
      const std::string piece = in_.expect_string();
      out_->append(as_bytes(piece));
    }
    in_.expect_close();
  }

  void primitive(TypeKind kind) {
    switch (kind) {
      case TypeKind::kBool:
        out_->byte(in_.at_atom("true") ? 1 : 0);
        if (!in_.accept("true") && !in_.accept("false")) in_.unexpected("true or false");
        return;
      case TypeKind::kF32:
      case TypeKind::kF64:
        return floating(kind);
      case TypeKind::kChar:
        return character();
      case TypeKind::kString:
        return out_->name(in_.expect_name());
      case TypeKind::kErrorContext:
        return in_.fail("there are no constants of this type");
      default:
        return integer(kind);
    }
  }

  void integer(TypeKind kind) {
    const bool is_signed = row(kind).text[0] == 's';
    const int bits = static_cast<int>(row(kind).size) * 8;
    const auto number =
        in_.kind() == TokenKind::kAtom ? text::parse_integer(in_.text(), bits) : std::nullopt;
    if (!number || (!is_signed && in_.text()[0] == '-')) return in_.unexpected("an integer");
    in_.advance();
    const int unused = 64 - bits;
    const auto extended = static_cast<int64_t>(*number << unused) >> unused;
    if (bits == 8) return out_->byte(static_cast<uint8_t>(*number));
    if (is_signed) return out_->s64(extended);
    out_->u64(*number);
  }

  // NaN is just that.
  void floating(TypeKind kind) {
    const bool is_number =
        in_.kind() == TokenKind::kAtom &&
        (in_.text() == "nan" || in_.text().find("nan") == std::string_view::npos);
    const bool wide = kind == TypeKind::kF64;
    const auto narrow_bits = is_number && !wide ? text::parse_f32(in_.text()) : std::nullopt;
    const auto wide_bits = is_number && wide ? text::parse_f64(in_.text()) : std::nullopt;
    if (!narrow_bits && !wide_bits) return in_.unexpected("a number");
    in_.advance();
    if (wide) return out_->word64(*wide_bits);
    out_->word32(*narrow_bits);
  }

  void character() {
    const auto c = in_.kind() == TokenKind::kAtom ? quoted_character(in_.text()) : std::nullopt;
    if (!c) return in_.unexpected("a character");
    in_.advance();
    out_->byte(*c);
  }

  void composite(const DefValType& type) {
    switch (type.kind) {
      case TypeKind::kOption:
        if (in_.accept("none")) return out_->byte(0);
        return one_of("some", 1, type.items[0].type);
      case TypeKind::kResult: {
        const bool is_error = in_.at_atom("error") || in_.at_open("error");
        const uint8_t index = is_error ? 1 : 0;
        return one_of(is_error ? "error" : "ok", index, type.items[index].type);
      }
      default:
        break;
    }
    if (depth_ == limits::kComponentTypeDepth)
      return in_.fail_at(in_.peek().begin, "values are nested too deeply", ErrorKind::kLimit);
    ++depth_;
    in_.expect_open(type.kind == TypeKind::kFixedList || type.kind == TypeKind::kMap
                        ? row(TypeKind::kList).text
                        : row(type.kind).text);
    contents(type);
    in_.expect_close();
    --depth_;
  }

  void contents(const DefValType& type) {
    switch (type.kind) {
      case TypeKind::kRecord:
      case TypeKind::kTuple:
        for (const syntax::LabelUse& item : type.items) value(item.type);
        return;
      case TypeKind::kVariant:
      case TypeKind::kEnum: {
        const uint32_t index = label(type);
        if (!in_.ok()) return;
        out_->u32(index);
        if (!type.items[index].type.is_none()) value(type.items[index].type);
        return;
      }
      case TypeKind::kFlags:
        return flags(type);
      case TypeKind::kFixedList:
        for (uint32_t i = 0; in_.ok() && i < type.number; ++i) value(type.items[0].type);
        return;
      case TypeKind::kList:
      case TypeKind::kMap:
        return list(type);
      default:
        in_.fail("there are no constants of this type");
    }
  }

  // A map is a list of tuples.
  void list(const DefValType& type) {
    Writer items;
    Writer* const outer = std::exchange(out_, &items);
    const bool is_pair = type.kind == TypeKind::kMap;
    uint32_t count = 0;
    for (; in_.ok() && !in_.at_close(); ++count) {
      if (is_pair) in_.expect_open(row(TypeKind::kTuple).text);
      for (const syntax::LabelUse& item : type.items) value(item.type);
      if (is_pair) in_.expect_close();
    }
    out_ = outer;
    out_->u32(count);
    out_->append(items);
  }

  void flags(const DefValType& type) {
    uint64_t bits = 0;
    while (in_.kind() == TokenKind::kString) bits |= uint64_t{1} << (label(type) & 63);
    for (size_t i = 0; i < (type.items.size() + 7) / 8; ++i)
      out_->byte(i < 8 ? static_cast<uint8_t>(bits >> (8 * i)) : 0);
  }

  uint32_t label(const DefValType& type) {
    const uint32_t offset = in_.peek().begin;
    const std::string name = in_.expect_name();
    if (!spend(type.items.size())) return 0;
    for (uint32_t i = 0; i < type.items.size(); ++i) {
      if (type.items[i].label == name) return i;
    }
    in_.fail_at(offset, fmt::format("there is no {} in the value's type", quote(name)));
    return 0;
  }

  // A case's word, in parentheses if it has a payload.
  void one_of(std::string_view word, uint8_t index, const ValTypeUse& payload) {
    out_->byte(index);
    if (payload.is_none()) {
      if (!in_.accept(word)) in_.unexpected(word);
      return;
    }
    if (depth_ == limits::kComponentTypeDepth)
      return in_.fail_at(in_.peek().begin, "values are nested too deeply", ErrorKind::kLimit);
    ++depth_;
    in_.expect_open(word);
    value(payload);
    in_.expect_close();
    --depth_;
  }

  Cursor& in_;
  const Scope& scope_;
  Writer* out_;
  std::map<uint32_t, DefValType> types_;  // labels point into the scope's bodies
  uint64_t steps_ = limits::kCheckSteps;
  uint32_t depth_ = 0;
};

}  // namespace

// Behind "(value".
void ComponentParser::value_definition() {
  const Id id = accept_id();
  Writer out;
  val_type(out);
  if (!in_.ok()) return;
  Writer value;
  ValueWriter(in_, *scope_, value).value(val_type_use(out));
  out.sized(value.bytes());
  scope_->emit(Part::kValue, out);
  scope_->add(Sort::kValue, id);
}

}  // namespace tappet::component::wat
