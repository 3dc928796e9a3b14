// Host interfaces in few words.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "canonical-abi/runtime/host_interface.h"

namespace tappet::component::test {

// Builds a HostInterfaceDef.
class Host {
 public:
  explicit Host(std::string name, std::string version = {});

  // Types: of primitives by primitive(), of resources by own() and borrow().
  const Resource* resource(std::string name, const HostResourceType& type);
  const ValType* own(const Resource* resource) { return handle(TypeKind::kOwn, resource); }
  const ValType* borrow(const Resource* resource) { return handle(TypeKind::kBorrow, resource); }
  const ValType* compose(TypeKind kind, std::vector<Labelled> items);

  Host& func(std::string name, std::vector<Labelled> params, const ValType* result, HostBody body);
  Host& async_func(std::string name, std::vector<Labelled> params, const ValType* result,
                   HostBody body);
  HostInterfaceDef take() { return std::move(def_); }

 private:
  Host& define(bool is_async, std::string name, const std::vector<Labelled>& params,
               const ValType* result, HostBody body);
  const ValType* handle(TypeKind kind, const Resource* resource);

  HostInterfaceDef def_;
  std::shared_ptr<TypeArena> arena_;
};

inline const ValType* u32() { return primitive(TypeKind::kU32); }
inline const ValType* string() { return primitive(TypeKind::kString); }

}  // namespace tappet::component::test
