// The parser asks for what the type wants and descends into the type with every level of the text,
// so the type's depth bounds the recursion.
#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "canonical-abi/types/print.h"
#include "canonical-abi/wave/scanner.h"
#include "canonical-abi/wave/wave.h"
#include "interp/base/decimal.h"
#include "interp/base/utf8.h"

namespace tappet::component {
namespace {

using wave::Scanner;

// A record of thousands of options is written `{:}`.
constexpr size_t kMostLeftOut = 1'000'000;

bool is_flat(const ValType* type) {
  return type != nullptr && type->kind != TypeKind::kOption && type->kind != TypeKind::kResult;
}

class Parser {
 public:
  explicit Parser(std::string_view text, size_t begin = 0) : in_(text) { in_.move_to(begin); }

  Result<ComponentValue> whole(const ValType& type);
  Result<ComponentValue::List> arguments(const FuncType& type);

 private:
  // A case, field or flag: its name, and whether a % says that it is no keyword.
  struct Name {
    size_t at = 0;
    std::string_view label;
    bool is_escaped = false;
    bool is_keyword(std::string_view word) const { return !is_escaped && label == word; }
  };

  Result<ComponentValue> value(const ValType& type);
  Result<ComponentValue> boolean(const ValType& type);
  template <class Int>
  Result<ComponentValue> integer(const ValType& type);
  template <class Float>
  Result<ComponentValue> floating(const ValType& type);
  Result<ComponentValue> list(const ValType& type);
  Result<ComponentValue> bytes(const ValType& type);
  Result<ComponentValue> tuple(const ValType& type);
  Result<ComponentValue> record(const ValType& type);
  Result<> field(const ValType& type, std::vector<std::optional<ComponentValue>>& fields,
                 size_t& next);
  Result<ComponentValue> finish_record(const ValType& type, size_t at,
                                       std::vector<std::optional<ComponentValue>> fields);
  Result<ComponentValue> flags(const ValType& type);
  Result<ComponentValue> variant(const ValType& type);
  Result<ComponentValue> option(const ValType& type);
  Result<ComponentValue> result(const ValType& type);
  Result<ComponentValue> payload(const ValType& type, uint32_t index);

  Name name();
  Result<uint32_t> index_of(const ValType& type, const Name& name, size_t first);
  Result<> leave_out();
  // Calls `item` for each piece up to `close`; commas between them, and one may follow the last.
  template <class Item>
  Result<> sequence(char close, Item item);
  static std::string show(const ValType& type) { return to_string(type); }

