#include "interp/module/module.h"

namespace tappet {

std::string_view to_string(ExternKind kind) {
  constexpr std::string_view kNames[] = {"function", "table", "memory", "global", "tag"};
  return kNames[static_cast<size_t>(kind)];
}

const Export* Module::find_export(std::string_view name) const {
  for (const Export& item : exports) {
    if (item.name == name) return &item;
  }
  return nullptr;
}

}  // namespace tappet
