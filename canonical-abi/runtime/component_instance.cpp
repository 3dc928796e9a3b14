#include "canonical-abi/runtime/component_instance.h"

#include <fmt/format.h>

namespace tappet::component {
namespace {

std::string_view name_of(const ResourceType& rt) {
  return rt.impl != nullptr ? "guest-defined resource" : "host-defined resource";
}

}  // namespace

uint32_t ComponentInstance::entering_levels(const ComponentInstance* caller) const {
  uint32_t levels = 0;
  for (const ComponentInstance* i = this; i != nullptr; i = i->parent, ++levels) {
    while (caller != nullptr && caller->depth > i->depth) caller = caller->parent;
    if (caller == i) break;
  }
  return levels;
}

bool ComponentInstance::may_enter_from(uint32_t levels) const {
  for (const ComponentInstance* i = this; levels > 0; i = i->parent, --levels) {
    if (!i->may_enter) return false;
  }
  return true;
}

void ComponentInstance::set_may_enter(uint32_t levels, bool value) {
  for (ComponentInstance* i = this; levels > 0; i = i->parent, --levels) {
    assert(i->may_enter != value);
    i->may_enter = value;
  }
}

ResourceHandle* get_handle(HostCall& call, ComponentInstance& inst, uint32_t i,
                           const ResourceType* rt) {
  ResourceHandle* const h = inst.handles.get(i);
  if (h == nullptr) {
    call.trap(fmt::format("unknown handle index {}", i));
    return nullptr;
  }
  if (h->rt != rt) {
    const bool same_name = name_of(*rt) == name_of(*h->rt);
    call.trap(fmt::format("handle index {} used with the wrong type, expected {} but found {}{}", i,
                          name_of(*rt), same_name ? "a different " : "a ", name_of(*h->rt)));
    return nullptr;
  }
  return h;
}

bool add_handle(HostCall& call, ComponentInstance& inst, const ResourceHandle& handle,
                uint32_t& i) {
  const std::optional<uint32_t> added = inst.handles.add(handle);
  if (!added) {
    call.trap(TrapKind::kResource, "the component's handle table is full");
    return false;
  }
  i = *added;
  return true;
}

bool InstanceHandles::lift_own(LiftLowerContext& cx, uint32_t i, const ValType& t, uint64_t& rep) {
  const ResourceHandle* const h = get_handle(call_, inst_, i, inst_.resource_type(t));
  if (h == nullptr) return false;
  if (h->num_lends != 0) return cx.trap("cannot remove owned resource while borrowed");
  if (!h->own()) return cx.trap("cannot lift own resource from a borrow");
  rep = h->rep;
  inst_.handles.remove(i);
  return true;
}

bool InstanceHandles::lift_borrow(LiftLowerContext& cx, uint32_t i, const ValType& t,
                                  uint64_t& rep) {
  ResourceHandle* const h = get_handle(call_, inst_, i, inst_.resource_type(t));
  if (h == nullptr) return false;
  rep = h->rep;
  if (!cx.charge(sizeof i)) return false;
  subtask_->add_lender(i, *h);
  return true;
}

bool InstanceHandles::lower_own(LiftLowerContext&, uint64_t rep, const ValType& t, uint32_t& i) {
  return add_handle(call_, inst_, {.rt = inst_.resource_type(t), .rep = rep}, i);
}

bool InstanceHandles::lower_borrow(LiftLowerContext&, uint64_t rep, const ValType& t, uint32_t& i) {
  const ResourceType* const rt = inst_.resource_type(t);
  if (rt->impl == &inst_) {
    i = static_cast<uint32_t>(rep);
    return true;
  }
  if (!add_handle(call_, inst_, {.rt = rt, .rep = rep, .borrow_scope = task_}, i)) return false;
  ++task_->num_borrows;
  return true;
}

}  // namespace tappet::component
