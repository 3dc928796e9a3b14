// The script format of the reference interpreter (interpreter/README.md there), read with the text
// format's own cursor.
#include <fmt/format.h>

#include "interp/module/names.h"
#include "interp/script/script.h"
#include "interp/text/cursor.h"
#include "interp/text/numbers.h"
#include "interp/text/text.h"

namespace tappet::script {
namespace {

using text::Cursor;
using text::TokenKind;

constexpr uint32_t kThreadDepth = 16;

struct AssertionRow {
  std::string_view word;
  DirectiveKind kind;
};
constexpr AssertionRow kAssertions[] = {
    {"assert_return", DirectiveKind::kAssertReturn},
    {"assert_trap", DirectiveKind::kAssertTrap},
    {"assert_exhaustion", DirectiveKind::kAssertExhaustion},
    {"assert_exception", DirectiveKind::kAssertException},
    {"assert_malformed", DirectiveKind::kAssertMalformed},
    {"assert_malformed_custom", DirectiveKind::kAssertMalformed},
    {"assert_invalid", DirectiveKind::kAssertInvalid},
    {"assert_invalid_custom", DirectiveKind::kAssertInvalid},
    {"assert_unlinkable", DirectiveKind::kAssertUnlinkable},
};

struct ReferenceRow {
  std::string_view word;
  HeapKind kind;
};
// References as values (with a number) or as patterns (without).
constexpr ReferenceRow kReferences[] = {
    {"ref.extern", HeapKind::kExtern}, {"ref.host", HeapKind::kAny},
    {"ref.func", HeapKind::kFunc},     {"ref.any", HeapKind::kAny},
    {"ref.eq", HeapKind::kEq},         {"ref.i31", HeapKind::kI31},
    {"ref.struct", HeapKind::kStruct}, {"ref.array", HeapKind::kArray},
    {"ref.exn", HeapKind::kExn},
};

struct ShapeRow {
  std::string_view name;
  uint32_t bits;
};
constexpr ShapeRow kShapes[] = {{"i8x16", 8},  {"i16x8", 16}, {"i32x4", 32},
                                {"i64x2", 64}, {"f32x4", 32}, {"f64x2", 64}};

struct NumberRow {
  std::string_view word;
  ValueType type;
  uint32_t bits;
};
constexpr NumberRow kNumbers[] = {{"i32.const", kI32, 32},
                                  {"i64.const", kI64, 64},
                                  {"f32.const", kF32, 32},
                                  {"f64.const", kF64, 64}};

class ScriptParser {
 public:
  ScriptParser(Cursor& in, const Dialect* dialect) : in_(in), dialect_(dialect) {}

  std::vector<Directive> directives(uint32_t depth) {
    std::vector<Directive> all;
    while (in_.ok() && !in_.at_end() && !in_.at_close()) {
      if (depth == 0 && all.empty() && !starts_directive()) {
        all.push_back(bare_module());
      } else {
        all.push_back(directive(depth));
      }
    }
    return all;
  }

 private:
  bool starts_directive() const {
    static constexpr std::string_view kWords[] = {"register", "invoke", "get", "thread", "wait"};
    if (at_module()) return true;
    for (const std::string_view word : kWords) {
      if (in_.at_open(word)) return true;
    }
    return in_.kind() == TokenKind::kOpen && in_.text(1).starts_with("assert_");
  }

  bool at_module() const { return in_.at_open("module") || at_foreign(); }
  bool at_foreign() const { return dialect_ != nullptr && in_.at_open(dialect_->word()); }

  // A file of fields is one module.
  Directive bare_module() {
    Directive one;
    one.kind = DirectiveKind::kModule;
    one.position = in_.stream().position(in_.peek().begin);
    one.source = in_.stream().source;
    one.module = parse_wat(in_.stream().source);
    while (!in_.at_end()) in_.advance();
    return one;
  }

  Directive directive(uint32_t depth) {
    const uint32_t begin = in_.index();
    Directive one;
    one.position = in_.stream().position(in_.peek().begin);
    in_.skip_group();
    if (!in_.ok()) return one;
    const uint32_t first = in_.stream().tokens[begin].begin;
    const uint32_t last = in_.stream().tokens[in_.index() - 1].end;
    one.source = in_.stream().source.substr(first, last - first);
    in_.move_to(begin);
    read(one, depth);
    return one;
  }

