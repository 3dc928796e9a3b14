// What a component imports, found among the host's interfaces.
#pragma once

#include <deque>

#include "canonical-abi/component/component.h"
#include "canonical-abi/linker/entity.h"
#include "canonical-abi/linker/host_interfaces.h"
#include "canonical-abi/types/match.h"

namespace tappet::component {

// What another component exports, in terms of the resource types that the host and the plan have.
struct LinkedExport {
  ExternType type;
  Entity entity;
};
using LinkedExports = std::map<std::string_view, LinkedExport>;

// What the components of one plan have in common while they are linked.
struct Linkage {
  Plan& plan;
  std::deque<Entities> instances;
  std::map<const HostResourceType*, Entity> host_types;
};

// Resolves the imports of one component. What is missing or of another type is collected, so that
// one error tells all.
class ImportResolver {
 public:
  // `linked`: what other components have for imports, by the imports' names; it comes before what
  // the host has. Host functions and resource types are added to the plan, instances to
  // `linkage.instances`.
  ImportResolver(const HostInterfaces& hosts, bool unknown_imports_trap, const Component& component,
                 Linkage& linkage, const LinkedExports& linked);

  // The arguments by the names of imports. Errors: kUnlinkable, kLimit.
  Result<Entities> resolve();

 private:
  // Each returns nothing if there is no such thing: a problem has been noted.
  std::optional<Entity> item(std::string_view name, const ExternType& type);
  std::optional<Entity> instance(std::string_view name, const InstanceType& type);
  bool needs_host(const InstanceType& type) const;
  std::optional<Entity> member(std::string_view interface, const LinkableInterface* host,
                               std::string_view name, const ExternType& type);
  std::optional<Entity> function(std::string_view interface, const LinkableInterface* host,
                                 std::string_view name, const ExternType& type);
  std::optional<Entity> value(std::string_view interface, const LinkableInterface* host,
                              std::string_view name, const ExternType& type);
  std::optional<Entity> type(std::string_view interface, const LinkableInterface* host,
                             std::string_view name, const ExternType& type);
  std::optional<Entity> unknown_function(std::string_view interface, std::string_view name,
                                         const ExternType& type);
  std::optional<Entity> unknown_resource(std::string_view interface, std::string_view name,
                                         const ExternType& type);
  // True if they match; else a problem is noted.
  bool match(std::string_view interface, std::string_view name, const ExternType& actual,
             const ExternType& expected);
  void missing(std::string_view interface, std::string_view what, std::string_view name);
  Entity host_resource(const HostResourceType* type);

  const HostInterfaces& hosts_;
  const bool unknown_imports_trap_;
  const Component& component_;
  Plan& plan_;
  Linkage& linkage_;
  const LinkedExports& linked_;
  Budget budget_;
  Matcher matcher_;
  // Stand for resource types that no host has.
  std::deque<Resource> unknown_resources_;
  std::deque<ResourceName> unknown_names_;
  std::vector<std::string> problems_;
  std::optional<Error> limit_;
};

}  // namespace tappet::component
