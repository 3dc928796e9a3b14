// What a module imports and exports, without what it is made of.
#include <algorithm>

#include <fmt/format.h>

#include "interp/text/printer.h"

namespace tappet::text {

std::string Printer::extern_type(ExternKind kind, uint32_t index) const {
  const auto function = [this](TypeId type) {
    return function_type(module_.registry->function(type), nullptr);
  };
  switch (kind) {
    case ExternKind::kFunc:
      return fmt::format("(func{})", function(module_.functions[index].type));
    case ExternKind::kTable:
      return fmt::format("(table {})", table_type(module_.tables[index].type));
    case ExternKind::kMemory:
      return fmt::format("(memory {})", memory_type(module_.memories[index].type));
    case ExternKind::kGlobal:
      return fmt::format("(global {})", global_type(module_.globals[index].type));
    case ExternKind::kTag:
      return fmt::format("(tag{})", function(module_.tags[index].type.type));
  }
  return {};
}

// Whether anything that is imported or exported has a type that refers to another by its index.
bool Printer::mentions_types() const {
  const auto is_defined = [](ValueType type) {
    return type.is_ref() && type.heap.kind == HeapKind::kDefined;
  };
  const auto mentions = [&](ExternKind kind, uint32_t index) {
    if (kind == ExternKind::kTable) return is_defined(module_.tables[index].type.element);
    if (kind == ExternKind::kGlobal) return is_defined(module_.globals[index].type.type);
    if (kind == ExternKind::kMemory) return false;
    const FuncType& type = module_.registry->function(
        kind == ExternKind::kFunc ? module_.functions[index].type : module_.tags[index].type.type);
    return std::any_of(type.params.begin(), type.params.end(), is_defined) ||
           std::any_of(type.results.begin(), type.results.end(), is_defined);
  };
  const auto any = [&](const auto& items) {
    return std::any_of(items.begin(), items.end(),
                       [&](const auto& item) { return mentions(item.kind, item.index); });
  };
  return any(module_.imports) || any(module_.exports);
}

std::string Printer::print_type() {
  out_ = "(module\n";
  if (mentions_types()) types();
  for (const Import& item : module_.imports) {
    line(fmt::format("(import {} {} {})", string_text(item.module), string_text(item.name),
                     extern_type(item.kind, item.index)));
  }
  for (const Export& item : module_.exports) {
    line(fmt::format("(export {} {})", string_text(item.name), extern_type(item.kind, item.index)));
  }
  return out_ + ")\n";
}

}  // namespace tappet::text
