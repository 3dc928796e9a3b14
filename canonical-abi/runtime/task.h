// One call of an exported function, as the embedder drives it.
//
//   Task task(store, instance->function(handle), std::move(args), [&] { loop.wake(); });
//   switch (task.run()) {
//     case Outcome::kReturned: use(task.result()); break;
//     case Outcome::kTrapped: report(task.trap()); break;
//     case Outcome::kSuspended: break;    // run() again after on_wake
//     case Outcome::kInterrupted: break;  // run() again: ComponentStore::preempt
//   }
#pragma once

#include <vector>

#include "canonical-abi/runtime/component_store.h"
#include "canonical-abi/runtime/func_inst.h"

namespace tappet::component {

// Neither copies nor moves; loop thread only. Goes before its store.
//
// A component instance runs one call at a time: a task that would enter one that is in the middle
// of another call traps, and does no harm. A call of a function of asynchronous type that waits is
// not in the middle; one that waits for a host function of synchronous type is. Any other trap, the
// guest's exit (TrapKind::kExit) included, poisons the store; so does destroying a task that has
// begun and not ended.
class Task {
 public:
  // `func` and the store outlive the task. `args` are checked by the first run(). `on_wake`: see
  // Activity.
  Task(ComponentStore& store, const FuncInst& func, std::vector<ComponentValue> args,
       std::function<void()> on_wake = {});
  ~Task();
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  // Runs or resumes the call, and with it whatever else can go on in the store. After kReturned or
  // kTrapped the same again.
  Outcome run();
  // After kReturned of a function of asynchronous type: goes on with what the guest does after it
  // has returned its result. kReturned: all is done. Otherwise as run().
  Outcome finish() { return activity_.finish(); }
  // After kSuspended: true once it is worth running again. run() is never wrong.
  bool runnable() const { return activity_.runnable(); }

  // After kReturned: the result, false for a function without one. Own handles in it carry
  // representations; the embedder has taken them over.
  ComponentValue& result() { return result_; }
  // After kTrapped. Not the Trap of bind/, which host functions return.
  const tappet::Trap& trap() const { return activity_.trap(); }

 private:
  class Caller;
  class HostThread;

  Outcome begin();
  HostOutcome call_host(HostCall& call, HostReturn returned);

  const FuncInst& func_;
  std::vector<ComponentValue> args_;
  ComponentValue result_;
  std::unique_ptr<GuestThread> host_thread_;
  bool begun_ = false;
  std::optional<Outcome> ended_;
  Activity activity_;  // last: it is in the middle of the above
};

}  // namespace tappet::component
