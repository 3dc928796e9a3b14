#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "canonical-abi/values/value.h"
#include "interp/base/decimal.h"
#include "interp/base/utf8.h"

namespace tappet::component {
namespace {

class Printer {
 public:
  std::string take() { return std::move(text_); }

  void value(const ComponentValue& v, const ValType* type) {
    if (type && type->kind != v.kind()) type = nullptr;
    switch (v.kind()) {
      case TypeKind::kBool:
        return add(v.as_bool() ? "true" : "false");
      case TypeKind::kS8:
      case TypeKind::kS16:
      case TypeKind::kS32:
      case TypeKind::kS64:
        return add(fmt::format("{}", v.as_s64()));
      case TypeKind::kU8:
      case TypeKind::kU16:
      case TypeKind::kU32:
      case TypeKind::kU64:
        return add(fmt::format("{}", v.bits()));
      case TypeKind::kF32:
        return number(v.as_f32());
      case TypeKind::kF64:
        return number(v.as_f64());
      case TypeKind::kChar:
        return character(v.as_char());
      case TypeKind::kString:
        return quote(v.string());
      case TypeKind::kList:
      case TypeKind::kFixedList:
      case TypeKind::kMap:
        return list(v, type ? type->element : nullptr);
      case TypeKind::kRecord:
        return record(v, type);
      case TypeKind::kTuple:
        return tuple(v, type);
      case TypeKind::kVariant:
      case TypeKind::kEnum:
      case TypeKind::kOption:
      case TypeKind::kResult:
        return variant(v, type);
      case TypeKind::kFlags:
        return flags(v.as_u32(), type);
      case TypeKind::kOwn:
      case TypeKind::kBorrow:
        return add(fmt::format("{}({})", row(v.kind()).text, v.rep()));
      case TypeKind::kStream:
      case TypeKind::kFuture:
      case TypeKind::kErrorContext:
        return add(row(v.kind()).text);
    }
  }

 private:
  void add(std::string_view text) { text_ += text; }

  template <class Float>
  void number(Float x) {
    if (std::isnan(x)) return add("nan");
    if (std::isinf(x)) return add(x < 0 ? "-inf" : "inf");
    add(to_decimal(x));
  }
  void escaped(char32_t c, char quote) {
    constexpr std::u32string_view kControls = U"\t\n\r";
    constexpr std::string_view kLetters = "tnr";
    if (c == static_cast<unsigned char>(quote) || c == '\\') {
      text_ += '\\';
    } else if (const size_t i = kControls.find(c); i != kControls.npos) {
      text_ += '\\';
      return text_.push_back(kLetters[i]);
    } else if (c < 0x20 || (c >= 0x7f && c < 0xa0)) {
      return add(fmt::format("\\u{{{:x}}}", static_cast<uint32_t>(c)));
    }
    append_utf8(text_, is_scalar_value(c) ? c : U'\ufffd');
  }
  void character(char32_t c) {
    add("'");
    escaped(c, '\'');
    add("'");
  }
  void quote(std::string_view text) {
    add("\"");
    ByteSpan rest = as_bytes(text);
    while (const auto c = next_utf8(rest)) escaped(*c, '"');
    add("\"");
  }
  void list(const ComponentValue& v, const ValType* element) {
    add("[");
    if (v.is_bytes()) {
      for (size_t i = 0; i < v.bytes().size(); ++i) {
        add(fmt::format("{}{}", i == 0 ? "" : ", ", v.bytes()[i]));
      }
    } else {
      for (size_t i = 0; i < v.items().size(); ++i) {
        if (i != 0) add(", ");
        value(v.items()[i], element);
      }
    }
    add("]");
  }
  // Fields that are none are left out.
  void record(const ComponentValue& v, const ValType* type) {
    add("{");
    bool is_empty = true;
    for (size_t i = 0; i < v.items().size(); ++i) {
      const ComponentValue& item = v.items()[i];
      const Labelled* const field = type && i < type->items.size() ? &type->items[i] : nullptr;
      if (field && item.kind() == TypeKind::kOption && item.case_index() == 0) continue;
      if (!is_empty) add(", ");
      is_empty = false;
      if (field) add(field->label), add(": ");
      value(item, field ? field->type : nullptr);
    }
    add(is_empty ? ":}" : "}");
  }
  void tuple(const ComponentValue& v, const ValType* type) {
    add("(");
    for (size_t i = 0; i < v.items().size(); ++i) {
      if (i != 0) add(", ");
      value(v.items()[i], type && i < type->items.size() ? type->items[i].type : nullptr);
    }
    add(")");
  }
  void case_name(const ComponentValue& v, const Labelled* c) {
    if (v.kind() == TypeKind::kOption) return add(v.case_index() == 0 ? "none" : "some");
    if (v.kind() == TypeKind::kResult) return add(v.case_index() == 0 ? "ok" : "err");
    if (!c) return add(fmt::format("#{}", v.case_index()));
    if (is_wave_keyword(c->label)) add("%");
    add(c->label);
  }
  void variant(const ComponentValue& v, const ValType* type) {
    const Labelled* const c =
        type && v.case_index() < type->items.size() ? &type->items[v.case_index()] : nullptr;
    case_name(v, c);
    if (!v.payload()) return;
    add("(");
    value(*v.payload(), c ? c->type : nullptr);
    add(")");
  }
  void flags(uint32_t bits, const ValType* type) {
    add("{");
    bool first = true;
    for (uint32_t i = 0; i < 32; ++i) {
      if ((bits >> i & 1) == 0) continue;
      if (!first) add(", ");
      first = false;
      if (type && i < type->items.size()) {
        add(type->items[i].label);
      } else {
        add(fmt::format("#{}", i));
      }
    }
    add("}");
  }

  std::string text_;
};

}  // namespace

bool is_wave_keyword(std::string_view word) {
  constexpr std::array<std::string_view, 8> kWords = {"true", "false", "inf", "nan",
                                                      "some", "none",  "ok",  "err"};
  return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

std::string to_string(const ComponentValue& value, const ValType* type) {
  Printer printer;
  printer.value(value, type);
  return printer.take();
}

}  // namespace tappet::component
