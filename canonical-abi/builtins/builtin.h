// What the built-ins have in common.
#pragma once

#include "canonical-abi/runtime/component_store.h"
#include "canonical-abi/runtime/func_inst.h"

namespace tappet::component {

inline constexpr auto kInWaitableSet =
    "waitable cannot be used synchronously while added to a waitable set";

// What most of them begin with. False: trapped.
inline bool check_may_leave(CanonFunction& self, HostCall& call) {
  if (!self.inst->may_leave) call.trap("cannot leave component instance");
  return self.inst->may_leave;
}

inline Scheduler& scheduler_of(const CanonFunction& self) { return self.inst->store.scheduler(); }

inline HostOutcome return_value(HostCall& call, uint64_t value) {
  call.set_result(0, value);
  return HostOutcome::kReturn;
}

inline uint32_t arg32(const HostCall& call, size_t i) { return static_cast<uint32_t>(call.arg(i)); }

// Of several reasons to trap, the reference names this one first: it asks whether a built-in that
// may have to wait could, before it looks at the arguments. `object`: null if it trapped.
template <class Object>
Object* unless_blocked(CanonFunction& self, HostCall& call, bool waits, Object* object) {
  Scheduler& scheduler = scheduler_of(self);
  if (object == nullptr && waits && !scheduler.may_block()) call.trap(scheduler.cannot_block());
  return object;
}

}  // namespace tappet::component
