#include "canonical-abi/builtins/waitable.h"

#include "canonical-abi/abi/store.h"
#include "canonical-abi/builtins/builtin.h"
#include "canonical-abi/runtime/subtask.h"

namespace tappet::component {
namespace {

WaitableSet* get_set(CanonFunction& self, HostCall& call, uint32_t si) {
  return static_cast<WaitableSet*>(
      get_object(call, *self.inst, si, HandleObject::Kind::kWaitableSet));
}

Subtask* get_subtask(CanonFunction& self, HostCall& call, uint32_t i) {
  return static_cast<Subtask*>(get_object(call, *self.inst, i, HandleObject::Kind::kSubtask));
}

HostOutcome unpack_event(CanonFunction& self, HostCall& call, const EventTuple& event) {
  InstanceHandles handles(call, *self.inst, nullptr, nullptr);
  LiftLowerContext cx(call, self.opts, handles, Peer::kGuest);
  const uint64_t ptr = self.opts.width == AddressType::kI64 ? call.arg(1) : arg32(call, 1);
  if (!cx.check_range(ptr, 8, 4, "event")) return HostOutcome::kTrap;
  store_int(cx, event.p1, ptr, 4);
  store_int(cx, event.p2, ptr + 4, 4);
  return return_value(call, static_cast<uint64_t>(event.code));
}

// The subtask is resolved, and its caller is told now.
HostOutcome take_resolution(HostCall& call, Subtask& subtask) {
  subtask.get_pending_event();
  return return_value(call, static_cast<uint64_t>(subtask.state()));
}

HostOutcome after_cancel(CanonFunction& self, HostCall& call,
                         const std::shared_ptr<Subtask>& subtask) {
  if (subtask->resolved()) return take_resolution(call, *subtask);
  if (self.flag) return return_value(call, UINT32_MAX);  // BLOCKED
  Scheduler& scheduler = scheduler_of(self);
  return scheduler.wait_until(
      call, WaitFor::kResolution, subtask.get(), false,
      [wait = SyncWait(subtask, scheduler.current())](HostCall& c, bool) mutable {
        return take_resolution(c, static_cast<Subtask&>(*wait.over()));
      });
}

}  // namespace

HostOutcome canon_waitable_set_new(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  uint32_t i = 0;
  auto wset = std::make_shared<WaitableSet>(scheduler_of(self));
  if (!add_object(call, *self.inst, std::move(wset), i)) return HostOutcome::kTrap;
  return return_value(call, i);
}

HostOutcome canon_waitable_set_wait(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  WaitableSet* const wset = get_set(self, call, arg32(call, 0));
  if (wset == nullptr) return HostOutcome::kTrap;
  ++wset->num_waiting;
  return scheduler_of(self).wait_until(
      call, WaitFor::kSet, wset, self.flag, [&self, wset](HostCall& c, bool cancelled) {
        const EventTuple event =
            cancelled ? EventTuple{EventCode::kTaskCancelled} : wset->get_pending_event();
        --wset->num_waiting;
        return unpack_event(self, c, event);
      });
}

HostOutcome canon_waitable_set_poll(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  WaitableSet* const wset = get_set(self, call, arg32(call, 0));
  if (wset == nullptr) return HostOutcome::kTrap;
  EventTuple event;
  if (scheduler_of(self).current_task().deliver_pending_cancel(self.flag)) {
    event.code = EventCode::kTaskCancelled;
  } else if (wset->has_pending_event()) {
    event = wset->get_pending_event();
  }
  return unpack_event(self, call, event);
}

HostOutcome canon_waitable_set_drop(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  const uint32_t i = arg32(call, 0);
  const WaitableSet* const wset = get_set(self, call, i);
  if (wset == nullptr) return HostOutcome::kTrap;
  if (wset->size() > 0) return call.trap("cannot drop non-empty waitable set");
  if (wset->num_waiting > 0) return call.trap("cannot drop waitable set with waiters");
  self.inst->handles.remove(i);
  return HostOutcome::kReturn;
}

HostOutcome canon_waitable_join(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  const uint32_t wi = arg32(call, 0);
  const uint32_t si = arg32(call, 1);
  HandleObject* const object = self.inst->handles.object(wi);
  if (object == nullptr || !object->is_waitable()) {
    get_object(call, *self.inst, wi, HandleObject::Kind::kSubtask);  // for its message
    return HostOutcome::kTrap;
  }
  auto* const w = static_cast<Waitable*>(object);
  if (w->has_sync_waiter()) return call.trap(kInWaitableSet);
  if (si == 0) {
    w->join(nullptr);
    return HostOutcome::kReturn;
  }
  if (get_set(self, call, si) == nullptr) return HostOutcome::kTrap;
  w->join(std::static_pointer_cast<WaitableSet>(*self.inst->handles.shared_object(si)));
  return HostOutcome::kReturn;
}

HostOutcome canon_subtask_cancel(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  const uint32_t i = arg32(call, 0);
  if (unless_blocked(self, call, !self.flag, get_subtask(self, call, i)) == nullptr) {
    return HostOutcome::kTrap;
  }
  const auto subtask = std::static_pointer_cast<Subtask>(*self.inst->handles.shared_object(i));
  if (subtask->resolve_delivered()) {
    return call.trap("`subtask.cancel` called after terminal status delivered");
  }
  if (subtask->cancellation_requested) {
    return call.trap("`subtask.cancel` called twice for the same subtask");
  }
  if (subtask->in_waitable_set() && !self.flag) return call.trap(kInWaitableSet);
  if (subtask->resolved()) return take_resolution(call, *subtask);
  subtask->cancellation_requested = true;
  if (subtask->host != nullptr) {
    if (subtask->host->cancel(call) == HostOutcome::kTrap) return HostOutcome::kTrap;
    if (subtask->resolved()) subtask->host.reset();
    return after_cancel(self, call, subtask);
  }
  const std::shared_ptr<GuestTask> callee = subtask->callee;
  const uint32_t levels = callee->inst().entering_levels(self.inst);
  GuestThread* const thread = callee->request_cancellation(levels);
  if (thread == nullptr) return after_cancel(self, call, subtask);
  callee->inst().enter_from(levels);
  return scheduler_of(self).resume(call, *thread, true,
                                   [&self, subtask, callee, levels](HostCall& c, bool) {
                                     callee->inst().leave_to(levels);
                                     return after_cancel(self, c, subtask);
                                   });
}

HostOutcome canon_subtask_drop(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  const uint32_t i = arg32(call, 0);
  const Subtask* const subtask = get_subtask(self, call, i);
  if (subtask == nullptr) return HostOutcome::kTrap;
  if (!subtask->resolve_delivered()) {
    return call.trap("cannot drop a subtask which has not yet resolved");
  }
  self.inst->handles.remove(i);
  return HostOutcome::kReturn;
}

}  // namespace tappet::component
