#include "canonical-abi/wit/scope.h"

#include <algorithm>

namespace tappet::component::wit {

TypeKey key_of(TypeRef type) {
  if (const ResourceName* const resource = type.resource()) return resource->resource;
  const ValType* const value = type.value();
  if (value == nullptr) return nullptr;
  switch (value->kind) {
    case TypeKind::kRecord:
    case TypeKind::kVariant:
    case TypeKind::kEnum:
    case TypeKind::kFlags:
      return value->items.data();
    default:
      return nullptr;
  }
}

// An interface that is imported and exported is one, though its types are not.
void Scope::add(const NamedExtern& item) {
  if (item.type.sort == Sort::kType) {
    const ValType* const value = item.type.type.value();
    if (value == nullptr || !is_primitive(value->kind)) {
      by_node.emplace(item.type.type.identity(), item.name);
    }
    if (const TypeKey key = key_of(item.type.type)) by_key.emplace(key, item.name);
  }
  items.push_back(&item);
}

std::string_view Scope::name_of(TypeRef type) const {
  const auto node = by_node.find(type.identity());
  if (node != by_node.end()) return node->second;
  const TypeKey key = key_of(type);
  const auto found = key == nullptr ? by_key.end() : by_key.find(key);
  return found == by_key.end() ? std::string_view() : found->second;
}

Scopes::Scopes(std::span<const NamedExtern> imports, std::span<const NamedExtern> exports) {
  for (const NamedExtern& item : imports) add(item);
  for (const NamedExtern& item : exports) add(item);
}

void Scopes::add(const NamedExtern& item) {
  const InstanceType* const instance = item.type.type.instance();
  if (item.type.sort != Sort::kInstance || instance == nullptr) {
    world_.add(item);
    return note_origins(world_);
  }
  Scope& scope = interface(item);
  by_item_.emplace(&item, &scope);
  std::map<std::string_view, bool> before;
  for (const NamedExtern* const had : scope.items) before.emplace(had->name, true);
  for (const NamedExtern& member : instance->exports.items) {
    scope.add(member);
    if (before.contains(member.name)) scope.items.pop_back();
  }
  note_origins(scope);
}

Scope& Scopes::interface(const NamedExtern& item) {
  const bool is_shared = item.name.find('/') != std::string_view::npos;
  const auto found = is_shared ? by_name_.find(item.name) : by_name_.end();
  if (found != by_name_.end()) return *found->second;
  Scope& made = interfaces_.emplace_back();
  made.name = item.name;
  if (is_shared) by_name_.emplace(item.name, &made);
  return made;
}

void Scopes::note_origins(const Scope& scope) {
  for (const auto& [key, name] : scope.by_key) origins_.try_emplace(key, Origin{&scope, name});
}

std::optional<Origin> Scopes::origin(TypeRef type) const {
  const TypeKey key = key_of(type);
  const auto found = key == nullptr ? origins_.end() : origins_.find(key);
  return found == origins_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace tappet::component::wit
