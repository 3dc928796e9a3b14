// Component instances, and their handles as the calls in and out of them see these
// (CanonicalABI.md, "Component Instances").
#pragma once

#include <span>
#include <string>

#include "canonical-abi/abi/context.h"
#include "canonical-abi/runtime/guest_thread.h"
#include "canonical-abi/runtime/handle_table.h"
#include "canonical-abi/runtime/lend_scope.h"

namespace tappet::component {

class ComponentStore;

class ComponentInstance;

// Whose types some are: a component instance's, or those of a host interface.
struct TypeScope {
  const ComponentInstance* inst = nullptr;
  std::span<const HostResourceDef> host = {};

  // What an own or borrow names: the same address for the same resource type, in every scope.
  const void* resource(const ValType& handle) const;
};

// Whether two types are equal; null equals null alone.
bool same_type(const ValType* a, const TypeScope& a_scope, const ValType* b,
               const TypeScope& b_scope);

class ComponentInstance {
 public:
  // `resource_types`: by slot of the component, filled as definitions are executed.
  ComponentInstance(ComponentStore& store, ComponentInstance* parent, uint32_t max_handles,
                    std::span<const ResourceType*> resource_types);

  // What entering this instance from `caller` enters: that many levels, from this instance upwards.
  // A null caller is the host. (definitions.py: entering_set)
  uint32_t entering_levels(const ComponentInstance* caller) const;
  bool may_enter_from(uint32_t levels) const {
    for (const ComponentInstance* i = this; i != nullptr && i->depth + levels > depth;
         i = i->parent) {
      if (!i->may_enter) return false;
    }
    return true;
  }
  // Precondition: may_enter_from(levels).
  void enter_from(uint32_t levels) { set_may_enter(levels, false); }
  void leave_to(uint32_t levels) { set_may_enter(levels, true); }

  // That an own or borrow in a type of this instance's component names.
  const ResourceType* resource_type(const ValType& handle_type) const {
    return resource_types[handle_type.resource->resource->slot];
  }

  // Whether two types of this instance's component are equal; null equals null alone.
  bool same_type(const ValType* a, const ValType* b) const {
    return a == b || component::same_type(a, {this}, b, {this});
  }

  ComponentStore& store;
  ComponentInstance* const parent;
  const uint32_t depth;  // 0: made by the host
  HandleTable handles;
  Table<GuestThread*> threads;
  bool may_enter = true;
  bool may_leave = true;
  uint32_t backpressure = 0;
  uint32_t num_waiting_to_enter = 0;
  GuestThread* exclusive_thread = nullptr;
  // Threads that wait for their turn here: until none runs exclusively; and to enter, apart
  // those that will run exclusively (1) and those that will not (0).
  ThreadList exclusive_waiters;
  ThreadList entry_waiters[2];
  std::span<const ResourceType*> resource_types;

 private:
  void set_may_enter(uint32_t levels, bool value) {
    for (ComponentInstance* i = this; i != nullptr && i->depth + levels > depth; i = i->parent) {
      assert(i->may_enter != value);
      i->may_enter = value;
    }
  }
};

// The element as a handle of that resource type, or null and a trap in the call.
ResourceHandle* get_handle(HostCall& call, ComponentInstance& inst, uint32_t i,
                           const ResourceType* rt);
// Adds a handle or an object and gives its index, or traps if there is no room. False: trapped.
bool add_handle(HostCall& call, ComponentInstance& inst, const ResourceHandle& handle, uint32_t& i);
bool add_object(HostCall& call, ComponentInstance& inst, std::shared_ptr<HandleObject> object,
                uint32_t& i);
// The element as an object of that kind, or null and a trap in the call.
HandleObject* get_object(HostCall& call, ComponentInstance& inst, uint32_t i,
                         HandleObject::Kind kind);

// cx.inst and cx.borrow_scope of one lifting or lowering. `subtask` is where lifting borrows counts
// what is lent, `task` where lowering borrows counts what is borrowed; the side that a context does
// not use is null.
class InstanceHandles final : public Handles {
 public:
  InstanceHandles(HostCall& call, ComponentInstance& inst, LendScope* subtask, BorrowScope* task)
      : call_(call), inst_(inst), subtask_(subtask), task_(task) {}

  bool lift_own(LiftLowerContext& cx, uint32_t i, const ValType& t, uint64_t& rep) override;
  bool lift_borrow(LiftLowerContext& cx, uint32_t i, const ValType& t, uint64_t& rep) override;
  bool lower_own(LiftLowerContext& cx, uint64_t rep, const ValType& t, uint32_t& i) override;
  bool lower_borrow(LiftLowerContext& cx, uint64_t rep, const ValType& t, uint32_t& i) override;
  bool lift_shared(LiftLowerContext& cx, uint32_t i, const ValType& t,
                   ComponentValue::Shared& v) override;
  bool lower_shared(LiftLowerContext& cx, const ComponentValue::Shared& v, const ValType& t,
                    uint32_t& i) override;
  void begin_realloc() override;
  void end_realloc() override;

 private:
  HostCall& call_;
  ComponentInstance& inst_;
  LendScope* subtask_;
  BorrowScope* task_;
  GuestThread* caller_ = nullptr;  // of realloc
};

}  // namespace tappet::component
