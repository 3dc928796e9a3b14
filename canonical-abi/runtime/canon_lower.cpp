#include "canonical-abi/runtime/canon_lower.h"

#include "canonical-abi/runtime/component_store.h"
#include "canonical-abi/runtime/subtask.h"

namespace tappet::component {
namespace {

constexpr auto kCannotEnter = "cannot enter component instance";

// A call of a host function of synchronous type that waits: polled whenever its nest is run.
class HostWait final : public HostContinuation {
 public:
  HostWait(Caller caller, std::unique_ptr<HostReturn::Pending> pending)
      : caller_(std::move(caller)), pending_(std::move(pending)) {}

  // Suspends `call` with a wait for `pending`, or settles it if that is not necessary.
  static HostOutcome wait(HostCall& call, Caller& caller,
                          std::unique_ptr<HostReturn::Pending> pending) {
    ComponentStore& store = caller.inst().store;
    Poll<HostReturn> polled = pending->poll(store.environment(), store.waker());
    if (polled) {
      pending.reset();
      return finish_host_call(call, caller, std::move(*polled));
    }
    return store.scheduler().wait_for_host(
        call, std::make_unique<HostWait>(std::move(caller), std::move(pending)));
  }
  HostOutcome resume(HostCall& call) override { return wait(call, caller_, std::move(pending_)); }

 private:
  Caller caller_;
  std::unique_ptr<HostReturn::Pending> pending_;
};

}  // namespace

HostOutcome finish_host_call(HostCall& call, Caller& caller, HostReturn returned) {
  if (returned.kind() == HostReturn::Kind::kPending) {
    if (caller.inst().store.poisoned()) return call.trap(kCannotEnter);
    return HostWait::wait(call, caller, std::move(returned.pending()));
  }
  if (!caller.take_host_result(call, returned)) return HostOutcome::kTrap;
  const std::span<const ComponentValue> results(&returned.value(), returned.has_value() ? 1 : 0);
  if (!caller.lower_results(call, results)) return HostOutcome::kTrap;
  return caller.finish(call);
}

namespace {

HostOutcome call_host(const CanonFunction& self, HostCall& call) {
  Caller caller(self, StringEncoding::kUtf8);
  ValueBuffer args(self.signature->params.types.size());
  if (!caller.lift_args(call, caller.flat_args(call), args.span())) return HostOutcome::kTrap;
  HostEnvironment& environment = self.inst->store.environment();
  return finish_host_call(call, caller, (*self.callee->host)(environment, args.span()));
}

// A callee of asynchronous type has run as far as it could.
HostOutcome after_call(HostCall& call, const std::shared_ptr<Subtask>& subtask) {
  const CanonFunction& self = subtask->caller().lowered();
  if (!self.opts.is_async) {
    if (subtask->resolved()) return subtask->finish(call);
    Scheduler& scheduler = self.inst->store.scheduler();
    return scheduler.wait_until(
        call, WaitFor::kResolution, subtask.get(), false,
        [wait = SyncWait(subtask, scheduler.current())](HostCall& c, bool) mutable {
          return static_cast<Subtask&>(*wait.over()).finish(c);
        });
  }
  const auto state = static_cast<uint32_t>(subtask->state());
  if (subtask->resolved()) {
    subtask->deliver_resolve();
    call.set_result(0, state);
    return HostOutcome::kReturn;
  }
  uint32_t i = 0;
  if (!add_object(call, *self.inst, subtask, i)) return HostOutcome::kTrap;
  subtask->set_index(i);
  call.set_result(0, state | uint64_t{i} << 4);
  return HostOutcome::kReturn;
}

HostOutcome call_host_async(const CanonFunction& self, HostCall& call) {
  Scheduler& scheduler = self.inst->store.scheduler();
  const auto subtask = std::make_shared<Subtask>(self, call);
  ValueBuffer args(self.signature->params.types.size());
  if (!subtask->on_start(call, args.span())) return HostOutcome::kTrap;
  HostReturn returned = (*self.callee->host)(self.inst->store.environment(), args.span());
  if (returned.kind() == HostReturn::Kind::kPending) {
    if (self.inst->store.poisoned()) return call.trap(kCannotEnter);
    subtask->host = std::make_unique<HostCallThread>(*subtask, std::move(returned.pending()),
                                                     scheduler.current_task().origin());
    if (subtask->host->begin(call) == HostOutcome::kTrap) return HostOutcome::kTrap;
    if (subtask->resolved()) subtask->host.reset();
    return after_call(call, subtask);
  }
  if (!subtask->caller().take_host_result(call, returned)) return HostOutcome::kTrap;
  const std::span<ComponentValue> results(&returned.value(), returned.has_value() ? 1 : 0);
  if (!subtask->on_resolve(call, results)) return HostOutcome::kTrap;
  return after_call(call, subtask);
}

HostOutcome enter(HostCall& call, const std::shared_ptr<Subtask>& subtask) {
  Scheduler& scheduler = subtask->inst().store.scheduler();
  return scheduler.resume(call, subtask->callee->implicit_thread(), false,
                          [subtask](HostCall& c, bool) {
                            const CanonFunction& lowered = subtask->caller().lowered();
                            lowered.callee->inst->leave_to(lowered.levels);
                            return after_call(c, subtask);
                          });
}

HostOutcome call_guest(const CanonFunction& self, HostCall& call) {
  const FuncInst& callee = *self.callee;
  if (!self.may_call) return call.trap(kCannotEnter);
  Scheduler& scheduler = self.inst->store.scheduler();
  const bool is_async = callee.type->is_async;
  if (is_async && !self.opts.is_async && !scheduler.may_block()) {
    return call.trap(scheduler.cannot_block());
  }
  if (!callee.inst->may_enter_from(self.levels)) return call.trap(kCannotEnter);
  callee.inst->enter_from(self.levels);
  auto subtask = std::make_shared<Subtask>(self, call);
  const std::shared_ptr<Origin>& origin = scheduler.current_task().origin();
  if (!is_async) return call_sync(call, callee, std::move(subtask), origin);
  subtask->callee = GuestTask::create(callee, subtask, origin);
  // The reference's order: who was ready before this call goes before it.
  GuestThread* const first = subtask->callee->in_the_way();
  if (first == nullptr) return enter(call, subtask);
  return scheduler.resume(call, *first, false,
                          [subtask](HostCall& c, bool) { return enter(c, subtask); });
}

}  // namespace

HostOutcome canon_lower(CanonFunction& self, HostCall& call) {
  if (!self.inst->may_leave) return call.trap("cannot leave component instance");
  if (!self.callee->is_host()) return call_guest(self, call);
  return self.callee->type->is_async ? call_host_async(self, call) : call_host(self, call);
}

}  // namespace tappet::component
