// Value definitions and start functions, and the bytes of values (Binary.md, "Value Definitions").
#include <fmt/format.h>

#include "canonical-abi/component/binary/reader.h"
#include "canonical-abi/component/validate/validator.h"
#include "canonical-abi/types/print.h"
#include "interp/base/leb128.h"
#include "interp/base/limits.h"
#include "interp/base/utf8.h"

namespace tappet::component {
namespace {

constexpr uint32_t kCanonicalF32Nan = 0x7fc0'0000;
constexpr uint64_t kCanonicalF64Nan = 0x7ff8'0000'0000'0000;

class ValueReader {
 public:
  explicit ValueReader(Reader& in) : in_(in) {}

  Result<ComponentValue> read(const ValType& type) {
    TAPPET_TRY(charge(sizeof(ComponentValue)));
    switch (type.kind) {
      case TypeKind::kBool:
        return scalar(type, TAPPET_TRY(in_.flag("a bool")));
      case TypeKind::kS8:
        return scalar(type, static_cast<uint64_t>(
                                int64_t{static_cast<int8_t>(TAPPET_TRY(in_.byte("an s8")))}));
      case TypeKind::kU8:
        return scalar(type, TAPPET_TRY(in_.byte("a u8")));
      case TypeKind::kS16:
        return integer<16, true>(type);
      case TypeKind::kU16:
        return integer<16, false>(type);
      case TypeKind::kS32:
        return integer<32, true>(type);
      case TypeKind::kU32:
        return integer<32, false>(type);
      case TypeKind::kS64:
        return integer<64, true>(type);
      case TypeKind::kU64:
        return integer<64, false>(type);
      case TypeKind::kF32:
        return f32(type);
      case TypeKind::kF64:
        return f64(type);
      case TypeKind::kChar:
        return character(type);
      case TypeKind::kString:
        return string();
      case TypeKind::kList:
      case TypeKind::kMap:
        return list(type);
      case TypeKind::kFixedList:
        return fixed_list(type);
      case TypeKind::kRecord:
      case TypeKind::kTuple:
        return fields(type);
      case TypeKind::kVariant:
      case TypeKind::kEnum:
        return one_case(type, TAPPET_TRY(in_.u32("a case")));
      case TypeKind::kOption:
      case TypeKind::kResult:
        return one_case(type, TAPPET_TRY(in_.byte("a case")));
      case TypeKind::kFlags:
        return flags(type);
      default:
        return in_.malformed(fmt::format("there are no constants of type {}", row(type.kind).text));
    }
  }

