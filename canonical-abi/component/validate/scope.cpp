#include "canonical-abi/component/validate/scope.h"

#include <fmt/format.h>

#include "canonical-abi/types/print.h"

namespace tappet::component {

Result<> NameSet::add(std::string_view name, std::string_view what) {
  const auto [found, inserted] = names_.try_emplace(uniqueness_key(name), name);
  if (inserted) return {};
  return invalid(fmt::format("{} name {} conflicts with previous name {}", what, quote(name),
                             quote(found->second)));
}

void Scope::give_name(const Resource* resource, std::string_view name) {
  const auto unnamed = unnamed_resources.find(resource);
  if (unnamed == unnamed_resources.end()) return;
  unnamed->second->name = name;
  unnamed_resources.erase(unnamed);
}

size_t Scope::size(Sort sort) const {
  if (const auto core = core_kind_of(sort)) return core_items[static_cast<size_t>(*core)].size();
  switch (sort) {
    case Sort::kCoreType:
      return core_types.size();
    case Sort::kCoreModule:
      return core_modules.size();
    case Sort::kCoreInstance:
      return core_instances.size();
    case Sort::kFunc:
      return funcs.size();
    case Sort::kValue:
      return values.size();
    case Sort::kType:
      return types.size();
    case Sort::kComponent:
      return components.size();
    default:
      return instances.size();
  }
}

Result<> Scope::check_index(Sort sort, uint32_t index) const {
  if (index < size(sort)) return {};
  return invalid(fmt::format("unknown {0} {1}: {0} index out of bounds", row(sort).text, index));
}

Result<CoreExternType> Scope::core_item(ExternKind item_kind, uint32_t index) const {
  TAPPET_TRY(check_index(sort_of(item_kind), index));
  return core_items[static_cast<size_t>(item_kind)][index];
}

Result<TypeId> Scope::core_func(uint32_t index) const {
  return std::get<CoreFunc>(TAPPET_TRY(core_item(ExternKind::kFunc, index))).type;
}

Result<TypeRef> Scope::type(uint32_t index) const {
  TAPPET_TRY(check_index(Sort::kType, index));
  return types[index];
}

Result<const FuncType*> Scope::func_type(uint32_t index) const {
  if (const FuncType* const func = TAPPET_TRY(type(index)).func()) return func;
  return invalid(fmt::format("type index {} is not a function type", index));
}

Result<const ResourceName*> Scope::resource_type(uint32_t index) const {
  if (const ResourceName* const resource = TAPPET_TRY(type(index)).resource()) return resource;
  return invalid(fmt::format("type index {} is not a resource type", index));
}

Result<const ModuleType*> Scope::module_type(uint32_t index) const {
  TAPPET_TRY(check_index(Sort::kCoreType, index));
  if (const auto* const module = std::get_if<const ModuleType*>(&core_types[index])) return *module;
  return invalid(fmt::format("core type index {} is not a module type", index));
}

}  // namespace tappet::component
