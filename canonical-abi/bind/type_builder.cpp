#include "canonical-abi/bind/type_builder.h"

namespace tappet::component {
namespace {

template <class T>
T must(Result<T> result) {
  assert(result.ok() && "a host interface has types that no component can have");
  return std::move(result).value();
}

}  // namespace

const ValType* TypeBuilder::compose(TypeKind kind, std::span<const Labelled> items) {
  return must(arena_->compose(kind, items));
}

const ValType* TypeBuilder::handle(TypeKind kind, const HostResourceType& type) {
  return must(arena_->handle(kind, known(type).name));
}

std::string_view TypeBuilder::label(const Name& name) {
  return label(name.is_final ? std::string(name.text) : kebab_case(name.text));
}

std::string_view TypeBuilder::label(std::string_view text) { return must(arena_->copy(text)); }

const FuncType* TypeBuilder::func(bool is_async, std::span<const Labelled> params,
                                  const ValType* result) {
  return must(arena_->func(is_async, params, result));
}

TypeBuilder::Known& TypeBuilder::known(const HostResourceType& type) {
  for (Known& k : resources_) {
    if (k.type == &type) return k;
  }
  Resource* const resource = must(arena_->resource({.name = label(type.name)}));
  resources_.push_back({&type, resource, must(arena_->name_of(resource))});
  return resources_.back();
}

void TypeBuilder::export_resource(std::string_view name, const HostResourceType& type) {
  Resource* const resource = known(type).resource;
  bool has_name = false;
  for (const auto& [other, exported] : exports_) has_name |= exported == &type;
  if (!has_name) resource->name = label(name);
  exports_.emplace_back(name, &type);
}

std::vector<HostResourceDef> TypeBuilder::take_resources() {
  std::vector<HostResourceDef> defs;
  const auto add = [&](std::string name, const Known& k) {
    if (k.resource->slot == Resource::kNoSlot) {
      k.resource->slot = static_cast<uint32_t>(defs.size());
    }
    defs.push_back({std::move(name), k.type, k.resource});
  };
  for (auto& [name, type] : exports_) add(std::move(name), known(*type));
  for (const Known& k : resources_) {
    if (k.resource->slot == Resource::kNoSlot) add("", k);
  }
  return defs;
}

}  // namespace tappet::component