 private:
  static ComponentValue scalar(const ValType& type, uint64_t bits) {
    return ComponentValue::scalar(type.kind, bits);
  }
  Result<> charge(uint64_t bytes) {
    Result<> spent = in_.budget().spend_bytes(bytes);
    if (!spent.ok()) spent.error().position = Position::at_offset(in_.offset());
    return spent;
  }
  template <int N, bool kSigned>
  Result<ComponentValue> integer(const ValType& type) {
    if constexpr (kSigned) {
      return scalar(type, static_cast<uint64_t>(TAPPET_TRY(in_.signed_leb<N>("an integer"))));
    } else {
      return scalar(type, TAPPET_TRY(in_.unsigned_leb<N>("an integer")));
    }
  }
  Result<ComponentValue> f32(const ValType& type) {
    const auto bits = load_le<uint32_t>(TAPPET_TRY(in_.bytes(4, "an f32")).data());
    const bool is_nan = (bits & 0x7fff'ffff) > 0x7f80'0000;
    if (is_nan && bits != kCanonicalF32Nan) return in_.malformed("a NaN that is not canonical");
    return scalar(type, bits);
  }
  Result<ComponentValue> f64(const ValType& type) {
    const auto bits = load_le<uint64_t>(TAPPET_TRY(in_.bytes(8, "an f64")).data());
    const bool is_nan = (bits & ~(uint64_t{1} << 63)) > 0x7ff0'0000'0000'0000;
    if (is_nan && bits != kCanonicalF64Nan) return in_.malformed("a NaN that is not canonical");
    return scalar(type, bits);
  }
  // One scalar value in UTF-8, whose length its first byte tells.
  Result<ComponentValue> character(const ValType& type) {
    const uint8_t first = TAPPET_TRY(in_.peek("a char"));
    const uint64_t size = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    ByteSpan bytes = TAPPET_TRY(in_.bytes(size, "a char"));
    const std::optional<char32_t> c = next_utf8(bytes);
    if (!c || !bytes.empty()) return in_.malformed("malformed UTF-8 encoding in a char");
    return scalar(type, *c);
  }
  Result<ComponentValue> string() {
    const std::string_view text = TAPPET_TRY(in_.name("a string"));
    TAPPET_TRY(charge(text.size()));
    return ComponentValue::string(std::string(text));
  }
  Result<ComponentValue> list(const ValType& type) {
    const uint32_t n = TAPPET_TRY(in_.u32("the length of a list"));
    if (type.kind == TypeKind::kList && type.element->kind == TypeKind::kU8) {
      const ByteSpan bytes = TAPPET_TRY(in_.bytes(n, "a list"));
      TAPPET_TRY(charge(n));
      return ComponentValue::bytes(Bytes(bytes.begin(), bytes.end()));
    }
    return items(type, n);
  }
  Result<ComponentValue> fixed_list(const ValType& type) { return items(type, type.length); }
  Result<ComponentValue> items(const ValType& type, uint32_t n) {
    ComponentValue::List items;
    for (uint32_t i = 0; i < n; ++i) items.push_back(TAPPET_TRY(read(*type.element)));
    return ComponentValue::sequence(type.kind, std::move(items));
  }
  Result<ComponentValue> fields(const ValType& type) {
    ComponentValue::List items;
    for (const Labelled& f : type.items) items.push_back(TAPPET_TRY(read(*f.type)));
    return ComponentValue::sequence(type.kind, std::move(items));
  }
  Result<ComponentValue> one_case(const ValType& type, uint32_t index) {
    if (index >= type.items.size()) {
      return in_.malformed(fmt::format("case {} of a {} with {} cases", index, row(type.kind).text,
                                       type.items.size()));
    }
    const ValType* const payload = type.items[index].type;
    if (!payload) return ComponentValue::variant(type.kind, index);
    return ComponentValue::variant(type.kind, index, TAPPET_TRY(read(*payload)));
  }
  Result<ComponentValue> flags(const ValType& type) {
    const size_t n = type.items.size();
    const ByteSpan bytes = TAPPET_TRY(in_.bytes((n + 7) / 8, "flags"));
    uint64_t bits = 0;
    for (size_t i = 0; i < bytes.size(); ++i) bits |= uint64_t{bytes[i]} << (8 * i);
    if (bits >> n != 0) return in_.malformed("flags that their type does not have");
    return ComponentValue::flags(static_cast<uint32_t>(bits));
  }

  Reader& in_;
};

}  // namespace

Result<ComponentValue> read_value(ByteSpan bytes, uint64_t offset, const ValType& type,
                                  Budget& budget) {
  Reader in(bytes, offset, budget);
  ComponentValue value = TAPPET_TRY(ValueReader(in).read(type));
  if (!in.done()) return in.malformed("a value is longer than its type says");
  return value;
}

Result<> Validator::value(Scope& scope, const syntax::Value& value, uint64_t offset) {
  TAPPET_TRY(require(ComponentFeature::kValues));
  const ValType* const type = TAPPET_TRY(val_type(scope, value.type));
  // The bytes lie within the component's; where, tells their address.
  const uint64_t within = static_cast<uint64_t>(value.bytes.data() - scope.component->bytes.data());
  const uint64_t start = value.bytes.empty() ? offset : scope.component->base_offset + within;
  ComponentValue constant = TAPPET_TRY(read_value(value.bytes, start, *type, budget()));
  TAPPET_TRY(push(scope, {Sort::kValue, type}));
  return emit(scope, ValueDef{std::move(constant), type});
}

Result<> Validator::use_value(Scope& scope, uint32_t index) {
  TAPPET_TRY(scope.check_index(Sort::kValue, index));
  if (scope.values[index].is_used) {
    return invalid(fmt::format("value {} cannot be used more than once", index));
  }
  scope.values[index].is_used = true;
  return {};
}

Result<> Validator::start(Scope& scope, const syntax::Start& start) {
  TAPPET_TRY(require(ComponentFeature::kValues));
  TAPPET_TRY(scope.check_index(Sort::kFunc, start.func));
  const FuncType& func = *scope.funcs[start.func];
  if (start.args.size() != func.params.size()) {
    return invalid(fmt::format("start function has {} parameters, but {} arguments",
                               func.params.size(), start.args.size()));
  }
  if (start.results != (func.result ? 1u : 0u)) {
    return invalid(fmt::format("start function has {} results, but {} are expected",
                               func.result ? 1 : 0, start.results));
  }
  Matcher matcher(*options_.registry, budget(), ErrorKind::kInvalid);
  for (size_t i = 0; i < start.args.size(); ++i) {
    TAPPET_TRY(use_value(scope, start.args[i]));
    Result<> matched = matcher.match({Sort::kValue, scope.values[start.args[i]].type},
                                     {Sort::kValue, func.params[i].type});
    if (!matched.ok()) {
      return fail(in_context(fmt::format("argument {} of the start function", i),
                             std::move(matched).error()));
    }
  }
  if (func.result) TAPPET_TRY(push(scope, {Sort::kValue, func.result}));
  return emit(scope, Start{start.func, start.args, &func});
}

}  // namespace tappet::component
