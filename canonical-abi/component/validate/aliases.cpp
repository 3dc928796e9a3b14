// Aliases: of exports, and of what the scopes around have defined.
#include <fmt/format.h>

#include "canonical-abi/component/validate/validator.h"
#include "canonical-abi/types/print.h"

namespace tappet::component {

Result<> Validator::alias(Scope& scope, const syntax::Alias& alias) {
  using Target = syntax::Alias::Target;
  if (scope.kind != ScopeKind::kComponent) {
    const bool allowed = alias.target == Target::kOuter
                             ? alias.sort == Sort::kCoreType || alias.sort == Sort::kType
                             : alias.target == Target::kExport &&
                                   (alias.sort == Sort::kInstance || alias.sort == Sort::kType);
    if (!allowed) return invalid("aliases in a type may only refer to types or instances");
  }
  switch (alias.target) {
    case Target::kExport:
      return alias_export(scope, alias);
    case Target::kCoreExport:
      return alias_core_export(scope, alias);
    case Target::kOuter:
      break;
  }
  return alias_outer(scope, alias);
}

Result<> Validator::alias_export(Scope& scope, const syntax::Alias& alias) {
  TAPPET_TRY(scope.check_index(Sort::kInstance, alias.instance));
  const NamedExtern* const found = scope.instances[alias.instance]->exports.get(alias.name);
  if (!found) {
    return invalid(
        fmt::format("instance {} has no export named {}", alias.instance, quote(alias.name)));
  }
  if (found->type.sort != alias.sort) {
    return invalid(fmt::format("export {} for instance {} is not a {}", quote(alias.name),
                               alias.instance, row(alias.sort).text));
  }
  TAPPET_TRY(push(scope, found->type));
  if (scope.kind != ScopeKind::kComponent || alias.sort == Sort::kType) return {};
  return emit(scope, AliasExport{alias.sort, alias.instance, alias.name, found->type});
}

Result<> Validator::alias_core_export(Scope& scope, const syntax::Alias& alias) {
  TAPPET_TRY(scope.check_index(Sort::kCoreInstance, alias.instance));
  const std::optional<ExternKind> kind = core_kind_of(alias.sort);
  if (!kind) return invalid(fmt::format("a {} cannot be aliased", row(alias.sort).text));
  const CoreExport* const found = scope.core_instances[alias.instance].get(alias.name);
  if (!found) {
    return invalid(
        fmt::format("core instance {} has no export named {}", alias.instance, quote(alias.name)));
  }
  if (kind_of(found->type) != *kind) {
    return invalid(fmt::format("export {} for core instance {} is not a {}", quote(alias.name),
                               alias.instance, tappet::to_string(*kind)));
  }
  TAPPET_TRY(push_core(scope, found->type));
  return emit(scope, AliasCoreExport{*kind, alias.instance, alias.name});
}

Result<> Validator::alias_outer(Scope& scope, const syntax::Alias& alias) {
  const Scope* target = &scope;
  bool leaves_component = false;
  for (uint32_t i = 0; i < alias.count && target; ++i) {
    leaves_component |= target->kind == ScopeKind::kComponent;
    target = target->parent;
  }
  if (!target) return invalid(fmt::format("invalid outer alias count of {}", alias.count));
  TAPPET_TRY(target->check_index(alias.sort, alias.index));
  TAPPET_TRY(check_room(scope, alias.sort));
  if (alias.sort == Sort::kType) {
    const TypeRef type = target->types[alias.index];
    if (leaves_component && !TAPPET_TRY(free_resources(budget(), {&type, 1})).empty()) {
      return invalid(
          "an outer alias of a type that transitively refers to resources cannot leave its "
          "component");
    }
    return push(scope, {Sort::kType, type});
  }
  if (alias.sort == Sort::kCoreType) {
    scope.core_types.push_back(target->core_types[alias.index]);
    return {};
  }
  const Scope::ComponentEntry* const component =
      alias.sort == Sort::kComponent ? &target->components[alias.index] : nullptr;
  const Scope::ComponentEntry entry = component ? *component : Scope::ComponentEntry{};
  const TypeRef type = component ? TypeRef(entry.type) : target->core_modules[alias.index];
  TAPPET_TRY(push(scope, {alias.sort, type}));
  if (component) scope.components.back().instances = entry.instances;
  if (alias.count == 0) return emit(scope, AliasSelf{alias.sort, alias.index});
  return emit(scope, AliasOuter{alias.sort, capture(scope, alias.count, alias.sort, alias.index)});
}

// The number of the capture of what is `count` scopes out. Between there and here each component
// captures it from the one around.
uint32_t Validator::capture(Scope& scope, uint32_t count, Sort sort, uint32_t index) {
  const auto key = std::make_tuple(count, sort, index);
  const auto known = scope.captures.find(key);
  if (known != scope.captures.end()) return known->second;
  Capture made{sort, count > 1, index};
  if (count > 1) made.index = capture(*scope.parent, count - 1, sort, index);
  std::vector<Capture>& all = scope.component->captures;
  const auto number = static_cast<uint32_t>(all.size());
  all.push_back(made);
  scope.captures.emplace(key, number);
  return number;
}

}  // namespace tappet::component
