// Component types from C++ types, within one arena.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "canonical-abi/bind/describe.h"
#include "canonical-abi/bind/names.h"
#include "canonical-abi/runtime/host_interface.h"

namespace tappet::component {

// Specialised for every C++ type that has a component type, see binding.h.
template <class T>
struct Binding {};

// The identity of the C++ class T as a resource type.
template <class T>
const HostResourceType& host_resource_type() {
  static const HostResourceType kType{kebab_case(class_name<T>())};
  return kType;
}

// Makes the types of one interface. What goes wrong here is a mistake in a host interface's source
// (a record with no fields, a type deeper than the limits): it is asserted, not reported.
class TypeBuilder {
 public:
  TypeBuilder() : arena_(std::make_shared<TypeArena>()) {}

  // The component type of T, made once. Null for Unit.
  template <class T>
  const ValType* type() {
    const auto known = made_.find(HostEnvironment::key<T>());
    if (known != made_.end()) return known->second;
    const ValType* const made = Binding<T>::type(*this);
    made_.emplace(HostEnvironment::key<T>(), made);
    return made;
  }

  const ValType* compose(TypeKind kind, std::span<const Labelled> items);
  const ValType* handle(TypeKind kind, const HostResourceType& type);
  // The name in its final spelling, as long-lived as the types.
  std::string_view label(const Name& name);
  std::string_view label(std::string_view text);
  const FuncType* func(bool is_async, std::span<const Labelled> params, const ValType* result);
  // The resource type, which the interface exports under this name. It may have several.
  void export_resource(std::string_view name, const HostResourceType& type);

  // Moves out: all resources that were exported or mentioned, in their final order, and the arena.
  std::vector<HostResourceDef> take_resources();
  std::shared_ptr<const TypeArena> take_arena() { return std::move(arena_); }

 private:
  struct Known {
    const HostResourceType* type;
    Resource* resource;
    const ResourceName* name;
  };
  Known& known(const HostResourceType& type);

  std::shared_ptr<TypeArena> arena_;
  std::unordered_map<const void*, const ValType*> made_;
  std::vector<Known> resources_;
  std::vector<std::pair<std::string, const HostResourceType*>> exports_;
};

}  // namespace tappet::component
