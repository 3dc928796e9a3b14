// Calling lifted functions (CanonicalABI.md, "canon lift").
#pragma once

#include <memory>

#include "canonical-abi/runtime/guest_task.h"
#include "canonical-abi/runtime/waitable.h"

namespace tappet::component {

// A caller that waits on the same fiber as its callee, whose function is of synchronous type.
class SyncCaller : public TaskCaller {
 public:
  using TaskCaller::TaskCaller;
  // After the callee's last step: how the host function that called ends.
  virtual HostOutcome on_exit(HostCall& call) = 0;
};

// The implicit thread of a task while its core code runs: lifts or takes what that returns. Nothing
// recurses: core functions are called on the same fiber, and this continues behind them. Only
// realloc and post-return run nested, which may not block. A trap on the way leaves the instances
// entered, and the store is never used again.
class LiftedCall final : public HostContinuation {
 public:
  LiftedCall(std::shared_ptr<GuestTask> task, std::shared_ptr<SyncCaller> caller)
      : task_(std::move(task)), caller_(std::move(caller)) {}

  // Takes the arguments and calls the core function. `caller`: of a call on the running fiber,
  // which the scheduler has been told of; else null.
  static HostOutcome start(HostCall& call, GuestTask& task, std::shared_ptr<SyncCaller> caller);
  // Calls the callback with the event that the thread has waited for.
  static HostOutcome call_back(HostCall& call, GuestTask& task);

  HostOutcome resume(HostCall& call) override;
  // Components do not see each other's exceptions (definitions.py, call_and_trap_on_throw).
  bool lets_exceptions_pass() const override { return false; }

 private:
  static HostOutcome call_back(HostCall& call, GuestTask& task, const EventTuple& event);
  HostOutcome return_results(HostCall& call);
  HostOutcome follow(HostCall& call, uint32_t packed);
  HostOutcome exit(HostCall& call);

  std::shared_ptr<GuestTask> task_;
  std::shared_ptr<SyncCaller> caller_;
};

// Calls a function on the running fiber. Precondition: its type is synchronous, and its instance
// was entered.
HostOutcome call_sync(HostCall& call, const FuncInst& func, std::shared_ptr<SyncCaller> caller,
                      const std::shared_ptr<Origin>& origin);

}  // namespace tappet::component
