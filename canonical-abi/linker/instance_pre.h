// A linked component: everything that its instances have in common.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "canonical-abi/component/component.h"
#include "canonical-abi/linker/entity.h"
#include "canonical-abi/linker/host_interfaces.h"
#include "canonical-abi/linker/version.h"

namespace tappet::component {

// An exported function. `ref` finds it in each instance.
struct ExportedFunction {
  std::string_view name;
  FuncRef ref;
  const FuncType* type = nullptr;
};

// An exported value. `ref` finds it in each instance (InstanceTree::value).
struct ExportedValue {
  std::string_view name;
  uint32_t ref = kNoIndex;
  const ValType* type = nullptr;
};

// An exported instance; or, with an empty name, the functions and values exported without one.
struct ExportedInterface {
  std::string_view name;
  std::vector<ExportedFunction> functions;  // sorted by name
  std::vector<ExportedValue> values;        // likewise

  const ExportedFunction* find(std::string_view function) const;
  const ExportedValue* find_value(std::string_view value) const;
};

// Immutable; shared by threads, and by its instances, which keep it alive.
class InstancePre {
 public:
  const Component& component() const { return *component_; }
  const Plan& plan() const { return plan_; }

  // The interface that is exported under that name or, if there is none, with another version of
  // its track (version.h); "" for what is exported without interface. Null: there is none.
  const ExportedInterface* find_interface(std::string_view name) const {
    return exports_.find(name);
  }
  // The same with a function in it.
  const ExportedFunction* find_function(std::string_view interface,
                                        std::string_view function) const {
    const ExportedInterface* const found = find_interface(interface);
    return found == nullptr ? nullptr : found->find(function);
  }
  // The same with a value.
  const ExportedValue* find_value(std::string_view interface, std::string_view value) const {
    const ExportedInterface* const found = find_interface(interface);
    return found == nullptr ? nullptr : found->find_value(value);
  }
  // All of them, by name.
  const VersionedMap<ExportedInterface>& exports() const { return exports_; }
  // Whether the component, or one linked with it, imports anything whose name begins so:
  // "wasi:cli/".
  bool imports(std::string_view prefix) const;

 private:
  friend class Linker;
  InstancePre() = default;

  std::shared_ptr<const Component> component_;
  std::vector<std::shared_ptr<const Component>> linked_;
  std::shared_ptr<const HostInterfaces> hosts_;
  Plan plan_;
  VersionedMap<ExportedInterface> exports_;
};

}  // namespace tappet::component
