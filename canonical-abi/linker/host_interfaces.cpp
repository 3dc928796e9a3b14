#include "canonical-abi/linker/host_interfaces.h"

#include <fmt/format.h>

#include "canonical-abi/types/print.h"
#include "canonical-abi/types/substitute.h"

namespace tappet::component {

Result<const ResourceName*> HostInterfaces::canonical(const HostResourceType* type) {
  const auto found = resources_.find(type);
  if (found != resources_.end()) return found->second;
  const Resource* const resource = TAPPET_TRY(arena_.resource({.name = type->name}));
  const ResourceName* const name = TAPPET_TRY(arena_.name_of(resource));
  resources_.emplace(type, name);
  return name;
}

const Resource* HostInterfaces::resource(const HostResourceType* type) const {
  const auto found = resources_.find(type);
  return found == resources_.end() ? nullptr : found->second->resource;
}

Result<> HostInterfaces::define(std::shared_ptr<const HostInterfaceDef> def) {
  LinkableInterface linkable;
  Substitution substitution(arena_);
  for (size_t i = 0; i < def->resources.size(); ++i) {
    const HostResourceDef& resource = def->resources[i];
    linkable.resources.push_back(TAPPET_TRY(canonical(resource.type)));
    linkable.resources_by_name.emplace(resource.name, i);
    substitution.replace(resource.resource, linkable.resources.back()->resource);
  }
  for (size_t i = 0; i < def->functions.size(); ++i) {
    const TypeRef type = TAPPET_TRY(substitution.apply(TypeRef(def->functions[i].type)));
    linkable.types.push_back(type.func());
    linkable.functions.emplace(def->functions[i].name, i);
  }
  for (size_t i = 0; i < def->values.size(); ++i) {
    const HostValueDef& value = def->values[i];
    Result<> fits = check_value(value.value, *value.type);
    if (fits.ok() && !is_plain(*value.type)) fits = fail(ErrorKind::kUsage, "it has handles");
    if (!fits.ok()) {
      return fail(ErrorKind::kUsage, fmt::format("value {} of {}: {}", quote(value.name),
                                                 quote(def->name), fits.error().message));
    }
    linkable.values.emplace(value.name, i);
  }
  std::string name = def->version.empty() ? def->name : def->name + "@" + def->version;
  arena_.keep_alive(def);
  linkable.def = std::move(def);
  if (interfaces_.add(name, std::move(linkable)) == nullptr) {
    return fail(ErrorKind::kUsage, fmt::format("interface {} is defined twice", quote(name)));
  }
  return {};
}

}  // namespace tappet::component
