#include "canonical-abi/types/print.h"

#include <fmt/format.h>

#include "interp/base/printable.h"

namespace tappet::component {
namespace {

constexpr size_t kMaxName = 80;
constexpr size_t kMaxType = 400;

// Stops by itself: once `text` is long enough, every further step is empty.
class Printer {
 public:
  std::string take() {
    if (full()) text_.resize(kMaxType), text_ += "...";
    return std::move(text_);
  }

  void type(const ValType* t) {
    if (full()) return;
    if (!t) return add("_");
    add(row(t->kind).text);
    switch (t->kind) {
      case TypeKind::kRecord:
      case TypeKind::kVariant:
      case TypeKind::kFlags:
      case TypeKind::kEnum:
        return members(*t);
      case TypeKind::kTuple:
        return arguments(t->items);
      case TypeKind::kOption:
        return arguments(t->items.subspan(1));
      case TypeKind::kResult:
        return result(*t);
      case TypeKind::kMap:
        return arguments(t->element->items);
      case TypeKind::kOwn:
      case TypeKind::kBorrow:
        return resource(*t->resource->resource);
      default:
        return element(*t);
    }
  }

  void func(const FuncType& f) {
    add(f.is_async ? "async func(" : "func(");
    bool first = true;
    for (const Labelled& p : f.params) {
      if (full()) return;
      if (!first) add(", ");
      first = false;
      member(p, ": ", "");
    }
    add(")");
    if (f.result) add(" -> "), type(f.result);
  }

 private:
  bool full() const { return text_.size() > kMaxType; }
  void add(std::string_view text) { text_ += text; }

  void member(const Labelled& m, std::string_view before, std::string_view after) {
    add(m.label.substr(0, kMaxName));
    if (!m.type) return;
    add(before);
    type(m.type);
    add(after);
  }
  void members(const ValType& t) {
    const bool is_variant = t.kind == TypeKind::kVariant;
    add(" {");
    for (size_t i = 0; i < t.items.size() && !full(); ++i) {
      add(i == 0 ? " " : ", ");
      member(t.items[i], is_variant ? "(" : ": ", is_variant ? ")" : "");
    }
    add(" }");
  }
  void arguments(std::span<const Labelled> items) {
    add("<");
    for (size_t i = 0; i < items.size() && !full(); ++i) {
      if (i != 0) add(", ");
      type(items[i].type);
    }
    add(">");
  }
  void result(const ValType& t) {
    if (t.items[1].type) return arguments(t.items);
    if (t.items[0].type) arguments(t.items.first(1));
  }
  void element(const ValType& t) {
    if (!t.element) return;
    add("<");
    type(t.element);
    if (t.kind == TypeKind::kFixedList) add(fmt::format(", {}", t.length));
    add(">");
  }
  void resource(const Resource& r) {
    add("<");
    add(r.name.empty() ? "resource" : r.name.substr(0, kMaxName));
    add(">");
  }

  std::string text_;
};

void add_list(std::string& out, std::string_view word, const std::vector<ValueType>& types) {
  if (types.empty()) return;
  out += fmt::format(" ({}", word);
  for (const ValueType t : types) {
    if (out.size() > kMaxType) {
      out += " ...";
      break;
    }
    out += ' ';
    out += TypeRegistry::to_string(t);
  }
  out += ')';
}

}  // namespace

std::string quote(std::string_view name) { return "`" + printable(name, kMaxName) + "`"; }

std::string to_string(const ValType& type) {
  Printer printer;
  printer.type(&type);
  return printer.take();
}

std::string to_string(const FuncType& type) {
  Printer printer;
  printer.func(type);
  return printer.take();
}

std::string_view kind_name(TypeRef type) {
  switch (type.kind()) {
    case TypeRef::Kind::kValue:
      return row(type.value()->kind).text;
    case TypeRef::Kind::kResource:
      return "resource";
    case TypeRef::Kind::kFunc:
      return "func";
    case TypeRef::Kind::kInstance:
      return "instance";
    case TypeRef::Kind::kComponent:
      return "component";
    case TypeRef::Kind::kModule:
      return "core module";
    case TypeRef::Kind::kNone:
      break;
  }
  return "nothing";
}

std::string to_string(const ExternType& type) {
  switch (type.sort) {
    case Sort::kFunc:
      return to_string(*type.type.func());
    case Sort::kValue:
      return "value of type " + to_string(*type.type.value());
    case Sort::kType:
      return fmt::format("type ({})", kind_name(type.type));
    default:
      return std::string(row(type.sort).text);
  }
}

std::string to_string(const CoreFuncType& type) {
  std::string out = "(func";
  add_list(out, "param", type.params);
  add_list(out, "result", type.results);
  return out + ")";
}

}  // namespace tappet::component
