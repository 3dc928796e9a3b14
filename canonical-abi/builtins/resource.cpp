#include "canonical-abi/builtins/resource.h"

#include "canonical-abi/runtime/canon_lift.h"
#include "canonical-abi/runtime/component_store.h"

namespace tappet::component {
namespace {

// Calls a destructor, which runs in its own component instance.
class DestructorCaller final : public SyncCaller {
 public:
  DestructorCaller(ComponentInstance& impl, uint32_t levels, ComponentValue rep)
      : SyncCaller(Peer::kGuest, StringEncoding::kUtf8),
        impl_(impl),
        levels_(levels),
        rep_(std::move(rep)) {}

 private:
  bool on_start(HostCall&, std::span<ComponentValue> args) override {
    args[0] = std::move(rep_);
    return true;
  }
  bool on_resolve(HostCall&, std::span<ComponentValue>) override { return true; }
  void on_cancelled() override {}
  HostOutcome on_exit(HostCall&) override {
    impl_.leave_to(levels_);
    return HostOutcome::kReturn;
  }

  ComponentInstance& impl_;
  uint32_t levels_;
  ComponentValue rep_;
};

HostOutcome drop_host_resource(ComponentInstance& inst, const HostResourceType* type, uint64_t rep,
                               HostCall& call) {
  if (type == nullptr) return HostOutcome::kReturn;
  Result<HostResources::Object> removed =
      inst.store.environment().resources().remove(*type, static_cast<uint32_t>(rep));
  if (removed.ok()) return HostOutcome::kReturn;
  return call.trap(std::move(removed.error().message));
}

// A destructor is called like a function of the component that defines the resource.
HostOutcome destroy(ComponentInstance& inst, const ResourceType& rt, uint64_t rep, HostCall& call) {
  if (rt.impl == nullptr) return drop_host_resource(inst, rt.host, rep, call);
  const uint32_t levels = rt.impl->entering_levels(&inst);
  if (!rt.impl->may_enter_from(levels)) return call.trap("cannot enter component instance");
  if (rt.dtor == nullptr) return HostOutcome::kReturn;
  rt.impl->enter_from(levels);
  const TypeKind kind = rt.lifted_dtor->type->params[0].type->kind;
  return call_sync(
      call, *rt.lifted_dtor,
      std::make_shared<DestructorCaller>(*rt.impl, levels, ComponentValue::scalar(kind, rep)),
      inst.store.scheduler().current_task().origin());
}

}  // namespace

HostOutcome canon_resource_new(CanonFunction& self, HostCall& call) {
  if (!self.inst->may_leave) return call.trap("cannot leave component instance");
  uint32_t i = 0;
  if (!add_handle(call, *self.inst, {.rt = self.rt, .rep = call.arg(0)}, i)) {
    return HostOutcome::kTrap;
  }
  call.set_result(0, i);
  return HostOutcome::kReturn;
}

HostOutcome canon_resource_drop(CanonFunction& self, HostCall& call) {
  if (!self.inst->may_leave) return call.trap("cannot leave component instance");
  const auto i = static_cast<uint32_t>(call.arg(0));
  const ResourceHandle* const found = get_handle(call, *self.inst, i, self.rt);
  if (found == nullptr) return HostOutcome::kTrap;
  if (found->num_lends != 0) return call.trap("cannot remove owned resource while borrowed");
  const ResourceHandle h = *found;
  self.inst->handles.remove(i);
  if (h.own()) return destroy(*self.inst, *h.rt, h.rep, call);
  --h.borrow_scope->num_borrows;
  return HostOutcome::kReturn;
}

HostOutcome canon_resource_rep(CanonFunction& self, HostCall& call) {
  const auto i = static_cast<uint32_t>(call.arg(0));
  const ResourceHandle* const h = get_handle(call, *self.inst, i, self.rt);
  if (h == nullptr) return HostOutcome::kTrap;
  call.set_result(0, h->rep);
  return HostOutcome::kReturn;
}

}  // namespace tappet::component
