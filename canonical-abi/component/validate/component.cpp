// Walking a component's definitions, and what must hold at its end.
#include <algorithm>

#include <fmt/format.h>

#include "canonical-abi/component/validate/validator.h"
#include "canonical-abi/types/print.h"
#include "interp/base/limits.h"

namespace tappet::component {
namespace {

Error at(uint64_t offset, Error error) {
  if (error.position.kind == Position::Kind::kNone) error.position = Position::at_offset(offset);
  return error;
}

uint32_t limit_of(Sort sort) {
  switch (sort) {
    case Sort::kCoreModule:
    case Sort::kCoreInstance:
    case Sort::kComponent:
    case Sort::kInstance:
      return limits::kComponentItems;
    case Sort::kCoreTable:
      return limits::kTables;
    case Sort::kCoreMemory:
      return limits::kMemories;
    default:
      return limits::kTypes;
  }
}

}  // namespace

Result<std::shared_ptr<const Component>> Validator::validate(const syntax::Component& syntax) {
  std::shared_ptr<const Component> root = TAPPET_TRY(component(syntax, nullptr));
  if (root->total_instances > limits::kTotalInstances) {
    return fail(ErrorKind::kLimit,
                fmt::format("instantiating the component makes more than {} instances",
                            limits::kTotalInstances),
                Position::at_offset(syntax.offset));
  }
  return root;
}

Result<std::shared_ptr<const Component>> Validator::component(const syntax::Component& syntax,
                                                              Scope* parent) {
  const auto scope = std::make_unique<Scope>(ScopeKind::kComponent, parent);
  scope->component = std::make_unique<Component>();
  scope->component->owner = owner_;
  scope->component->bytes = syntax.bytes;
  scope->component->base_offset = syntax.offset;
  scope->component->registry = options_.registry;
  scope->component->types = arena_;
  scope->component->customs = syntax.customs;
  for (const syntax::Definition& definition : syntax.definitions) {
    Result<> defined = define(*scope, definition);
    if (!defined.ok()) return fail(at(definition.offset, std::move(defined).error()));
  }
  auto finished = finish_component(*scope);
  if (!finished.ok()) return fail(at(syntax.end, std::move(finished).error()));
  return finished;
}

Result<> Validator::define(Scope& scope, const syntax::Definition& definition) {
  struct Visitor {
    Validator& v;
    Scope& scope;
    uint64_t offset;
    Result<> operator()(const syntax::CoreModule& d) { return v.core_module(scope, d, offset); }
    Result<> operator()(const syntax::CoreInstance& d) { return v.core_instance(scope, d); }
    Result<> operator()(const syntax::CoreTypeDef& d) { return v.core_type_definition(scope, d); }
    Result<> operator()(const std::unique_ptr<syntax::Component>& d) {
      return v.nested_component(scope, *d);
    }
    Result<> operator()(const syntax::Instance& d) { return v.instance(scope, d); }
    Result<> operator()(const syntax::Alias& d) { return v.alias(scope, d); }
    Result<> operator()(const syntax::TypeDef& d) { return v.type_definition(scope, d); }
    Result<> operator()(const syntax::Canon& d) { return v.canon(scope, d); }
    Result<> operator()(const syntax::Start& d) { return v.start(scope, d); }
    Result<> operator()(const syntax::Import& d) { return v.import(scope, d); }
    Result<> operator()(const syntax::Export& d) { return v.export_definition(scope, d); }
    Result<> operator()(const syntax::Value& d) { return v.value(scope, d, offset); }
  };
  return std::visit(Visitor{*this, scope, definition.offset}, definition.what);
}

Result<> Validator::declare(Scope& scope, const syntax::Decl& decl) {
  struct Visitor {
    Validator& v;
    Scope& scope;
    Result<> operator()(const syntax::CoreTypeDef& d) { return v.core_type_definition(scope, d); }
    Result<> operator()(const syntax::TypeDef& d) { return v.type_definition(scope, d); }
    Result<> operator()(const syntax::Alias& d) { return v.alias(scope, d); }
    Result<> operator()(const syntax::Import& d) { return v.import(scope, d); }
    Result<> operator()(const syntax::ExportDecl& d) { return v.export_declaration(scope, d); }
  };
  Result<> declared = std::visit(Visitor{*this, scope}, decl.decl);
  if (!declared.ok()) return fail(at(decl.offset, std::move(declared).error()));
  return declared;
}

Result<> Validator::require(ComponentFeature feature) const {
  return component::require(options_.features, feature);
}

Result<> Validator::require(Feature feature) const {
  if (options_.core_features.has(feature)) return {};
  const bool exists = row(feature).state != FeatureState::kUnsupported;
  return fail(ErrorKind::kUnsupported, fmt::format("feature {} is not {}", row(feature).name,
                                                   exists ? "enabled" : "supported yet"));
}

Result<> Validator::check_room(const Scope& scope, Sort sort) const {
  if (scope.size(sort) < limit_of(sort)) return {};
  return fail(ErrorKind::kLimit,
              fmt::format("more than {} definitions of sort {}", limit_of(sort), row(sort).text));
}

Result<> Validator::emit(Scope& scope, Definition definition) {
  TAPPET_TRY(budget().spend_bytes(sizeof definition));
  scope.component->definitions.push_back(std::move(definition));
  return {};
}

Result<> Validator::push(Scope& scope, const ExternType& type) {
  TAPPET_TRY(check_room(scope, type.sort));
  TAPPET_TRY(budget().spend_bytes(sizeof(TypeRef)));
  switch (type.sort) {
    case Sort::kCoreModule:
      scope.core_modules.push_back(type.type.module());
      break;
    case Sort::kFunc:
      scope.funcs.push_back(type.type.func());
      break;
    case Sort::kValue:
      scope.values.push_back({type.type.value(), false});
      break;
    case Sort::kType:
      scope.types.push_back(type.type);
      break;
    case Sort::kComponent:
      scope.components.push_back({type.type.component(), 1});
      break;
    case Sort::kInstance:
      scope.instances.push_back(type.type.instance());
      break;
    default:
      break;
  }
  return {};
}

Result<> Validator::push_core(Scope& scope, const CoreExternType& type) {
  TAPPET_TRY(check_room(scope, sort_of(kind_of(type))));
  TAPPET_TRY(budget().spend_bytes(sizeof type));
  scope.core_items[type.index()].push_back(type);
  return {};
}

Result<Resource*> Validator::new_resource(Scope& scope, Resource init) {
  const bool has_slot = scope.kind == ScopeKind::kComponent;
  if (has_slot) init.slot = static_cast<uint32_t>(scope.component->resources.size());
  Resource* const resource = TAPPET_TRY(arena_->resource(init));
  if (has_slot) scope.component->resources.push_back(resource);
  return resource;
}

std::vector<ResourceBinding> Validator::bindings(std::span<const BoundResource> fresh) {
  std::vector<ResourceBinding> all;
  all.reserve(fresh.size());
  for (const BoundResource& f : fresh) all.push_back({f.resource->slot, f.path});
  return all;
}

Result<> Validator::core_module(Scope& scope, const syntax::CoreModule& module, uint64_t offset) {
  TAPPET_TRY(check_room(scope, Sort::kCoreModule));
  std::shared_ptr<const Module> loaded =
      TAPPET_TRY(options_.load_module(owner_, module.bytes, offset));
  const ModuleType* const type = TAPPET_TRY(type_of(*loaded));
  scope.core_modules.push_back(type);
  return emit(scope, CoreModuleDef{std::move(loaded), type});
}

Result<> Validator::nested_component(Scope& scope, const syntax::Component& nested) {
  TAPPET_TRY(check_room(scope, Sort::kComponent));
  std::shared_ptr<const Component> inner = TAPPET_TRY(component(nested, &scope));
  scope.components.push_back({inner->type, inner->total_instances});
  return emit(scope, ComponentDef{std::move(inner)});
}

// The first way, in order of the exports, to each resource type that is exported somehow.
Result<> Validator::explicit_paths(std::span<const NamedExtern> exports,
                                   std::vector<std::string_view>& path, Paths& found) {
  TAPPET_TRY(budget().spend_steps(1 + exports.size()));
  for (const NamedExtern& e : exports) {
    path.push_back(e.name);
    if (e.type.sort == Sort::kInstance && e.type.type.instance()->contains_resource) {
      TAPPET_TRY(explicit_paths(e.type.type.instance()->exports.items, path, found));
    } else if (e.type.sort == Sort::kType && e.type.type.resource()) {
      const auto [entry, inserted] = found.try_emplace(e.type.type.resource()->resource);
      if (inserted) {
        entry->second = TAPPET_TRY(arena_->copy(std::span<const std::string_view>(path)));
      }
    }
    path.pop_back();
  }
  return {};
}

// The local resource types that show in the exports, which then must lead to each of them.
Result<std::vector<BoundResource>> Validator::defined_resources(Scope& scope) {
  std::vector<BoundResource> defined;
  if (scope.local_resources.empty()) return defined;
  const std::unordered_set<const Resource*> local(scope.local_resources.begin(),
                                                  scope.local_resources.end());
  std::vector<TypeRef> types;
  types.reserve(std::max(scope.imports.size(), scope.exports.size()));
  for (const NamedExtern& i : scope.imports) types.push_back(i.type.type);
  for (const Resource* r : TAPPET_TRY(free_resources(budget(), types))) {
    if (local.contains(r)) return invalid("local resource type found in imports");
  }
  types.clear();
  for (const NamedExtern& e : scope.exports) types.push_back(e.type.type);
  const std::vector<const Resource*> free = TAPPET_TRY(free_resources(budget(), types));
  const std::unordered_set<const Resource*> used(free.begin(), free.end());
  std::vector<std::string_view> path;
  Paths paths;
  TAPPET_TRY(explicit_paths(scope.exports, path, paths));
  for (const Resource* r : scope.local_resources) {
    if (!used.contains(r)) continue;
    const auto found = paths.find(r);
    if (found == paths.end()) {
      return invalid(fmt::format("resource type {} is used by an export but is not exported itself",
                                 quote(r->name)));
    }
    scope.give_name(r, found->second.back());
    defined.push_back({r, found->second});
  }
  return defined;
}

Result<const ComponentType*> Validator::component_type_of(Scope& scope) {
  const std::vector<BoundResource> defined = TAPPET_TRY(defined_resources(scope));
  return arena_->component(scope.imports, scope.exports, scope.import_resources, defined);
}

Result<std::shared_ptr<const Component>> Validator::finish_component(Scope& scope) {
  const auto unused = std::find_if(scope.values.begin(), scope.values.end(),
                                   [](const Scope::ValueEntry& v) { return !v.is_used; });
  if (unused != scope.values.end()) {
    return invalid(fmt::format("value {} is not used", unused - scope.values.begin()));
  }
  Component& component = *scope.component;
  component.type = TAPPET_TRY(component_type_of(scope));
  for (const SortRow& r : kSorts) {
    component.space_sizes[static_cast<size_t>(r.sort)] = static_cast<uint32_t>(scope.size(r.sort));
  }
  return std::shared_ptr<const Component>(std::move(scope.component));
}

}  // namespace tappet::component