  void read(Directive& one, uint32_t depth) {
    if (at_module()) return module_directive(one);
    if (in_.at_open("invoke") || in_.at_open("get")) {
      one.kind = DirectiveKind::kAction;
      return action(one.action);
    }
    if (in_.accept_open("register")) return register_directive(one);
    if (in_.accept_open("thread")) return thread(one, depth);
    if (in_.accept_open("wait")) {
      one.kind = DirectiveKind::kWait;
      one.name = in_.accept_id().value_or("");
      return in_.expect_close();
    }
    for (const AssertionRow& row : kAssertions) {
      if (!in_.accept_open(row.word)) continue;
      one.kind = row.kind;
      assertion(one);
      return in_.expect_close();
    }
    in_.unexpected("a directive");
  }

  void register_directive(Directive& one) {
    one.kind = DirectiveKind::kRegister;
    one.alias = in_.expect_name();
    one.name = in_.accept_id().value_or("");
    in_.expect_close();
  }

  void thread(Directive& one, uint32_t depth) {
    one.kind = DirectiveKind::kThread;
    if (depth >= kThreadDepth) return in_.fail("threads nested too deeply");
    one.name = in_.accept_id().value_or("");
    while (in_.accept_open("shared")) {
      in_.expect_open("module");
      one.shared.push_back(in_.accept_id().value_or(""));
      in_.expect_close();
      in_.expect_close();
    }
    one.body = directives(depth + 1);
    in_.expect_close();
  }

  void assertion(Directive& one) {
    switch (one.kind) {
      case DirectiveKind::kAssertReturn:
        action(one.action);
        while (in_.kind() == TokenKind::kOpen) one.expected.push_back(alternatives());
        return;
      case DirectiveKind::kAssertException:
        return action(one.action);
      case DirectiveKind::kAssertTrap:
      case DirectiveKind::kAssertExhaustion:
        if (at_module()) {
          module_directive(one);
          one.kind = DirectiveKind::kAssertUninstantiable;
        } else {
          action(one.action);
        }
        break;
      default: {
        const DirectiveKind kind = one.kind;
        module_directive(one);
        one.kind = kind;
      }
    }
    one.text = in_.expect_string();
  }

  void action(Action& out) {
    const bool is_get = in_.accept_open("get");
    if (!is_get) in_.expect_open("invoke");
    out.kind = is_get ? Action::Kind::kGet : Action::Kind::kInvoke;
    out.module = in_.accept_id().value_or("");
    out.field = in_.expect_name();
    while (!is_get && in_.kind() == TokenKind::kOpen) out.arguments.push_back(pattern().value);
    in_.expect_close();
  }

  // ---- modules

  void module_directive(Directive& one) {
    if (!at_module()) return in_.unexpected("(module");
    const uint32_t begin = in_.index();
    const bool is_foreign = at_foreign();
    in_.advance(2);
    one.kind = DirectiveKind::kModule;
    if (in_.accept("definition")) {
      one.kind = DirectiveKind::kModuleDefinition;
    } else if (in_.accept("instance")) {
      one.kind = DirectiveKind::kModuleInstance;
      one.name = in_.accept_id().value_or("");
      one.definition = in_.accept_id().value_or("");
      return in_.expect_close();
    }
    const uint32_t after_word = in_.index();
    one.name = in_.accept_id().value_or("");
    if (!is_foreign && in_.accept("binary")) {
      const std::string bytes = strings();
      one.module = Bytes(bytes.begin(), bytes.end());
      return in_.expect_close();
    }
    if (!is_foreign && in_.accept("quote")) {
      one.module = parse_wat(strings());
      return in_.expect_close();
    }
    in_.move_to(begin);
    in_.skip_group();
    if (!in_.ok()) return;
    const uint32_t end = in_.index() - 1;
    one.module = is_foreign ? dialect_->parse_form(in_.stream(), after_word, end)
                            : text::parse_module_at(in_.stream(), after_word, end);
  }

