#include "interp/runtime/tag.h"

#include <fmt/format.h>

#include "interp/base/printable.h"

namespace tappet {
namespace {

std::string name_of(const Tag& tag) {
  if (tag.module == nullptr) return "of the host";
  for (const Export& item : tag.module->exports) {
    if (item.kind == ExternKind::kTag && item.index == tag.index)
      return fmt::format("\"{}\"", printable(item.name));
  }
  return std::to_string(tag.index);
}

}  // namespace

std::string describe(const Tag& tag) {
  std::string types;
  for (const ValueType type : tag.signature->params)
    types += (types.empty() ? "" : " ") + TypeRegistry::to_string(type);
  return fmt::format("tag {} [{}]", name_of(tag), types);
}

}  // namespace tappet
