#include "tests/unit/canonical-abi/support/host.h"

namespace tappet::component::test {

Host::Host(std::string name, std::string version) : arena_(std::make_shared<TypeArena>()) {
  def_.name = std::move(name);
  def_.version = std::move(version);
  def_.types = arena_;
}

const Resource* Host::resource(std::string name, const HostResourceType& type) {
  const auto slot = static_cast<uint32_t>(def_.resources.size());
  const Resource* const made = *arena_->resource({.name = type.name, .slot = slot});
  def_.resources.push_back({std::move(name), &type, made});
  return made;
}

const ValType* Host::handle(TypeKind kind, const Resource* resource) {
  return *arena_->handle(kind, *arena_->name_of(resource));
}

const ValType* Host::compose(TypeKind kind, std::vector<Labelled> items) {
  return *arena_->compose(kind, items);
}

Host& Host::func(std::string name, std::vector<Labelled> params, const ValType* result,
                 HostBody body) {
  return define(false, std::move(name), params, result, std::move(body));
}

Host& Host::async_func(std::string name, std::vector<Labelled> params, const ValType* result,
                       HostBody body) {
  return define(true, std::move(name), params, result, std::move(body));
}

Host& Host::define(bool is_async, std::string name, const std::vector<Labelled>& params,
                   const ValType* result, HostBody body) {
  def_.functions.push_back(
      {std::move(name), *arena_->func(is_async, params, result), std::move(body)});
  return *this;
}

}  // namespace tappet::component::test
