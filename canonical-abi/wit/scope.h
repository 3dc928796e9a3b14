// The places where WIT gives names to types: interfaces and the world; and which of them a type
// comes from.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "canonical-abi/types/extern.h"

namespace tappet::component::wit {

// The same for every node that a record, variant, enum, flags or resource type has: copies share
// the parts.
using TypeKey = const void*;
// Null for types without such a key.
TypeKey key_of(TypeRef type);

struct Scope {
  std::string_view name;  // of an interface; a plain name for one written in place; empty: world
  std::vector<const NamedExtern*> items;
  // The names of types here: by the node, and by what it is made of.
  std::map<const void*, std::string_view> by_node;
  std::map<TypeKey, std::string_view> by_key;

  void add(const NamedExtern& item);
  // The name that a type has here; empty if it has none.
  std::string_view name_of(TypeRef type) const;
};

// Where a type is defined: the first scope, in order, that has it.
struct Origin {
  const Scope* scope = nullptr;
  std::string_view name;
};

class Scopes {
 public:
  // Neither copies nor moves: origins point into it.
  Scopes(std::span<const NamedExtern> imports, std::span<const NamedExtern> exports);
  Scopes(const Scopes&) = delete;
  Scopes& operator=(const Scopes&) = delete;

  const Scope& world() const { return world_; }
  // The interfaces in order of appearance: with names of packages, and with plain ones.
  const std::deque<Scope>& interfaces() const { return interfaces_; }
  // The scope of an imported or exported instance.
  const Scope& of(const NamedExtern& instance) const { return *by_item_.at(&instance); }
  std::optional<Origin> origin(TypeRef type) const;

 private:
  void add(const NamedExtern& item);
  Scope& interface(const NamedExtern& item);
  void note_origins(const Scope& scope);

  Scope world_;
  std::deque<Scope> interfaces_;
  std::map<std::string_view, Scope*> by_name_;
  std::map<const NamedExtern*, const Scope*> by_item_;
  std::map<TypeKey, Origin> origins_;
};

}  // namespace tappet::component::wit
