// Components that satisfy imports of others: which of them are needed, in which order they are
// planned, and what they then offer.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "canonical-abi/linker/import_resolver.h"
#include "canonical-abi/linker/planner.h"
#include "canonical-abi/types/arena.h"

namespace tappet::component {

// A component that others may import from.
struct Link {
  std::string import;  // the name of the import that it is for; empty: all that it has exports for
  std::string label;   // the component as messages name it, such as its file
  std::shared_ptr<const Component> component;
};

inline constexpr size_t kMostLinks = 100;

// Plans a component after those that it, and they, import from. Each is planned once: links to the
// same component share an instance.
class Composition {
 public:
  Composition(const HostInterfaces& hosts, bool unknown_imports_trap, Planner& planner,
              Linkage& linkage, std::span<const Link> links);

  // The root's exports by name. Errors: as of Linker::link.
  Result<Entities> run(std::shared_ptr<const Component> root);

 private:
  enum class State : uint8_t { kUnseen, kUnderWay, kPlanned };
  struct Node {
    std::string_view label;
    std::shared_ptr<const Component> component;
    State state = State::kUnseen;
    VersionedMap<const NamedExtern*> exports;
    LinkedExports offers;  // once planned: by the names of exports
  };

  Node& node_of(const Link& link);
  Result<> plan(Node& node);
  Result<LinkedExports> linked_exports(Node& node);
  // The component that an import is satisfied by; null: the host.
  Result<Node*> provider(const Node& importer, std::string_view import);
  Result<> check_named(const Link& link, const Node& node, std::string_view import) const;
  Result<> offer(Node& node, uint32_t instance, const Entities& exports);
  Result<const Resource*> canonical(ResourceRef ref);
  Result<> check_use() const;
  std::string path_to(const Node& node) const;

  const HostInterfaces& hosts_;
  const bool unknown_imports_trap_;
  Planner& planner_;
  Linkage& linkage_;
  std::span<const Link> links_;
  std::vector<bool> is_used_;  // by link
  std::deque<Node> nodes_;     // the root first
  std::vector<const Node*> under_way_;
  Entities root_exports_;
  TypeArena arena_;
  std::map<std::pair<bool, uint32_t>, const Resource*> resources_;
};

}  // namespace tappet::component
