// Calls of lifted functions, as their callees know them (CanonicalABI.md, "Tasks").
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "canonical-abi/runtime/component_instance.h"
#include "canonical-abi/runtime/func_inst.h"
#include "canonical-abi/runtime/guest_thread.h"

namespace tappet::component {

class Activity;
class Scheduler;

// The embedder's call that a task is part of. Outlives it: `activity` is null then.
struct Origin {
  Activity* activity = nullptr;
};

// Who called: OnStart and OnResolve of definitions.py.
class TaskCaller {
 public:
  // `lowering`: of a guest whose results are lowered into its memory.
  TaskCaller(Peer peer, StringEncoding encoding, const ComponentInstance* lowering = nullptr)
      : peer(peer), encoding(encoding), lowering(lowering) {}
  virtual ~TaskCaller() = default;

  // The arguments, of the callee's parameter types. From a guest they may refer to its memory, and
  // so may its results below: whoever gets them lowers them at once. False: trapped.
  virtual bool on_start(HostCall& call, std::span<ComponentValue> args) = 0;
  // One result or none. False: trapped.
  virtual bool on_resolve(HostCall& call, std::span<ComponentValue> results) = 0;
  // The same for a task that was cancelled.
  virtual void on_cancelled() = 0;
  // The store is done for, and with it the callee.
  virtual void on_abandoned() {}

  const Peer peer;
  const StringEncoding encoding;
  const ComponentInstance* const lowering;
};

// One call, from its start until its last thread has ended; it keeps itself alive that long.
// Neither copies nor moves; loop thread only.
class GuestTask final : public BorrowScope, public std::enable_shared_from_this<GuestTask> {
 public:
  enum class State : uint8_t { kInitial, kStarted, kPendingCancel, kCancelDelivered, kResolved };

  static std::shared_ptr<GuestTask> create(const FuncInst& func, std::shared_ptr<TaskCaller> caller,
                                           std::shared_ptr<Origin> origin);
  // For create().
  GuestTask(const FuncInst& func, std::shared_ptr<TaskCaller> caller,
            std::shared_ptr<Origin> origin);
  ~GuestTask();

  // The task of a call that takes and hands over its values without it. Precondition: the instance
  // has an index free for its thread.
  static GuestTask& begin_scalar(const FuncInst& func, std::shared_ptr<Origin> origin);
  // Destroys it, unless threads that it has made go on.
  void end_scalar();

  const FuncInst& func() const { return func_; }
  ComponentInstance& inst() const { return *func_.inst; }
  const CanonicalOptions& opts() const { return func_.opts; }
  bool is_async() const { return func_.type->is_async; }
  const std::shared_ptr<Origin>& origin() const { return origin_; }
  State state() const { return state_; }
  bool resolved() const { return state_ == State::kResolved; }
  GuestThread& implicit_thread() { return implicit_thread_; }

  // Of the resumption that a call of a function of synchronous type began on (Scheduler).
  uint32_t level = 0;

  bool needs_exclusive() const { return is_async() && (!opts().is_async || opts().callback); }
  bool has_backpressure() const;
  // Where the task could be taken in, were it not for a thread that is ready to go on: that thread.
  GuestThread* in_the_way() const;

  // Gives the thread an index. False: trapped, the table is full.
  bool register_thread(HostCall& call, GuestThread& thread);
  // The thread has ended. False: trapped, as it was the last one and there is no result.
  bool unregister_thread(HostCall& call, GuestThread& thread);
  // Makes a suspended thread that will call `function` with `arg`. Null: trapped.
  GuestThread* new_thread(HostCall& call, Function& function, uint64_t arg);

  // Takes the arguments and lowers them. False: trapped.
  bool start(HostCall& call, FlatValues& flat);
  // Task.return_: hands the result over. `flat`: core values of `types`, lifted with the task's
  // options. False: trapped.
  bool return_(HostCall& call, std::span<const uint64_t> flat, const ValueTypes& types);
  // Task.cancel. False: trapped.
  bool cancel(HostCall& call);

  // Task.request_cancellation, as far as it does not run guest code: the thread to resume,
  // cancelled, after entering the instance, or null. `levels`: of the instance, seen from the
  // caller.
  GuestThread* request_cancellation(uint32_t levels);
  // True once, for a task that was to be cancelled when none of its threads could be.
  bool deliver_pending_cancel(bool cancellable);

  // The caller is gone: nothing is handed over any more.
  void abandon();

 private:
  // The thread that a call starts with: the thread_func of canon_lift.
  class ImplicitThread final : public GuestThread {
   public:
    explicit ImplicitThread(GuestTask& task) : GuestThread(&task.inst(), &task) {}
    HostOutcome begin(HostCall& call) override;
    void ended() override;

   private:
    HostOutcome enter(HostCall& call);
  };
  class SpawnedThread;
  friend class LiftedCall;

  Scheduler& scheduler() const;
  void resolve();
  void let_go();
  GuestThread* cancellable_thread();

  const FuncInst& func_;
  std::shared_ptr<TaskCaller> caller_;  // until it is resolved
  std::shared_ptr<Origin> origin_;
  State state_ = State::kInitial;
  bool waits_to_enter_ = false;
  uint32_t num_threads_ = 0;
  ImplicitThread implicit_thread_;
  std::vector<std::unique_ptr<SpawnedThread>> spawned_;
  std::shared_ptr<GuestTask> self_;  // while there are threads
  // All tasks of the store.
  friend class Scheduler;
  GuestTask* previous_ = nullptr;
  GuestTask* next_ = nullptr;
};

}  // namespace tappet::component
