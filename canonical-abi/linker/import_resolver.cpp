#include "canonical-abi/linker/import_resolver.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "canonical-abi/types/print.h"

namespace tappet::component {
namespace {

// Enough to act on, little enough to read.
constexpr size_t kMostProblems = 30;

std::string place(std::string_view interface, std::string_view name) {
  return interface.empty() ? quote(name) : fmt::format("{} of {}", quote(name), quote(interface));
}

}  // namespace

ImportResolver::ImportResolver(const HostInterfaces& hosts, bool unknown_imports_trap,
                               const Component& component, Linkage& linkage,
                               const LinkedExports& linked)
    : hosts_(hosts),
      unknown_imports_trap_(unknown_imports_trap),
      component_(component),
      plan_(linkage.plan),
      linkage_(linkage),
      linked_(linked),
      budget_(Budget::for_input(component.bytes.size())),
      matcher_(*component.registry, budget_) {}

Result<Entities> ImportResolver::resolve() {
  matcher_.open(component_.type->import_resources);
  Entities args;
  for (const uint32_t position : component_.imports) {
    const Import& import = std::get<Import>(component_.definitions[position]);
    const std::optional<Entity> found = item(import.name.name, import.type);
    if (found) args.emplace(import.name.name, *found);
    if (limit_) return fail(std::move(*limit_));
  }
  if (problems_.empty()) return args;
  const size_t more = problems_.size() > kMostProblems ? problems_.size() - kMostProblems : 0;
  problems_.resize(problems_.size() - more);
  return fail(ErrorKind::kUnlinkable,
              fmt::format("the component does not fit this host: {}{}", fmt::join(problems_, "; "),
                          more != 0 ? fmt::format("; and {} more", more) : ""));
}

std::optional<Entity> ImportResolver::item(std::string_view name, const ExternType& type) {
  if (const auto linked = linked_.find(name); linked != linked_.end()) {
    const LinkedExport& given = linked->second;
    return match({}, name, given.type, type) ? std::optional(given.entity) : std::nullopt;
  }
  if (type.sort == Sort::kInstance) return instance(name, *type.type.instance());
  return member({}, hosts_.find(""), name, type);
}

std::optional<Entity> ImportResolver::instance(std::string_view name, const InstanceType& type) {
  const LinkableInterface* const host = hosts_.find(name);
  if (host == nullptr && !unknown_imports_trap_ && needs_host(type)) {
    missing({}, "interface", name);
    return std::nullopt;
  }
  Entities members;
  for (const NamedExtern& e : type.exports.items) {
    const std::optional<Entity> found = member(name, host, e.name, e.type);
    if (found) members.emplace(e.name, *found);
  }
  linkage_.instances.push_back(std::move(members));
  return Entity::of(Sort::kInstance, static_cast<uint32_t>(linkage_.instances.size() - 1));
}

// An interface of nothing but types of values is the same everywhere.
bool ImportResolver::needs_host(const InstanceType& type) const {
  return std::any_of(
      type.exports.items.begin(), type.exports.items.end(), [this](const NamedExtern& e) {
        if (e.type.sort != Sort::kType) return true;
        const ResourceName* const resource = e.type.type.resource();
        return resource != nullptr && matcher_.resource(resource->resource) == nullptr;
      });
}

std::optional<Entity> ImportResolver::member(std::string_view interface,
                                             const LinkableInterface* host, std::string_view name,
                                             const ExternType& type) {
  if (type.sort == Sort::kFunc) return function(interface, host, name, type);
  if (type.sort == Sort::kType) return this->type(interface, host, name, type);
  if (type.sort == Sort::kValue) return value(interface, host, name, type);
  missing(interface, row(type.sort).text, name);
  return std::nullopt;
}

std::optional<Entity> ImportResolver::function(std::string_view interface,
                                               const LinkableInterface* host, std::string_view name,
                                               const ExternType& type) {
  const auto at =
      host ? host->functions.find(name) : std::map<std::string_view, size_t>::iterator();
  if (host == nullptr || at == host->functions.end()) {
    return unknown_function(interface, name, type);
  }
  const FuncType* const actual = host->types[at->second];
  if (!match(interface, name, {Sort::kFunc, actual}, type)) return std::nullopt;
  FuncInst& func = plan_.host_funcs.emplace_back();
  func.type = actual;
  const HostFunctionDef& def = host->def->functions[at->second];
  func.host = &def.body;
  if (def.direct) func.direct = &def.direct;
  return Entity::of(FuncRef{true, static_cast<uint32_t>(plan_.host_funcs.size() - 1)});
}

std::optional<Entity> ImportResolver::unknown_function(std::string_view interface,
                                                       std::string_view name,
                                                       const ExternType& type) {
  if (!unknown_imports_trap_) {
    missing(interface, "function", name);
    return std::nullopt;
  }
  FuncInst& func = plan_.host_funcs.emplace_back();
  func.type = type.type.func();
  func.host = &plan_.trapping_bodies.emplace_back(
      [message = fmt::format("unknown import: {} was called", place(interface, name))](
          HostEnvironment&, std::span<ComponentValue>) { return HostReturn::trap(message); });
  return Entity::of(FuncRef{true, static_cast<uint32_t>(plan_.host_funcs.size() - 1)});
}

std::optional<Entity> ImportResolver::value(std::string_view interface,
                                            const LinkableInterface* host, std::string_view name,
                                            const ExternType& type) {
  if (host == nullptr || !host->values.contains(name)) {
    missing(interface, "value", name);
    return std::nullopt;
  }
  const HostValueDef& def = host->def->values[host->values.at(name)];
  if (!match(interface, name, {Sort::kValue, def.type}, type)) return std::nullopt;
  plan_.values.push_back({def.type, &def.value});
  return Entity::of(Sort::kValue, static_cast<uint32_t>(plan_.values.size() - 1));
}

// Types of values need no counterpart: they are compared where functions use them. A resource type
// that another import has introduced already is found there.
std::optional<Entity> ImportResolver::type(std::string_view interface,
                                           const LinkableInterface* host, std::string_view name,
                                           const ExternType& type) {
  const ResourceName* const expected = type.type.resource();
  if (expected == nullptr) return Entity::of(ResourceRef());
  if (host != nullptr) {
    const auto at = host->resources_by_name.find(name);
    if (at != host->resources_by_name.end()) {
      if (!match(interface, name, {Sort::kType, host->resources[at->second]}, type)) {
        return std::nullopt;
      }
      return host_resource(host->def->resources[at->second].type);
    }
  }
  if (matcher_.resource(expected->resource) != nullptr) return Entity::of(ResourceRef());
  return unknown_resource(interface, name, type);
}

std::optional<Entity> ImportResolver::unknown_resource(std::string_view interface,
                                                       std::string_view name,
                                                       const ExternType& type) {
  if (!unknown_imports_trap_) {
    missing(interface, "resource", name);
    return std::nullopt;
  }
  const Resource& resource = unknown_resources_.emplace_back(Resource{.name = name});
  const ResourceName& alias = unknown_names_.emplace_back(ResourceName{&resource});
  if (!match(interface, name, {Sort::kType, &alias}, type)) return std::nullopt;
  plan_.host_types.emplace_back();
  return Entity::of(ResourceRef{true, static_cast<uint32_t>(plan_.host_types.size() - 1)});
}

bool ImportResolver::match(std::string_view interface, std::string_view name,
                           const ExternType& actual, const ExternType& expected) {
  Result<> matched = matcher_.match(actual, expected);
  if (matched.ok()) return true;
  if (matched.error().kind == ErrorKind::kLimit) {
    limit_ = std::move(matched.error());
  } else {
    problems_.push_back(fmt::format("{} {}: {}", row(expected.sort).text, place(interface, name),
                                    matched.error().message));
  }
  return false;
}

void ImportResolver::missing(std::string_view interface, std::string_view what,
                             std::string_view name) {
  problems_.push_back(fmt::format("{} {} is missing", what, place(interface, name)));
}

Entity ImportResolver::host_resource(const HostResourceType* type) {
  const auto [at, inserted] = linkage_.host_types.try_emplace(type);
  if (inserted) {
    at->second = Entity::of(ResourceRef{true, static_cast<uint32_t>(plan_.host_types.size())});
    plan_.host_types.push_back({.host = type});
  }
  return at->second;
}

}  // namespace tappet::component
