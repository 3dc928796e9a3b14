// Component instances, and their handles as the calls in and out of them see these
// (CanonicalABI.md, "Component Instances").
#pragma once

#include <span>
#include <string>

#include "canonical-abi/abi/context.h"
#include "canonical-abi/runtime/handle_table.h"
#include "canonical-abi/runtime/subtask.h"

namespace tappet::component {

class ComponentStore;

class ComponentInstance {
 public:
  // `resource_types`: by slot of the component, filled as definitions are executed.
  ComponentInstance(ComponentStore& store, ComponentInstance* parent, uint32_t max_handles,
                    std::span<const ResourceType*> resource_types)
      : store(store),
        parent(parent),
        depth(parent == nullptr ? 0 : parent->depth + 1),
        handles(max_handles),
        resource_types(resource_types) {}

  // What entering this instance from `caller` enters: that many levels, from this instance upwards.
  // A null caller is the host. (definitions.py: entering_set)
  uint32_t entering_levels(const ComponentInstance* caller) const;
  bool may_enter_from(uint32_t levels) const;
  // Precondition: may_enter_from(levels).
  void enter_from(uint32_t levels) { set_may_enter(levels, false); }
  void leave_to(uint32_t levels) { set_may_enter(levels, true); }

  // That an own or borrow in a type of this instance's component names.
  const ResourceType* resource_type(const ValType& handle_type) const {
    return resource_types[handle_type.resource->resource->slot];
  }

  ComponentStore& store;
  ComponentInstance* const parent;
  const uint32_t depth;  // 0: made by the host
  HandleTable handles;
  bool may_enter = true;
  bool may_leave = true;
  std::span<const ResourceType*> resource_types;

 private:
  void set_may_enter(uint32_t levels, bool value);
};

// The element as a handle of that resource type, or null and a trap in the call.
ResourceHandle* get_handle(HostCall& call, ComponentInstance& inst, uint32_t i,
                           const ResourceType* rt);
// Adds a handle and gives its index, or traps if there is no room. False: trapped.
bool add_handle(HostCall& call, ComponentInstance& inst, const ResourceHandle& handle, uint32_t& i);

// cx.inst and cx.borrow_scope of one lifting or lowering. `subtask` is where lifting borrows counts
// what is lent, `task` where lowering borrows counts what is borrowed; the side that a context does
// not use is null.
class InstanceHandles final : public Handles {
 public:
  InstanceHandles(HostCall& call, ComponentInstance& inst, Subtask* subtask, BorrowScope* task)
      : call_(call), inst_(inst), subtask_(subtask), task_(task) {}

  bool lift_own(LiftLowerContext& cx, uint32_t i, const ValType& t, uint64_t& rep) override;
  bool lift_borrow(LiftLowerContext& cx, uint32_t i, const ValType& t, uint64_t& rep) override;
  bool lower_own(LiftLowerContext& cx, uint64_t rep, const ValType& t, uint32_t& i) override;
  bool lower_borrow(LiftLowerContext& cx, uint64_t rep, const ValType& t, uint32_t& i) override;
  bool& may_leave() override { return inst_.may_leave; }

 private:
  HostCall& call_;
  ComponentInstance& inst_;
  Subtask* subtask_;
  BorrowScope* task_;
};

}  // namespace tappet::component
