// Replacing resource types, and the types that depend on them, in other types: what importing an
// instance, or instantiating a component, does to the type that declares it (Explainer.md, "Type
// Checking").
#pragma once

#include <unordered_map>
#include <vector>

#include "canonical-abi/types/arena.h"

namespace tappet::component {

// One substitution, applied to any number of types that belong together: a node that occurs in
// several of them is replaced by the same new node. Parts that nothing is replaced in are shared
// with the original. Memory and time are charged to the arena's budget.
class Substitution {
 public:
  explicit Substitution(TypeArena& arena) : arena_(arena) {}

  void replace(const Resource* from, const Resource* to) { resources_[from] = to; }
  // Replaces one type index, found by its identity.
  void replace(const void* from, TypeRef to) { types_.emplace(from, to); }

  Result<TypeRef> apply(TypeRef type);
  // The exports with all replacements, as an instance type without bound variables.
  Result<const InstanceType*> apply_open(const ExternList& exports);

 private:
  // True if anything changed.
  Result<bool> apply(const ExternList& items, std::vector<NamedExtern>& replaced);
  Result<const ValType*> value(const ValType* type);
  Result<const ValType*> rebuild(const ValType& type);
  Result<TypeRef> resource(const ResourceName* name);
  Result<TypeRef> func(const FuncType* type);
  Result<TypeRef> instance(const InstanceType* type);
  Result<TypeRef> component(const ComponentType* type);

  TypeArena& arena_;
  std::unordered_map<const Resource*, const Resource*> resources_;
  // What nodes were replaced by; also those that stay.
  std::unordered_map<const void*, TypeRef> types_;
};

// The resource types that a type refers to and does not bind itself, in order of first occurrence.
// Charged to the budget.
Result<std::vector<const Resource*>> free_resources(Budget& budget, std::span<const TypeRef> types);

}  // namespace tappet::component
