// The host's interfaces, by name, in the form that imports are matched against.
#pragma once

#include <memory>
#include <unordered_map>

#include "canonical-abi/linker/version.h"
#include "canonical-abi/runtime/host_interface.h"
#include "canonical-abi/types/arena.h"

namespace tappet::component {

// A definition whose types name resources by what they are to the host: in different interfaces,
// and versions of one, the same HostResourceType is the same Resource.
struct LinkableInterface {
  std::shared_ptr<const HostInterfaceDef> def;
  std::vector<const FuncType*> types;          // of def->functions
  std::vector<const ResourceName*> resources;  // of def->resources
  std::map<std::string_view, size_t> values;
  std::map<std::string_view, size_t> functions;  // positions in the definition, by name
  std::map<std::string_view, size_t> resources_by_name;
};

// One thread makes it; what was defined is then read by any.
class HostInterfaces {
 public:
  // The interface of name "" has the functions and resource types that components import without an
  // interface. Errors: kUsage if there is one of that name and version already, or for a value that
  // is none of its type or cannot be copied.
  Result<> define(std::shared_ptr<const HostInterfaceDef> def);
  // By the rules of version.h. Null: there is none.
  const LinkableInterface* find(std::string_view name) const { return interfaces_.find(name); }
  // What stands for a host's resource type in those interfaces; null if none has it.
  const Resource* resource(const HostResourceType* type) const;

 private:
  Result<const ResourceName*> canonical(const HostResourceType* type);

  TypeArena arena_;
  std::unordered_map<const HostResourceType*, const ResourceName*> resources_;
  VersionedMap<LinkableInterface> interfaces_;
};

}  // namespace tappet::component
