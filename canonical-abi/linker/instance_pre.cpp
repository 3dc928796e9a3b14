#include "canonical-abi/linker/instance_pre.h"

#include <algorithm>

namespace tappet::component {
namespace {

template <class Item>
const Item* find_in(const std::vector<Item>& sorted, std::string_view name) {
  const auto at = std::lower_bound(
      sorted.begin(), sorted.end(), name,
      [](const Item& item, std::string_view wanted) { return item.name < wanted; });
  return at != sorted.end() && at->name == name ? &*at : nullptr;
}

}  // namespace

const ExportedFunction* ExportedInterface::find(std::string_view function) const {
  return find_in(functions, function);
}

const ExportedValue* ExportedInterface::find_value(std::string_view value) const {
  return find_in(values, value);
}

bool InstancePre::imports(std::string_view prefix) const {
  const auto has = [prefix](const std::shared_ptr<const Component>& component) {
    return std::ranges::any_of(component->type->imports.items, [prefix](const NamedExtern& import) {
      return import.name.starts_with(prefix);
    });
  };
  return has(component_) || std::ranges::any_of(linked_, has);
}

}  // namespace tappet::component
