// Imports and exports: their types, the resource types that come with them, and their names.
#include <fmt/format.h>

#include "canonical-abi/component/validate/validator.h"
#include "canonical-abi/types/print.h"

namespace tappet::component {
namespace {

// The names from outside to a resource type within an item of that name.
std::vector<std::string_view> path_to(std::string_view name,
                                      std::span<const std::string_view> path) {
  std::vector<std::string_view> whole = {name};
  whole.insert(whole.end(), path.begin(), path.end());
  return whole;
}

// The resource that a constructor makes: own R, or result<own R, E>.
const ResourceName* constructed(const FuncType& func) {
  const ValType* type = func.result;
  if (type && type->kind == TypeKind::kResult) type = type->items[0].type;
  return type && type->kind == TypeKind::kOwn ? type->resource : nullptr;
}

Result<> check_resource_label(const ResourceName* resource, std::string_view label,
                              const VisibleNames& visible) {
  const auto found = visible.resources.find(resource);
  if (found == visible.resources.end()) {
    return invalid("resource used in function does not have a name in this context");
  }
  if (found->second == uniqueness_key(label)) return {};
  return invalid(
      fmt::format("function does not match expected resource name {}", quote(found->second)));
}

}  // namespace

Result<TypeRef> Validator::renamed(TypeRef type) {
  if (const ValType* const t = type.value()) return TypeRef(TAPPET_TRY(arena_->renamed(t)));
  if (type.resource()) return TypeRef(TAPPET_TRY(arena_->name_of(type.resource()->resource)));
  return type;
}

Result<Validator::NewExtern> Validator::open_instance(Scope& scope, const InstanceType& type) {
  NewExtern opened{{Sort::kInstance, &type}, {}};
  if (type.resources.empty()) return opened;
  Substitution substitution(*arena_);
  for (const BoundResource& r : type.resources) {
    const Resource* const fresh = TAPPET_TRY(new_resource(scope, {.name = r.resource->name}));
    substitution.replace(r.resource, fresh);
    opened.fresh.push_back({fresh, r.path});
  }
  opened.type.type = TAPPET_TRY(substitution.apply_open(type.exports));
  return opened;
}

Result<Validator::NewExtern> Validator::extern_type(Scope& scope, const syntax::ExternTypeUse& use,
                                                    std::string_view name) {
  using Bound = syntax::ExternTypeUse::Bound;
  const auto plain = [&](TypeRef type) { return NewExtern{{use.sort, type}, {}}; };
  const auto wrong = [&](std::string_view what) {
    return invalid(fmt::format("type index {} is not {} type", use.index, what));
  };
  switch (use.sort) {
    case Sort::kFunc:
      return plain(TAPPET_TRY(scope.func_type(use.index)));
    case Sort::kCoreModule:
      return plain(TAPPET_TRY(scope.module_type(use.index)));
    case Sort::kComponent: {
      const TypeRef type = TAPPET_TRY(scope.type(use.index));
      if (!type.component()) return wrong("a component");
      return plain(type);
    }
    case Sort::kInstance: {
      const TypeRef type = TAPPET_TRY(scope.type(use.index));
      if (!type.instance()) return wrong("an instance");
      return open_instance(scope, *type.instance());
    }
    case Sort::kType: {
      if (use.bound == Bound::kEq) {
        return plain(TAPPET_TRY(renamed(TAPPET_TRY(scope.type(use.index)))));
      }
      const Resource* const resource = TAPPET_TRY(new_resource(scope, {.name = name}));
      return NewExtern{{Sort::kType, TAPPET_TRY(arena_->name_of(resource))}, {{resource, {}}}};
    }
    case Sort::kValue: {
      TAPPET_TRY(require(ComponentFeature::kValues));
      if (use.bound == Bound::kEq) {
        return fail(ErrorKind::kUnsupported, "values bound to equal another are not supported yet");
      }
      return plain(TAPPET_TRY(val_type(scope, use.value)));
    }
    default:
      return invalid(fmt::format("{} has no type", row(use.sort).text));
  }
}

Result<> Validator::import(Scope& scope, const syntax::Import& import) {
  if (scope.kind == ScopeKind::kInstanceType) return invalid("an instance type has no imports");
  const NewExtern made = TAPPET_TRY(extern_type(scope, import.type, import.name.name));
  for (const BoundResource& f : made.fresh) {
    const std::vector<std::string_view> path = path_to(import.name.name, f.path);
    scope.import_resources.push_back(
        {f.resource, TAPPET_TRY(arena_->copy(std::span<const std::string_view>(path)))});
  }
  TAPPET_TRY(add_named(scope, true, import.name, made.type));
  if (scope.kind != ScopeKind::kComponent) return {};
  scope.component->imports.push_back(static_cast<uint32_t>(scope.component->definitions.size()));
  return emit(scope, Import{import.name, made.type, bindings(made.fresh)});
}

Result<> Validator::export_declaration(Scope& scope, const syntax::ExportDecl& item) {
  const NewExtern made = TAPPET_TRY(extern_type(scope, item.type, item.name.name));
  for (const BoundResource& f : made.fresh) scope.local_resources.push_back(f.resource);
  return add_named(scope, false, item.name, made.type);
}

Result<Item> Validator::item(const Scope& scope, const syntax::SortIndex& at) const {
  TAPPET_TRY(scope.check_index(at.sort, at.index));
  if (row(at.sort).is_core && at.sort != Sort::kCoreModule) {
    return invalid(
        fmt::format("a {} cannot be exported or passed by a component", row(at.sort).text));
  }
  Item item{at.sort, at.index, {}};
  if (at.sort == Sort::kType) item.type = scope.types[at.index];
  return item;
}

Result<ExternType> Validator::item_type(Scope& scope, const syntax::SortIndex& at) {
  const Item found = TAPPET_TRY(item(scope, at));
  switch (at.sort) {
    case Sort::kCoreModule:
      return ExternType{at.sort, scope.core_modules[at.index]};
    case Sort::kFunc:
      return ExternType{at.sort, scope.funcs[at.index]};
    case Sort::kComponent:
      return ExternType{at.sort, scope.components[at.index].type};
    case Sort::kInstance:
      return ExternType{at.sort, scope.instances[at.index]};
    case Sort::kValue:
      TAPPET_TRY(use_value(scope, at.index));
      return ExternType{at.sort, scope.values[at.index].type};
    default:
      return ExternType{at.sort, found.type};
  }
}

Result<> Validator::export_definition(Scope& scope, const syntax::Export& item_syntax) {
  const std::string_view name = item_syntax.name.name;
  const Item exported = TAPPET_TRY(item(scope, item_syntax.item));
  const ExternType actual = TAPPET_TRY(item_type(scope, item_syntax.item));
  NewExtern made{actual, {}};
  if (actual.sort == Sort::kType) made.type.type = TAPPET_TRY(renamed(actual.type));
  if (item_syntax.type) {
    made = TAPPET_TRY(extern_type(scope, *item_syntax.type, name));
    Matcher matcher(*options_.registry, budget(), ErrorKind::kInvalid);
    matcher.open(made.fresh);
    Result<> matched = matcher.match(actual, made.type);
    if (!matched.ok()) {
      return fail(in_context("ascribed type of export is not compatible with item's type",
                             std::move(matched).error()));
    }
    for (const BoundResource& f : made.fresh) scope.local_resources.push_back(f.resource);
  } else if (const ResourceName* const resource = actual.type.resource()) {
    scope.give_name(resource->resource, name);
  }
  TAPPET_TRY(add_named(scope, false, item_syntax.name, made.type));
  if (exported.sort == Sort::kComponent) {
    scope.components.back().instances = scope.components[exported.index].instances;
  }
  if (exported.sort == Sort::kValue) scope.values.back().is_used = true;
  scope.component->exports.push_back(static_cast<uint32_t>(scope.component->definitions.size()));
  return emit(scope, Export{item_syntax.name, exported, made.type, bindings(made.fresh)});
}

Result<> Validator::add_named(Scope& scope, bool is_import, const ExternName& name,
                              const ExternType& type) {
  const std::string_view direction = is_import ? "import" : "export";
  VisibleNames& visible = is_import ? scope.imported : scope.exported;
  TAPPET_TRY(push(scope, type));
  if (!TAPPET_TRY(name_types(scope, is_import, type))) {
    return invalid(
        fmt::format("{0} {1}: {2} not valid to be used as {0}, its type refers to types "
                    "without an externally visible name",
                    direction, quote(name.name), row(type.sort).text));
  }
  if (!is_import && type.sort == Sort::kValue && type.type.value()->contains_borrow) {
    return invalid("an exported value cannot contain a `borrow` type");
  }
  if (type.sort == Sort::kType && type.type.resource() && is_kebab_label(name.name)) {
    visible.resources.emplace(type.type.resource(), uniqueness_key(name.name));
    visible.labels.insert(uniqueness_key(name.name));
  }
  if (Result<> r = check_name(name, type, visible); !r.ok()) {
    return fail(in_context(fmt::format("{} name {}", direction, quote(name.name)), r.error()));
  }
  TAPPET_TRY((is_import ? scope.import_names : scope.export_names).add(name.name, direction));
  (is_import ? scope.imports : scope.exports).push_back({name.name, type});
  return {};
}

Result<> Validator::check_name(const ExternName& name, const ExternType& type,
                               const VisibleNames& visible) {
  const ParsedName parsed = TAPPET_TRY(parse_extern_name(name.name, options_.features));
  TAPPET_TRY(check_attributes(name, parsed, type.sort));
  return check_annotation(parsed, type, visible);
}

Result<> Validator::check_annotation(const ParsedName& name, const ExternType& type,
                                     const VisibleNames& visible) {
  using Kind = ParsedName::Kind;
  if (name.kind == Kind::kLabel || name.kind == Kind::kInterface) return {};
  const FuncType* const func = type.type.func();
  if (type.sort != Sort::kFunc || !func) return invalid("item is not a func");
  if (name.kind == Kind::kStatic) {
    if (visible.labels.contains(uniqueness_key(name.label))) return {};
    return invalid("static resource name is not known in this context");
  }
  if (name.kind == Kind::kConstructor) {
    if (!func->result) return invalid("function should return one value");
    const ResourceName* const resource = constructed(*func);
    if (resource) return check_resource_label(resource, name.label, visible);
    return invalid("function should return `(own $T)` or `(result (own $T))`");
  }
  if (func->params.empty()) return invalid("function should have at least one argument");
  const Labelled& self = func->params[0];
  if (self.label != "self") {
    return invalid(fmt::format("function should have a first argument called `self`, found {}",
                               quote(self.label)));
  }
  if (self.type->kind != TypeKind::kBorrow) {
    return invalid("function should take a first argument of `(borrow $T)`");
  }
  return check_resource_label(self.type->resource, name.label, visible);
}

Result<> Validator::check_attributes(const ExternName& name, const ParsedName& parsed, Sort sort) {
  if (name.external_id) TAPPET_TRY(require(ComponentFeature::kNameAttributes));
  if (name.implements) {
    TAPPET_TRY(require(ComponentFeature::kNameAttributes));
    TAPPET_TRY(parse_interface_name(*name.implements, options_.features));
    if (sort != Sort::kInstance) return invalid("only instances can have an `implements`");
    if (!parsed.is_plain()) return invalid("this name is not valid with `implements`");
  }
  if (!name.version_suffix) return {};
  TAPPET_TRY(require(ComponentFeature::kVersionSuffix));
  const std::string whole = std::string(parsed.version) + std::string(*name.version_suffix);
  if (is_canon_version(parsed.version) && is_semver(whole)) return {};
  return invalid(fmt::format("versionsuffix {} does not complete a canonical version to a semver",
                             quote(*name.version_suffix)));
}

}  // namespace tappet::component