  std::string strings() {
    std::string bytes;
    while (in_.kind() == TokenKind::kString) bytes += in_.expect_string();
    return bytes;
  }

  // ---- values and patterns

  std::vector<ScriptPattern> alternatives() {
    if (!in_.accept_open("either")) return {pattern()};
    std::vector<ScriptPattern> all;
    while (in_.kind() == TokenKind::kOpen) all.push_back(pattern());
    in_.expect_close();
    return all;
  }

  ScriptPattern pattern() {
    ScriptPattern out;
    if (in_.kind() != TokenKind::kOpen) {
      in_.unexpected("a value");
      return out;
    }
    in_.advance();
    if (dialect_ != nullptr) out.value.foreign = dialect_->value(in_);
    if (!out.value.foreign && !number(out) && !reference(out)) {
      if (in_.accept("v128.const")) {
        vector(out);
      } else {
        in_.unexpected("a value");
      }
    }
    in_.expect_close();
    return out;
  }

  bool number(ScriptPattern& out) {
    for (const NumberRow& row : kNumbers) {
      if (!in_.accept(row.word)) continue;
      out.value.type = row.type;
      const bool is_float = row.word[0] == 'f';
      const LaneCheck check = lane(is_float, row.bits, out.value.bits[0]);
      if (check != LaneCheck::kEqual) {
        out.lane_bits = row.bits;
        out.lanes.push_back(check);
      }
      return true;
    }
    return false;
  }

  void vector(ScriptPattern& out) {
    out.value.type = kV128;
    for (const ShapeRow& shape : kShapes) {
      if (!in_.accept(shape.name)) continue;
      const bool is_float = shape.name[0] == 'f';
      for (uint32_t bit = 0; bit < 128; bit += shape.bits) {
        uint64_t bits = 0;
        const LaneCheck check = lane(is_float, shape.bits, bits);
        if (is_float) out.lanes.push_back(check);
        out.value.bits[bit / 64] |= bits << (bit % 64);
      }
      if (is_float) out.lane_bits = shape.bits;
      return;
    }
    in_.unexpected("a vector shape");
  }

  // One number, or the name of a class of NaNs.
  LaneCheck lane(bool is_float, uint32_t width, uint64_t& bits) {
    if (is_float && in_.accept("nan:canonical")) return LaneCheck::kCanonicalNan;
    if (is_float && in_.accept("nan:arithmetic")) return LaneCheck::kArithmeticNan;
    std::optional<uint64_t> value;
    if (in_.kind() == TokenKind::kAtom) {
      if (!is_float) value = text::parse_integer(in_.text(), static_cast<int>(width));
      if (is_float && width == 32) value = text::parse_f32(in_.text());
      if (is_float && width == 64) value = text::parse_f64(in_.text());
    }
    if (!value) {
      in_.unexpected("a literal");
    } else {
      bits = *value;
      in_.advance();
    }
    return LaneCheck::kEqual;
  }

  bool reference(ScriptPattern& out) {
    out.value.type = kExternRef;
    if (in_.accept("ref.null")) {
      out.value.is_null = true;
      if (!in_.at_close()) in_.advance();  // the type: a null is a null
      return true;
    }
    for (const ReferenceRow& row : kReferences) {
      if (!in_.accept(row.word)) continue;
      out.value.type = ValueType::ref(true, {row.kind, {}});
      out.value.heap = row.kind;
      out.any_reference = in_.at_close();
      if (!out.any_reference) out.value.bits[0] = in_.expect_unsigned(32);
      return true;
    }
    return false;
  }

  Cursor& in_;
  const Dialect* dialect_;
};

}  // namespace

Result<std::vector<Directive>> parse_script(std::string_view source, const Dialect* dialect) {
  const text::TokenStream stream = TAPPET_TRY(text::tokenize(source));
  Cursor in(stream);
  std::vector<Directive> all = ScriptParser(in, dialect).directives(0);
  if (in.ok() && !in.at_end()) in.unexpected("a directive");
  if (!in.ok()) return fail(in.error());
  return all;
}

}  // namespace tappet::script
