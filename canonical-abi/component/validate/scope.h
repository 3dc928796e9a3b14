// What validation knows at one point of a component, a component type or an instance type.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <variant>
#include <vector>

#include "canonical-abi/component/component.h"

namespace tappet::component {

enum class ScopeKind : uint8_t { kComponent, kComponentType, kInstanceType };

// A failure without a position; the definition that is being validated supplies it.
inline detail::Failure<Error> invalid(std::string message) {
  return fail(ErrorKind::kInvalid, std::move(message));
}

// Names of one scope, which must be strongly unique.
class NameSet {
 public:
  // `what` is for the message: "import", "export".
  Result<> add(std::string_view name, std::string_view what);

 private:
  std::map<std::string, std::string_view> names_;  // by uniqueness key
};

// What imports, or exports, have given a name (Explainer.md, "External Visibility of Types").
struct VisibleNames {
  std::unordered_set<const void*> types;  // TypeRef::identity()
  // Resource types that are imported or exported by a label of the scope itself: what annotated
  // names may refer to. Labels as uniqueness keys.
  std::unordered_map<const ResourceName*, std::string> resources;
  std::set<std::string> labels;
};

struct Scope {
  struct ValueEntry {
    const ValType* type;
    bool is_used;
  };
  struct ComponentEntry {
    const ComponentType* type;
    uint64_t instances;  // that instantiating it makes
  };
  using CoreTypeEntry = std::variant<TypeId, const ModuleType*>;

  Scope(ScopeKind scope_kind, Scope* around)
      : kind(scope_kind), parent(around), depth(around ? around->depth + 1 : 0) {}

  ScopeKind kind;
  Scope* parent;
  uint32_t depth;

  // Index spaces.
  std::vector<CoreExternType> core_items[5];  // by ExternKind
  std::vector<CoreTypeEntry> core_types;
  std::vector<const ModuleType*> core_modules;
  std::vector<CoreExportList> core_instances;
  std::vector<const FuncType*> funcs;
  std::vector<ValueEntry> values;
  std::vector<TypeRef> types;
  std::vector<ComponentEntry> components;
  std::vector<const InstanceType*> instances;

  std::vector<NamedExtern> imports;
  std::vector<NamedExtern> exports;
  NameSet import_names;
  NameSet export_names;
  VisibleNames imported;
  VisibleNames exported;  // and imported: exports may refer to imports

  // Resource types by how they got here: with an import, or in any other way.
  std::vector<BoundResource> import_resources;
  std::vector<const Resource*> local_resources;
  // Resource types that this component defines; an export gives them their name for messages.
  std::unordered_map<const Resource*, Resource*> unnamed_resources;

  // kComponent only.
  std::unique_ptr<Component> component;
  std::map<std::tuple<uint32_t, Sort, uint32_t>, uint32_t> captures;  // (count, sort, index)
  std::optional<ValueType> context_type;  // of context.get and context.set

  // Names one of unnamed_resources, unless it has a name.
  void give_name(const Resource* resource, std::string_view name);
  // The size of an index space.
  size_t size(Sort sort) const;
  // "type index 3 out of bounds" unless there is such an item.
  Result<> check_index(Sort sort, uint32_t index) const;
  // A core function, table, memory, global or tag.
  Result<CoreExternType> core_item(ExternKind kind, uint32_t index) const;
  Result<TypeId> core_func(uint32_t index) const;
  Result<TypeRef> type(uint32_t index) const;
  Result<const FuncType*> func_type(uint32_t index) const;  // of a type index
  Result<const ResourceName*> resource_type(uint32_t index) const;
  Result<const ModuleType*> module_type(uint32_t index) const;  // of a core type index
};

// ExternKind as a sort and back; the sort is one of the first five.
inline Sort sort_of(ExternKind kind) { return static_cast<Sort>(kind); }
inline std::optional<ExternKind> core_kind_of(Sort sort) {
  if (sort > Sort::kCoreTag) return std::nullopt;
  return static_cast<ExternKind>(sort);
}

}  // namespace tappet::component
