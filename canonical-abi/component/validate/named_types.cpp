// The external visibility of types (Explainer.md): resource types, records, variants, enums and
// flags that imports and exports refer to must have been imported or exported themselves. Which
// ones have, a scope remembers by identity; that is why an import or export of a type introduces a
// new node.
#include "canonical-abi/component/validate/validator.h"

namespace tappet::component {
namespace {

constexpr uint64_t kNameBytes = 64;  // about what an entry of a set takes

}  // namespace

Result<bool> Validator::is_named(const ValType& type, const VisibleNames& visible) {
  if (!type.contains_name) return true;
  switch (type.kind) {
    case TypeKind::kRecord:
    case TypeKind::kVariant:
    case TypeKind::kFlags:
    case TypeKind::kEnum:
      return visible.types.contains(&type);  // its parts were checked then
    default:
      return parts_are_named(type, visible);
  }
}

Result<bool> Validator::parts_are_named(const ValType& type, const VisibleNames& visible) {
  TAPPET_TRY(budget().spend_steps(1 + type.items.size()));
  if (type.resource) return visible.types.contains(type.resource);
  if (type.element && !TAPPET_TRY(is_named(*type.element, visible))) return false;
  for (const Labelled& item : type.items) {
    if (item.type && !TAPPET_TRY(is_named(*item.type, visible))) return false;
  }
  return true;
}

Result<bool> Validator::is_named(const FuncType& type, const VisibleNames& visible) {
  if (!type.contains_name) return true;
  TAPPET_TRY(budget().spend_steps(1 + type.params.size()));
  for (const Labelled& p : type.params) {
    if (!TAPPET_TRY(is_named(*p.type, visible))) return false;
  }
  return !type.result || TAPPET_TRY(is_named(*type.result, visible));
}

// What a type that gets a name itself refers to. Component types and module types are closed; a
// resource type refers to nothing.
Result<bool> Validator::parts_are_named(TypeRef type, const VisibleNames& visible) {
  if (type.value()) return parts_are_named(*type.value(), visible);
  if (type.func()) return is_named(*type.func(), visible);
  if (!type.instance() || !type.instance()->contains_name) return true;
  TAPPET_TRY(budget().spend_steps(1));
  for (const NamedExtern& e : type.instance()->exports.items) {
    TAPPET_TRY(budget().spend_steps(1));
    const bool is_value = e.type.sort == Sort::kValue;
    const bool named = is_value ? TAPPET_TRY(is_named(*e.type.type.value(), visible))
                                : TAPPET_TRY(parts_are_named(e.type.type, visible));
    if (!named) return false;
  }
  return true;
}

Result<bool> Validator::name_types(Scope& scope, bool is_import, const ExternType& type) {
  if (scope.kind == ScopeKind::kInstanceType) return true;  // checked where it is imported
  TAPPET_TRY(budget().spend_steps(1));
  const VisibleNames& visible = is_import ? scope.imported : scope.exported;
  switch (type.sort) {
    case Sort::kFunc:
      return is_named(*type.type.func(), visible);
    case Sort::kValue:
      return is_named(*type.type.value(), visible);
    case Sort::kType:
      if (!TAPPET_TRY(parts_are_named(type.type, visible))) return false;
      TAPPET_TRY(budget().spend_bytes(kNameBytes));
      if (is_import) scope.imported.types.insert(type.type.identity());
      scope.exported.types.insert(type.type.identity());
      return true;
    case Sort::kInstance:
      for (const NamedExtern& e : type.type.instance()->exports.items) {
        if (!TAPPET_TRY(name_types(scope, is_import, e.type))) return false;
      }
      return true;
    default:
      return true;
  }
}

}  // namespace tappet::component
