#include "canonical-abi/builtins/task.h"

#include "canonical-abi/builtins/builtin.h"

namespace tappet::component {

HostOutcome canon_context_get(CanonFunction& self, HostCall& call) {
  return return_value(call, scheduler_of(self).current().storage[self.number]);
}

HostOutcome canon_context_set(CanonFunction& self, HostCall& call) {
  scheduler_of(self).current().storage[self.number] = call.arg(0);
  return HostOutcome::kReturn;
}

HostOutcome canon_backpressure_inc(CanonFunction& self, HostCall& call) {
  if (self.inst->backpressure == UINT16_MAX) return call.trap("backpressure counter overflow");
  ++self.inst->backpressure;
  return HostOutcome::kReturn;
}

HostOutcome canon_backpressure_dec(CanonFunction& self, HostCall& call) {
  if (self.inst->backpressure == 0) return call.trap("backpressure counter underflow");
  if (--self.inst->backpressure == 0) scheduler_of(self).wake_instance(*self.inst);
  return HostOutcome::kReturn;
}

HostOutcome canon_task_return(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  GuestTask& task = scheduler_of(self).current_task();
  const CanonicalOptions& opts = task.opts();
  // The official tests leave out a memory that the result does not need.
  const bool same_options = self.opts.string_encoding == opts.string_encoding &&
                            (self.opts.memory == nullptr || self.opts.memory == opts.memory);
  if (!opts.is_async || !same_options ||
      !self.inst->same_type(self.value, task.func().type->result)) {
    return call.trap("invalid `task.return` signature and/or options for current task");
  }
  std::array<uint64_t, limits::kFlatParams> flat;
  const uint32_t count = self.function.shape.param_slots;
  for (uint32_t i = 0; i < count; ++i) flat[i] = call.arg(i);
  const bool ok = task.return_(call, {flat.data(), count}, self.signature->params);
  return ok ? HostOutcome::kReturn : HostOutcome::kTrap;
}

HostOutcome canon_task_cancel(CanonFunction& self, HostCall& call) {
  if (!check_may_leave(self, call)) return HostOutcome::kTrap;
  GuestTask& task = scheduler_of(self).current_task();
  if (!task.opts().is_async) return call.trap("`task.cancel` called by a synchronous task");
  return task.cancel(call) ? HostOutcome::kReturn : HostOutcome::kTrap;
}

}  // namespace tappet::component
