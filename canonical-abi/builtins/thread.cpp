#include "canonical-abi/builtins/thread.h"

#include <fmt/format.h>

#include "canonical-abi/builtins/builtin.h"

namespace tappet::component {
namespace {

// What all of them return that block.
HostOutcome return_cancelled(HostCall& call, bool cancelled) {
  return return_value(call, cancelled ? 1 : 0);
}

// Null: trapped.
GuestThread* get_thread(CanonFunction& self, HostCall& call) {
  GuestThread** const found = self.inst->threads.get(arg32(call, 0));
  if (found == nullptr) call.trap(fmt::format("unknown thread index {}", arg32(call, 0)));
  return found == nullptr ? nullptr : *found;
}

GuestThread* get_suspended_thread(CanonFunction& self, HostCall& call) {
  GuestThread* const other = get_thread(self, call);
  if (other == nullptr || other->suspended()) return other;
  call.trap("cannot resume thread which is not suspended");
  return nullptr;
}

HostOutcome suspend(CanonFunction& self, HostCall& call) {
  return scheduler_of(self).suspend(call, self.flag, return_cancelled);
}

HostOutcome yield(CanonFunction& self, HostCall& call) {
  return scheduler_of(self).wait_until(call, WaitFor::kTurn, nullptr, self.flag, return_cancelled);
}

HostOutcome resume(CanonFunction& self, HostCall& call, bool yields) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  GuestThread* const other = get_suspended_thread(self, call);
  if (other == nullptr) return HostOutcome::kTrap;
  return scheduler_of(self).switch_to(call, *other, yields, self.flag, return_cancelled);
}

HostOutcome promote(CanonFunction& self, HostCall& call, bool yields) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  GuestThread* const other = get_thread(self, call);
  if (other == nullptr) return HostOutcome::kTrap;
  if (other->ready()) {
    return scheduler_of(self).switch_to(call, *other, yields, self.flag, return_cancelled);
  }
  return yields ? yield(self, call) : suspend(self, call);
}

}  // namespace

HostOutcome canon_thread_index(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  return return_value(call, scheduler_of(self).current().index);
}

HostOutcome canon_thread_new_indirect(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  const uint64_t fi =
      self.table->type().address == AddressType::kI64 ? call.arg(0) : arg32(call, 0);
  if (fi >= self.table->size()) return call.trap(TrapKind::kUndefinedElement, {});
  Function* const f = to_function(self.table->elements()[fi]);
  if (f == nullptr) return call.trap(TrapKind::kUninitializedElement, {});
  if (f->type != self.thread_type) return call.trap(TrapKind::kIndirectCallTypeMismatch, {});
  GuestTask& task = scheduler_of(self).current_task();
  const GuestThread* const thread = task.new_thread(call, *f, call.arg(1));
  return thread == nullptr ? HostOutcome::kTrap : return_value(call, thread->index);
}

HostOutcome canon_thread_resume_later(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  GuestThread* const other = get_suspended_thread(self, call);
  if (other == nullptr) return HostOutcome::kTrap;
  scheduler_of(self).start_waiting(*other, WaitFor::kTurn, nullptr, other->cancellable);
  return HostOutcome::kReturn;
}

HostOutcome canon_thread_suspend(CanonFunction& self, HostCall& call) {
  return check_may_leave(self, call) ? suspend(self, call) : HostOutcome::kTrap;
}

HostOutcome canon_thread_yield(CanonFunction& self, HostCall& call) {
  return check_may_leave(self, call) ? yield(self, call) : HostOutcome::kTrap;
}

HostOutcome canon_thread_suspend_then_resume(CanonFunction& self, HostCall& call) {
  return resume(self, call, false);
}

HostOutcome canon_thread_yield_then_resume(CanonFunction& self, HostCall& call) {
  return resume(self, call, true);
}

HostOutcome canon_thread_suspend_then_promote(CanonFunction& self, HostCall& call) {
  return promote(self, call, false);
}

HostOutcome canon_thread_yield_then_promote(CanonFunction& self, HostCall& call) {
  return promote(self, call, true);
}

}  // namespace tappet::component
