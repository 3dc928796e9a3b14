// Instances: of core modules, of components, and made of what is at hand.
#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "canonical-abi/component/validate/validator.h"
#include "canonical-abi/types/print.h"
#include "interp/base/limits.h"

namespace tappet::component {
namespace {

// Grows without overflow; whether there are too many is asked at the end.
void add_instances(Component& component, uint64_t n) {
  component.total_instances =
      std::min<uint64_t>(component.total_instances + n, uint64_t{limits::kTotalInstances} + 1);
}

// Arguments by name; names are compared as they are. (Not a hash table: whoever writes a component
// chooses the names.)
template <class Arg>
Result<std::map<std::string_view, const Arg*>> by_name(std::span<const Arg> args) {
  std::map<std::string_view, const Arg*> all;
  for (const Arg& arg : args) {
    if (!all.try_emplace(arg.name, &arg).second) {
      return invalid(fmt::format("instantiation argument {0} conflicts with previous argument {0}",
                                 quote(arg.name)));
    }
  }
  return all;
}

}  // namespace

Result<> Validator::core_instance(Scope& scope, const syntax::CoreInstance& instance) {
  TAPPET_TRY(check_room(scope, Sort::kCoreInstance));
  return instance.instantiates ? core_instantiate(scope, instance) : core_bundle(scope, instance);
}

Result<> Validator::core_instantiate(Scope& scope, const syntax::CoreInstance& instance) {
  TAPPET_TRY(scope.check_index(Sort::kCoreModule, instance.module));
  const auto args = TAPPET_TRY(by_name(std::span<const syntax::CoreArg>(instance.args)));
  for (const syntax::CoreArg& arg : instance.args) {
    TAPPET_TRY(scope.check_index(Sort::kCoreInstance, arg.instance));
  }
  const ModuleType& module = *scope.core_modules[instance.module];
  TAPPET_TRY(budget().spend_steps(module.imports.size()));
  for (const CoreImport& import : module.imports) {
    const auto arg = args.find(import.module);
    if (arg == args.end()) {
      return invalid(
          fmt::format("missing module instantiation argument named {}", quote(import.module)));
    }
    const CoreExportList& given = scope.core_instances[arg->second->instance];
    const CoreExport* const found = given.get(import.name);
    if (!found) {
      return invalid(
          fmt::format("module instantiation argument {} does not export an item named {}",
                      quote(import.module), quote(import.name)));
    }
    if (Result<> r = match_core(*options_.registry, found->type, import.type); !r.ok()) {
      return invalid(
          fmt::format("module instantiation argument {} exports {} with another type: {}",
                      quote(import.module), quote(import.name), r.error().message));
    }
  }
  scope.core_instances.push_back(module.exports);
  add_instances(*scope.component, 1);
  CoreInstantiate made{instance.module, {}, module.exports};
  for (const syntax::CoreArg& arg : instance.args) made.args.push_back({arg.name, arg.instance});
  return emit(scope, std::move(made));
}

Result<> Validator::core_bundle(Scope& scope, const syntax::CoreInstance& instance) {
  CoreBundle made;
  std::vector<CoreExport> exports;
  for (const syntax::CoreInlineExport& e : instance.exports) {
    const std::optional<ExternKind> kind = core_kind_of(e.item.sort);
    if (!kind) {
      return invalid(
          fmt::format("a {} cannot be exported by a core instance", row(e.item.sort).text));
    }
    exports.push_back({e.name, TAPPET_TRY(scope.core_item(*kind, e.item.index))});
    made.exports.push_back({e.name, *kind, e.item.index});
  }
  scope.core_instances.push_back(TAPPET_TRY(arena_->core_exports(exports)));
  return emit(scope, std::move(made));
}

Result<> Validator::instance(Scope& scope, const syntax::Instance& instance) {
  TAPPET_TRY(check_room(scope, Sort::kInstance));
  return instance.instantiates ? instantiate(scope, instance) : bundle(scope, instance);
}

Result<> Validator::instantiate(Scope& scope, const syntax::Instance& instance) {
  TAPPET_TRY(scope.check_index(Sort::kComponent, instance.component));
  const Scope::ComponentEntry component = scope.components[instance.component];
  TAPPET_TRY(by_name(std::span<const syntax::Arg>(instance.args)));
  std::map<std::string_view, ExternType> args;
  Instantiate made{instance.component, {}, nullptr, {}};
  for (const syntax::Arg& arg : instance.args) {
    made.args.push_back({arg.name, TAPPET_TRY(item(scope, arg.item))});
    args.emplace(arg.name, TAPPET_TRY(item_type(scope, arg.item)));
  }
  Matcher matcher(*options_.registry, budget(), ErrorKind::kInvalid);
  matcher.open(component.type->import_resources);
  for (const NamedExtern& import : component.type->imports.items) {
    const auto arg = args.find(import.name);
    if (arg == args.end()) {
      return invalid(fmt::format("missing import named {}", quote(import.name)));
    }
    Result<> matched = matcher.match(arg->second, import.type);
    if (!matched.ok()) {
      return fail(in_context(fmt::format("type mismatch for import {}", quote(import.name)),
                             std::move(matched).error()));
    }
  }
  std::vector<BoundResource> fresh;
  made.type = TAPPET_TRY(instantiated_type(scope, *component.type, matcher, fresh));
  made.resources = bindings(fresh);
  scope.instances.push_back(made.type);
  add_instances(*scope.component, component.instances);
  return emit(scope, std::move(made));
}

// The exports, with the imports' types replaced by those of the arguments and every resource type
// that the component defines by a new one.
Result<const InstanceType*> Validator::instantiated_type(Scope& scope, const ComponentType& type,
                                                         const Matcher& matcher,
                                                         std::vector<BoundResource>& fresh) {
  Substitution substitution(*arena_);
  for (const BoundResource& r : type.import_resources) {
    substitution.replace(r.resource, matcher.resource(r.resource));
  }
  for (const auto& [expected, actual] : matcher.types()) substitution.replace(expected, actual);
  for (const BoundResource& r : type.defined_resources) {
    const Resource* const resource = TAPPET_TRY(new_resource(scope, {.name = r.resource->name}));
    substitution.replace(r.resource, resource);
    scope.local_resources.push_back(resource);
    fresh.push_back({resource, r.path});
  }
  return substitution.apply_open(type.exports);
}

Result<> Validator::bundle(Scope& scope, const syntax::Instance& instance) {
  Bundle made;
  NameSet names;
  std::vector<NamedExtern> exports;
  const VisibleNames nothing;  // a bundle gives its types no names
  for (const syntax::InlineExport& e : instance.exports) {
    made.exports.push_back({e.name, TAPPET_TRY(item(scope, e.item))});
    const ExternType type = TAPPET_TRY(item_type(scope, e.item));
    if (Result<> r = check_name(e.name, type, nothing); !r.ok()) {
      return fail(in_context(fmt::format("export name {}", quote(e.name.name)), r.error()));
    }
    TAPPET_TRY(names.add(e.name.name, "export"));
    exports.push_back({e.name.name, type});
  }
  made.type = TAPPET_TRY(arena_->instance(exports, {}));
  scope.instances.push_back(made.type);
  return emit(scope, std::move(made));
}

}  // namespace tappet::component
