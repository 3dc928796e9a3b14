#include "canonical-abi/runtime/component_instance.h"

#include <fmt/format.h>

#include "canonical-abi/runtime/component_store.h"
#include "canonical-abi/runtime/stream.h"

namespace tappet::component {
namespace {

std::string_view name_of(const ResourceType& rt) {
  return rt.impl != nullptr ? "guest-defined resource" : "host-defined resource";
}

// Why there is nothing of the wanted kind at an index.
std::string no_such_handle(ComponentInstance& inst, uint32_t i) {
  const bool other = inst.handles.object(i) != nullptr || inst.handles.get(i) != nullptr;
  return other ? fmt::format("handle index {} used with the wrong type", i)
               : fmt::format("unknown handle index {}", i);
}

}  // namespace

ComponentInstance::ComponentInstance(ComponentStore& store, ComponentInstance* parent,
                                     uint32_t max_handles,
                                     std::span<const ResourceType*> resource_types)
    : store(store),
      parent(parent),
      depth(parent == nullptr ? 0 : parent->depth + 1),
      handles(max_handles, store.handles()),
      threads(max_handles, store.threads()),
      resource_types(resource_types) {}

uint32_t ComponentInstance::entering_levels(const ComponentInstance* caller) const {
  uint32_t levels = 0;
  for (const ComponentInstance* i = this; i != nullptr; i = i->parent, ++levels) {
    while (caller != nullptr && caller->depth > i->depth) caller = caller->parent;
    if (caller == i) break;
  }
  return levels;
}

const void* TypeScope::resource(const ValType& handle) const {
  if (inst == nullptr) return host[handle.resource->resource->slot].type;
  const ResourceType* const rt = inst->resource_type(handle);
  return rt->host != nullptr ? static_cast<const void*>(rt->host) : rt;
}

// As deep as types nest, which is bounded.
bool same_type(const ValType* a, const TypeScope& a_scope, const ValType* b,
               const TypeScope& b_scope) {
  if (a == nullptr || b == nullptr) return a == b;
  if (a == b && (a_scope.inst == b_scope.inst || !a->contains_resource)) return true;
  if (a->kind != b->kind || a->length != b->length || a->items.size() != b->items.size() ||
      a->type_size != b->type_size) {
    return false;
  }
  if (a->resource != nullptr) return a_scope.resource(*a) == b_scope.resource(*b);
  for (size_t i = 0; i < a->items.size(); ++i) {
    if (a->items[i].label != b->items[i].label) return false;
    if (!same_type(a->items[i].type, a_scope, b->items[i].type, b_scope)) return false;
  }
  return same_type(a->element, a_scope, b->element, b_scope);
}

ResourceHandle* get_handle(HostCall& call, ComponentInstance& inst, uint32_t i,
                           const ResourceType* rt) {
  ResourceHandle* const h = inst.handles.get(i);
  if (h == nullptr) {
    call.trap(no_such_handle(inst, i));
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

namespace {

bool added(HostCall& call, std::optional<uint32_t> index, uint32_t& i) {
  if (!index) {
    call.trap(TrapKind::kResource, "the component's handle table is full");
    return false;
  }
  i = *index;
  return true;
}

}  // namespace

bool add_handle(HostCall& call, ComponentInstance& inst, const ResourceHandle& handle,
                uint32_t& i) {
  return added(call, inst.handles.add(handle), i);
}

bool add_object(HostCall& call, ComponentInstance& inst, std::shared_ptr<HandleObject> object,
                uint32_t& i) {
  return added(call, inst.handles.add(std::move(object)), i);
}

HandleObject* get_object(HostCall& call, ComponentInstance& inst, uint32_t i,
                         HandleObject::Kind kind) {
  HandleObject* const object = inst.handles.object(i);
  if (object != nullptr && object->kind() == kind) return object;
  call.trap(no_such_handle(inst, i));
  return nullptr;
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
  bool lent = false;
  if (!cx.charge(sizeof i, [&] { lent = subtask_->add_lender(inst_.handles, i, *h); })) {
    return false;
  }
  if (!lent) call_.trap(TrapKind::kResource, "too many handles are lent");
  return lent;
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

bool InstanceHandles::lift_shared(LiftLowerContext&, uint32_t i, const ValType& t,
                                  ComponentValue::Shared& v) {
  return t.kind == TypeKind::kErrorContext ? lift_error_context(call_, inst_, i, v)
                                           : lift_async_value(call_, inst_, i, t, v);
}

bool InstanceHandles::lower_shared(LiftLowerContext& cx, const ComponentValue::Shared& v,
                                   const ValType& t, uint32_t& i) {
  return t.kind == TypeKind::kErrorContext ? lower_error_context(call_, inst_, v, i)
                                           : lower_async_value(call_, inst_, cx.peer(), v, t, i);
}

void InstanceHandles::begin_realloc() {
  assert(inst_.may_leave);
  inst_.may_leave = false;
  caller_ = inst_.store.scheduler().begin_realloc();
}

void InstanceHandles::end_realloc() {
  inst_.store.scheduler().end_realloc(caller_);
  inst_.may_leave = true;
}

}  // namespace tappet::component
