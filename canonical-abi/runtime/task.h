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
// of another call, suspended or not, traps, and does no harm. Any other trap, the guest's exit
// (TrapKind::kExit) included, poisons the store; so does destroying a task that has begun and not
// ended.
class Task {
 public:
  // `func` and the store outlive the task. `args` are checked by the first run(). `on_wake`: see
  // Activity.
  Task(ComponentStore& store, const FuncInst& func, std::vector<ComponentValue> args,
       std::function<void()> on_wake = {});
  ~Task();
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;

  // Runs or resumes the call. After kReturned or kTrapped the same again.
  Outcome run();
  // After kSuspended: true once it is worth running again. run() is never wrong.
  bool runnable() const { return activity_.runnable(); }

  // After kReturned: the result, false for a function without one. Own handles in it carry
  // representations; the embedder has taken them over.
  ComponentValue& result() { return result_; }
  // After kTrapped. Not the Trap of bind/, which host functions return.
  const tappet::Trap& trap() const { return activity_.trap(); }

 private:
  friend class TaskCall;

  Outcome begin();
  // The host function that the thread runs: the call is made from within it.
  HostOutcome enter(HostCall& call);
  HostOutcome call_host(HostCall& call, HostReturn returned);

  const FuncInst& func_;
  std::vector<ComponentValue> args_;
  ComponentValue result_;
  HostFunction entry_host_;
  Function entry_;
  bool begun_ = false;
  std::optional<Outcome> ended_;
  Activity activity_;  // last: its thread is in the middle of the above
};

}  // namespace tappet::component
