#include <fmt/format.h>

#include "canonical-abi/types/match.h"
#include "canonical-abi/types/print.h"
#include "canonical-abi/values/value.h"
#include "interp/base/utf8.h"

namespace tappet::component {
namespace {

auto wrong(std::string message) { return fail(ErrorKind::kInvalid, std::move(message)); }

// True if the bits are the extension of that many low bits.
bool fits(const ComponentValue& v, int width, bool is_signed) {
  if (width == 64) return true;
  if (!is_signed) return v.bits() >> width == 0;
  const int64_t high = v.as_s64() >> (width - 1);
  return high == 0 || high == -1;
}

Result<> check_scalar(const ComponentValue& v, const ValType& type) {
  const TypeKind kind = type.kind;
  const bool is_signed = kind == TypeKind::kS8 || kind == TypeKind::kS16 ||
                         kind == TypeKind::kS32 || kind == TypeKind::kS64;
  if (!fits(v, static_cast<int>(row(kind).size) * 8, is_signed)) {
    return wrong(fmt::format("{} is out of range for {}", v.bits(), row(kind).text));
  }
  if (kind == TypeKind::kBool && v.bits() > 1) return wrong("a bool is neither true nor false");
  if (kind == TypeKind::kChar && !is_scalar_value(v.as_u32())) {
    return wrong(fmt::format("{:#x} is not a Unicode scalar value", v.as_u32()));
  }
  return {};
}

Result<> check_list(const ComponentValue& v, const ValType& type) {
  if (v.is_bytes()) {
    if (type.element->kind == TypeKind::kU8 || v.bytes().empty()) return {};
    return wrong(fmt::format("expected {}, found list<u8>", to_string(type)));
  }
  const ComponentValue::List& items = v.items();
  if (type.kind == TypeKind::kFixedList && items.size() != type.length) {
    return wrong(fmt::format("expected {} elements, found {}", type.length, items.size()));
  }
  if (type.kind == TypeKind::kList && type.element->kind == TypeKind::kU8 && !items.empty()) {
    return wrong("a list<u8> is held as bytes");
  }
  for (size_t i = 0; i < items.size(); ++i) {
    Result<> r = check_value(items[i], *type.element);
    if (!r.ok()) return fail(in_context(fmt::format("element {}", i), r.error()));
  }
  return {};
}

Result<> check_fields(const ComponentValue& v, const ValType& type) {
  if (v.items().size() != type.items.size()) {
    return wrong(fmt::format("expected {} fields, found {}", type.items.size(), v.items().size()));
  }
  for (size_t i = 0; i < type.items.size(); ++i) {
    Result<> r = check_value(v.items()[i], *type.items[i].type);
    if (r.ok()) continue;
    const std::string_view label = type.items[i].label;
    return fail(in_context(
        label.empty() ? fmt::format("element {}", i) : fmt::format("field {}", quote(label)),
        r.error()));
  }
  return {};
}

Result<> check_case(const ComponentValue& v, const ValType& type) {
  if (v.case_index() >= type.items.size()) {
    return wrong(fmt::format("case {} of a {} with {} cases", v.case_index(), row(type.kind).text,
                             type.items.size()));
  }
  const Labelled& c = type.items[v.case_index()];
  if ((v.payload() != nullptr) != (c.type != nullptr)) {
    return wrong(fmt::format("case {} has {} payload", quote(c.label), c.type ? "a" : "no"));
  }
  if (!c.type) return {};
  Result<> r = check_value(*v.payload(), *c.type);
  if (r.ok()) return {};
  return fail(in_context(fmt::format("case {}", quote(c.label)), r.error()));
}

}  // namespace

Result<> check_value(const ComponentValue& v, const ValType& type) {
  if (v.kind() != type.kind) {
    return wrong(fmt::format("expected {}, found {}", to_string(type), row(v.kind()).text));
  }
  switch (type.kind) {
    case TypeKind::kString:
      if (!is_utf8(as_bytes(v.string()))) return wrong("a string is not well-formed UTF-8");
      return {};
    case TypeKind::kList:
    case TypeKind::kFixedList:
    case TypeKind::kMap:
      return check_list(v, type);
    case TypeKind::kRecord:
    case TypeKind::kTuple:
      return check_fields(v, type);
    case TypeKind::kVariant:
    case TypeKind::kEnum:
    case TypeKind::kOption:
    case TypeKind::kResult:
      return check_case(v, type);
    case TypeKind::kFlags:
      if (v.bits() >> type.items.size() == 0) return {};
      return wrong(fmt::format("flags {:#x} of a type with {} flags", v.bits(), type.items.size()));
    case TypeKind::kOwn:
    case TypeKind::kBorrow:
    case TypeKind::kStream:
    case TypeKind::kFuture:
    case TypeKind::kErrorContext:
      return {};
    default:
      return check_scalar(v, type);
  }
}

}  // namespace tappet::component