  Scanner in_;
  size_t left_out_ = 0;
};

template <class Item>
Result<> Parser::sequence(char close, Item item) {
  while (!in_.accept(close)) {
    TAPPET_TRY(item());
    if (in_.accept(',')) continue;
    if (in_.accept(close)) break;
    return in_.unexpected(fmt::format("`,` or `{}`", close));
  }
  return {};
}

Parser::Name Parser::name() {
  Name name;
  name.at = in_.position();
  name.label = in_.word();
  name.is_escaped = name.label.starts_with('%');
  if (name.is_escaped) name.label.remove_prefix(1);
  return name;
}

// Searches from `first` on, around: what is written in the type's order is found at once.
Result<uint32_t> Parser::index_of(const ValType& type, const Name& name, size_t first) {
  for (size_t i = 0; i < type.items.size(); ++i) {
    const size_t at = (first + i) % type.items.size();
    if (type.items[at].label == name.label) return static_cast<uint32_t>(at);
  }
  in_.move_to(name.at);
  return in_.unexpected(show(type));
}

Result<> Parser::leave_out() {
  if (++left_out_ <= kMostLeftOut) return {};
  return in_.fail_at(in_.position(), fmt::format("more than {} values are left out", kMostLeftOut),
                     ErrorKind::kLimit);
}

Result<ComponentValue> Parser::boolean(const ValType& type) {
  const size_t at = in_.position();
  const std::string_view word = in_.word();
  if (word == "true" || word == "false") return ComponentValue::boolean(word == "true");
  in_.move_to(at);
  return in_.unexpected(show(type));
}

template <class Int>
Result<ComponentValue> Parser::integer(const ValType& type) {
  const size_t at = in_.position();
  const std::string_view word = in_.word();
  const std::string_view digits = word.substr(word.starts_with('-') ? 1 : 0);
  Int n = 0;
  const char* const begin = word.data();
  const auto [rest, error] = std::from_chars(begin, begin + word.size(), n);
  const bool is_number = !digits.empty() && digits.find_first_not_of("0123456789") == digits.npos &&
                         (digits == "0" || !digits.starts_with('0'));
  if (is_number && error == std::errc()) {
    return ComponentValue::scalar(type.kind, static_cast<uint64_t>(n));
  }
  if (is_number) {
    return in_.fail_at(at, fmt::format("{} is out of range for {}", quote(word), show(type)));
  }
  in_.move_to(at);
  return in_.unexpected(show(type));
}

// JSON's numbers: no more than parse_decimal takes but for the places of digits.
bool is_json_number(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  if (digits == 0 || (digits > 1 && text.starts_with('0'))) return false;
  text.remove_prefix(digits);
  if (!text.starts_with('.')) return true;
  text.remove_prefix(1);
  return !text.empty() && text[0] >= '0' && text[0] <= '9';
}

template <class Float>
Result<ComponentValue> Parser::floating(const ValType& type) {
  const size_t at = in_.position();
  const std::string_view word = in_.word();
  std::optional<Float> value;
  if (word == "nan" || word == "inf" || word == "-inf" || is_json_number(word)) {
    value = parse_decimal<Float>(word);
  }
  if (!value) return in_.move_to(at), in_.unexpected(show(type));
  if constexpr (std::is_same_v<Float, float>) return ComponentValue::f32(*value);
  return ComponentValue::f64(*value);
}

Result<ComponentValue> Parser::list(const ValType& type) {
  if (type.kind == TypeKind::kList && type.element->kind == TypeKind::kU8) return bytes(type);
  const size_t at = in_.position();
  if (!in_.accept('[')) return in_.unexpected(show(type));
  ComponentValue::List items;
  TAPPET_TRY(sequence(']', [&]() -> Result<> {
    return items.push_back(TAPPET_TRY(value(*type.element))), Result<>();
  }));
  if (type.kind == TypeKind::kFixedList && items.size() != type.length) {
    return in_.fail_at(at,
                       fmt::format("expected {} elements, found {}", type.length, items.size()));
  }
  return ComponentValue::sequence(type.kind, std::move(items));
}

Result<ComponentValue> Parser::bytes(const ValType& type) {
  if (!in_.accept('[')) return in_.unexpected(show(type));
  Bytes bytes;
  TAPPET_TRY(sequence(']', [&]() -> Result<> {
    bytes.push_back(static_cast<uint8_t>(TAPPET_TRY(value(*type.element)).bits()));
    return {};
  }));
  return ComponentValue::bytes(std::move(bytes));
}

Result<ComponentValue> Parser::tuple(const ValType& type) {
  const size_t at = in_.position();
  if (!in_.accept('(')) return in_.unexpected(show(type));
  ComponentValue::List items;
  TAPPET_TRY(sequence(')', [&]() -> Result<> {
    if (items.size() == type.items.size()) return in_.unexpected("`)`");
    return items.push_back(TAPPET_TRY(value(*type.items[items.size()].type))), Result<>();
  }));
  if (items.size() == type.items.size()) return ComponentValue::tuple(std::move(items));
  return in_.fail_at(
      at, fmt::format("expected {} elements, found {}", type.items.size(), items.size()));
}

Result<ComponentValue> Parser::record(const ValType& type) {
  const size_t at = in_.position();
  if (!in_.accept('{')) return in_.unexpected(show(type));
  std::vector<std::optional<ComponentValue>> fields(type.items.size());
  if (in_.accept(':')) {
    TAPPET_TRY(in_.expect('}'));
    return finish_record(type, at, std::move(fields));
  }
  if (in_.accept('}')) return in_.fail_at(at, "a record without fields is written {:}");
  size_t next = 0;
  TAPPET_TRY(sequence('}', [&] { return field(type, fields, next); }));
  return finish_record(type, at, std::move(fields));
}

Result<> Parser::field(const ValType& type, std::vector<std::optional<ComponentValue>>& fields,
                       size_t& next) {
  const Name label = name();
  const uint32_t index = TAPPET_TRY(index_of(type, label, next));
  if (fields[index]) {
    return in_.fail_at(label.at, fmt::format("field {} is given twice", quote(label.label)));
  }
  TAPPET_TRY(in_.expect(':'));
  fields[index] = TAPPET_TRY(value(*type.items[index].type));
  next = index + 1;
  return {};
}

Result<ComponentValue> Parser::finish_record(const ValType& type, size_t at,
                                             std::vector<std::optional<ComponentValue>> fields) {
  ComponentValue::List all;
  all.reserve(fields.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    if (fields[i]) {
      all.push_back(std::move(*fields[i]));
    } else if (type.items[i].type->kind == TypeKind::kOption) {
      TAPPET_TRY(leave_out());
      all.push_back(ComponentValue::none());
    } else {
      return in_.fail_at(at, fmt::format("field {} is missing", quote(type.items[i].label)));
    }
  }
  return ComponentValue::record(std::move(all));
}

Result<ComponentValue> Parser::flags(const ValType& type) {
  if (!in_.accept('{')) return in_.unexpected(show(type));
  uint32_t bits = 0;
  TAPPET_TRY(sequence('}', [&]() -> Result<> {
    const Name label = name();
    const uint32_t bit = uint32_t{1} << TAPPET_TRY(index_of(type, label, 0));
    if ((bits & bit) != 0) {
      return in_.fail_at(label.at, fmt::format("flag {} is given twice", quote(label.label)));
    }
    return bits |= bit, Result<>();
  }));
  return ComponentValue::flags(bits);
}

// The payload of a case that has been named, if it has one.
Result<ComponentValue> Parser::payload(const ValType& type, uint32_t index) {
  const ValType* const payload = type.items[index].type;
  if (payload == nullptr) return ComponentValue::variant(type.kind, index);
  TAPPET_TRY(in_.expect('('));
  ComponentValue inner = TAPPET_TRY(value(*payload));
  TAPPET_TRY(in_.expect(')'));
  return ComponentValue::variant(type.kind, index, std::move(inner));
}

Result<ComponentValue> Parser::variant(const ValType& type) {
  const Name label = name();
  if (!label.is_escaped && is_wave_keyword(label.label)) {
    return in_.fail_at(label.at, fmt::format("expected {}; a case of the name of a keyword is "
                                             "written `%{}`",
                                             show(type), label.label));
  }
  return payload(type, TAPPET_TRY(index_of(type, label, 0)));
}

Result<ComponentValue> Parser::option(const ValType& type) {
  const Name word = name();
  if (word.is_keyword("none")) return ComponentValue::none();
  if (word.is_keyword("some")) return payload(type, 1);
  in_.move_to(word.at);
  if (!is_flat(type.items[1].type)) return in_.unexpected(show(type));
  return ComponentValue::some(TAPPET_TRY(value(*type.items[1].type)));
}

Result<ComponentValue> Parser::result(const ValType& type) {
  const Name word = name();
  if (word.is_keyword("ok")) return payload(type, 0);
  if (word.is_keyword("err")) return payload(type, 1);
  in_.move_to(word.at);
  if (!is_flat(type.items[0].type)) return in_.unexpected(show(type));
  return ComponentValue::variant(type.kind, 0, TAPPET_TRY(value(*type.items[0].type)));
}

Result<ComponentValue> Parser::value(const ValType& type) {
  switch (type.kind) {
    case TypeKind::kBool:
      return boolean(type);
    case TypeKind::kS8:
      return integer<int8_t>(type);
    case TypeKind::kU8:
      return integer<uint8_t>(type);
    case TypeKind::kS16:
      return integer<int16_t>(type);
    case TypeKind::kU16:
      return integer<uint16_t>(type);
    case TypeKind::kS32:
      return integer<int32_t>(type);
    case TypeKind::kU32:
      return integer<uint32_t>(type);
    case TypeKind::kS64:
      return integer<int64_t>(type);
    case TypeKind::kU64:
      return integer<uint64_t>(type);
    case TypeKind::kF32:
      return floating<float>(type);
    case TypeKind::kF64:
      return floating<double>(type);
    case TypeKind::kChar:
      return ComponentValue::character(TAPPET_TRY(in_.character(show(type))));
    case TypeKind::kString:
      return ComponentValue::string(TAPPET_TRY(in_.string(show(type))));
    case TypeKind::kList:
    case TypeKind::kFixedList:
    case TypeKind::kMap:
      return list(type);
    case TypeKind::kRecord:
      return record(type);
    case TypeKind::kTuple:
      return tuple(type);
    case TypeKind::kFlags:
      return flags(type);
    case TypeKind::kVariant:
    case TypeKind::kEnum:
      return variant(type);
    case TypeKind::kOption:
      return option(type);
    case TypeKind::kResult:
      return result(type);
    case TypeKind::kOwn:
    case TypeKind::kBorrow:
    case TypeKind::kStream:
    case TypeKind::kFuture:
    case TypeKind::kErrorContext:
      break;
  }
  return in_.fail_at(in_.position(),
                     fmt::format("a value of type {} cannot be written", show(type)),
                     ErrorKind::kUnsupported);
}

Result<ComponentValue> Parser::whole(const ValType& type) {
  ComponentValue v = TAPPET_TRY(value(type));
  if (!in_.at_end()) return in_.unexpected("the end");
  return v;
}

Result<ComponentValue::List> Parser::arguments(const FuncType& type) {
  ComponentValue::List args;
  TAPPET_TRY(in_.expect('('));
  size_t close = in_.position();
  TAPPET_TRY(sequence(')', [&]() -> Result<> {
    if (args.size() == type.params.size()) {
      return in_.fail_at(in_.position(),
                         fmt::format("expected {} arguments, found more", type.params.size()));
    }
    args.push_back(TAPPET_TRY(value(*type.params[args.size()].type)));
    close = in_.position();
    return {};
  }));
  if (!in_.at_end()) return in_.unexpected("the end");
  while (args.size() < type.params.size() &&
         type.params[args.size()].type->kind == TypeKind::kOption) {
    args.push_back(ComponentValue::none());
  }
  if (args.size() == type.params.size()) return args;
  return in_.fail_at(close,
                     fmt::format("argument {} is missing", quote(type.params[args.size()].label)));
}

// Every position in UTF-8 text is one that can be shown.
Result<> check_utf8(std::string_view text) {
  if (is_utf8(as_bytes(text))) return {};
  return Scanner(text).fail_at(0, "the text is not UTF-8");
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t begin = std::min(text.find_first_not_of(kSpace), text.size());
  const size_t end = text.find_last_not_of(kSpace) + 1;
  return text.substr(begin, end > begin ? end - begin : 0);
}

}  // namespace

Result<ComponentValue> parse_wave(std::string_view text, const ValType& type) {
  TAPPET_TRY(check_utf8(text));
  return Parser(text).whole(type);
}

Result<std::string_view> wave_call_name(std::string_view call) {
  TAPPET_TRY(check_utf8(call));
  const size_t open = call.find('(');
  const std::string_view name = trimmed(call.substr(0, open));
  if (open != std::string_view::npos && !name.empty()) return name;
  return Scanner(call).fail_at(std::min(open, call.size()), "expected a call: name(argument, ...)");
}

Result<ComponentValue::List> parse_wave_arguments(std::string_view call, const FuncType& type) {
  TAPPET_TRY(check_utf8(call));
  Parser parser(call, std::min(call.find('('), call.size()));
  return parser.arguments(type);
}

}  // namespace tappet::component
