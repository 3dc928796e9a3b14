// Who runs when: the resumptions, the blocking and the waiting of guests' threads
// (CanonicalABI.md, "Stack Switching", "Threads", Store.tick).
//
// In definitions.py a thread that resumes another has it on top of its own native stack, until that
// one blocks or ends. Here such a stack is a Nest, a list of resumptions, and run() a loop over the
// topmost one: a host function that resumes a thread suspends its fiber and says so, and goes on
// when it is on top again. Only a call of a function of synchronous type stays on its caller's
// fiber, as it has to be over before its caller goes on; it has a resumption all the same, and when
// its thread blocks, others of its instance have to help it along.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "canonical-abi/runtime/guest_task.h"
#include "interp/base/ready.h"
#include "interp/runtime/thread.h"

namespace tappet::component {

class ComponentStore;
class ScalarCall;

// The interpreter's side of a guest's thread. Those that have done their work are reused.
struct Fiber {
  Fiber(Store& store, uint64_t first_slots) : thread(store, first_slots) {}
  tappet::Thread thread;
  size_t place = 0;  // in Scheduler::fibers_
};

// Guest code that the embedder, or the scheduler for it, has set running, with all that it has
// resumed.
class Nest {
 public:
  Nest(Scheduler& scheduler, std::shared_ptr<Origin> origin);
  ~Nest() { forget_wake(); }
  Nest(const Nest&) = delete;
  Nest& operator=(const Nest&) = delete;

  Waker& waker() { return waker_; }
  const std::shared_ptr<Origin>& origin() const { return origin_; }

 private:
  friend class Scheduler;
  // A thread that was resumed. `sync_callee`: it is in a call of a function of synchronous type,
  // whose threads are the resumptions above.
  struct Resumption {
    GuestThread* thread = nullptr;
    GuestTask* sync_callee = nullptr;
  };

  void wake();
  void forget_wake();

  Scheduler& scheduler_;
  std::shared_ptr<Origin> origin_;
  std::vector<Resumption> resumptions_;  // the first is the embedder
  // The innermost of those that the running thread has made and that are no tasks yet.
  ScalarCall* scalar_call_ = nullptr;
  ComponentInstance* entered_ = nullptr;
  uint32_t levels_ = 0;
  size_t place_ = 0;  // in Scheduler::nests_
  bool parked_ = false;
  std::optional<std::list<Nest*>::iterator> woken_;  // where in Scheduler::woken_, if it is
  Waker waker_;
};

// One per store. Neither copies nor moves; loop thread only.
class Scheduler {
 public:
  explicit Scheduler(ComponentStore& store);
  ~Scheduler();
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  // --- For host functions, on the fiber that runs

  GuestThread& current() {
    if (running_->scalar_call_ != nullptr) make_scalar_tasks();
    return *current_;
  }
  GuestTask& current_task() { return *current().task; }
  // What a host function that waits registers.
  Waker& waker() { return running_->waker(); }

  // Each suspends the host function, which goes on with `then(call, cancelled)`.
  //
  // Thread.wait_until. Goes on at once if it can, unless it is to let others go first.
  template <class Then>
  HostOutcome wait_until(HostCall& call, WaitFor what, void* on, bool cancellable, Then then);
  // Thread.suspend, suspend_then_resume, yield_then_resume.
  template <class Then>
  HostOutcome suspend(HostCall& call, bool cancellable, Then then);
  template <class Then>
  HostOutcome switch_to(HostCall& call, GuestThread& other, bool yields, bool cancellable,
                        Then then);
  // Runs a thread until it blocks or ends.
  template <class Then>
  HostOutcome resume(HostCall& call, GuestThread& other, bool cancelled, Then then);
  // The host itself waits, and all that is below it.
  HostOutcome wait_for_host(HostCall& call, std::unique_ptr<HostContinuation> then);

  // Whether the running thread may block: not if it is in a call of a function of synchronous type
  // that nobody could help along.
  bool may_block();
  const char* cannot_block() const;

  // Begins a call of a function of synchronous type, on the running fiber; its implicit thread is
  // the current one until the end.
  void begin_sync_call(GuestTask& task);
  void end_sync_call(GuestTask& task);
  // The same for one that has no task until somebody asks for the running thread.
  // Gives the one around it.
  ScalarCall* begin_scalar_call(ScalarCall& call) {
    return std::exchange(running_->scalar_call_, &call);
  }
  void end_scalar_call(ScalarCall* around) {
    if (running_->scalar_call_ == nullptr) return end_scalar_task();
    running_->scalar_call_ = around;
  }
  // Around guest code that is a thread of its own and may do nothing: realloc.
  GuestThread* begin_realloc();
  void end_realloc(GuestThread* caller) { current_ = caller; }

  // --- Waiting

  // The thread blocks until something is so.
  void start_waiting(GuestThread& thread, WaitFor what, void* on, bool cancellable);
  // What it waits for may be so now: it is looked at in its turn.
  void signal(GuestThread& thread);
  // A thread has left its turn to others: exclusive_thread, backpressure, or a place in the queue.
  void wake_instance(ComponentInstance& inst);
  // A thread of the host's, which signal() makes ready.
  void start_host_wait(GuestThread& thread);
  void begin_host_wait() { ++host_waits_; }
  void end_host_wait() { --host_waits_; }
  // A thread of the host's that has something to do on a fiber: it begins as soon as the store
  // runs.
  void start_host_job(GuestThread& thread, const std::shared_ptr<Origin>& origin);
  // Of the task that runs; null if none does.
  std::shared_ptr<Origin> origin() const;
  // Something happened that the embedder's call waits for.
  void notify(const std::shared_ptr<Origin>& origin);

  // --- For the embedder's side (Activity)

  // Prepares a nest; `inst` was entered, so many levels of it. `task` is of synchronous type, or
  // null. Owned by the scheduler until it has ended.
  Nest& start(GuestThread& thread, GuestTask* sync_task, ComponentInstance* inst, uint32_t levels,
              std::shared_ptr<Origin> origin);
  // Runs or resumes it. kReturned: it has ended, and is gone.
  Outcome run(Nest& nest);
  // The nest that was interrupted last: goes before all others. Null: none.
  Nest* interrupted() const { return interrupted_.empty() ? nullptr : interrupted_.back(); }
  // Store.tick: something that can go on, with its outcome; nothing if there is none.
  std::optional<Outcome> tick();
  // True within a host function: then nothing but one's own nest may run.
  bool nested() const { return depth_ != 0; }
  // Anything outside the guests may still make a thread ready.
  bool waits_for_host() const { return host_waits_ != 0; }
  // There is no thread, of a task or of the host's, that waits for anything or is ready.
  bool quiet() const {
    return nests_.empty() && tasks_ == nullptr && ready_.empty() && host_waits_ == 0;
  }
  tappet::Trap take_trap() { return std::move(trap_); }
  // Destroys what guests have begun. Precondition: !nested(); the store is poisoned.
  void abandon();

  ComponentStore& store() { return store_; }

 private:
  friend class GuestTask;
  friend class Nest;
  enum class Request : uint8_t { kNone, kBlock, kSwitch, kResume };

  template <class Then>
  std::unique_ptr<HostContinuation> continuation(Then then);
  HostOutcome block(HostCall& call, Request request, GuestThread* other,
                    std::unique_ptr<HostContinuation> then);

  Outcome run_resumptions(Nest& nest);
  bool find_next(Nest& nest);
  Outcome run_fiber(GuestThread& thread);
  void fiber_returned(Nest& nest);
  bool fiber_suspended(Nest& nest);
  void make_running(GuestThread& thread, bool cancelled = false);
  GuestThread* candidate(const ComponentInstance& inst) const;
  void park(GuestThread& thread);
  GuestThread* next_ready();
  void end(Nest& nest);
  void give_back(Fiber* fiber);
  void make_scalar_tasks();
  void end_scalar_task();
  void add_task(GuestTask& task);
  void remove_task(GuestTask& task);

  // Its storage is all that realloc can use of a thread.
  class ReallocThread final : public GuestThread {
   public:
    ReallocThread() : GuestThread(nullptr, nullptr) {}
    HostOutcome begin(HostCall& call) override { return call.trap("realloc is not resumed"); }
  };

  ComponentStore& store_;
  std::vector<std::unique_ptr<Nest>> nests_;
  std::vector<std::unique_ptr<Fiber>> fibers_;  // all of them
  std::vector<Fiber*> idle_fibers_;
  HostFunction entry_host_;
  Function entry_;
  ReallocThread realloc_thread_;
  ThreadList ready_;  // or worth looking at
  GuestTask* tasks_ = nullptr;
  GuestThread* current_ = nullptr;
  Nest* running_ = nullptr;
  // Several, if the embedder leaves one within a host function, and that function's guest is
  // interrupted too.
  std::vector<Nest*> interrupted_;
  std::list<Nest*> woken_;  // in this order
  Request request_ = Request::kNone;
  GuestThread* requested_ = nullptr;
  uint32_t depth_ = 0;
  uint64_t host_waits_ = 0;
  tappet::Trap trap_;
};

template <class Then>
std::unique_ptr<HostContinuation> Scheduler::continuation(Then then) {
  class Continuation final : public HostContinuation {
   public:
    Continuation(Scheduler& scheduler, Then then) : scheduler_(scheduler), then_(std::move(then)) {}
    HostOutcome resume(HostCall& call) override {
      GuestThread& thread = scheduler_.current();
      if (thread.doom != nullptr) return call.trap(thread.doom);
      return then_(call, std::exchange(thread.cancelled, false));
    }

   private:
    Scheduler& scheduler_;
    Then then_;
  };
  return std::make_unique<Continuation>(*this, std::move(then));
}

template <class Then>
HostOutcome Scheduler::wait_until(HostCall& call, WaitFor what, void* on, bool cancellable,
                                  Then then) {
  GuestThread& thread = current();
  if (thread.task->deliver_pending_cancel(cancellable)) return then(call, true);
  start_waiting(thread, what, on, cancellable);
  if (what != WaitFor::kTurn && thread.ready()) {
    make_running(thread);
    return then(call, false);
  }
  return block(call, Request::kBlock, nullptr, continuation(std::move(then)));
}

template <class Then>
HostOutcome Scheduler::suspend(HostCall& call, bool cancellable, Then then) {
  GuestThread& thread = current();
  if (thread.task->deliver_pending_cancel(cancellable)) return then(call, true);
  thread.cancellable = cancellable;
  return block(call, Request::kBlock, nullptr, continuation(std::move(then)));
}

template <class Then>
HostOutcome Scheduler::switch_to(HostCall& call, GuestThread& other, bool yields, bool cancellable,
                                 Then then) {
  GuestThread& thread = current();
  if (thread.task->deliver_pending_cancel(cancellable)) return then(call, true);
  thread.cancellable = cancellable;
  if (yields) start_waiting(thread, WaitFor::kTurn, nullptr, cancellable);
  return block(call, Request::kSwitch, &other, continuation(std::move(then)));
}

template <class Then>
HostOutcome Scheduler::resume(HostCall& call, GuestThread& other, bool cancelled, Then then) {
  other.cancelled = cancelled;
  return block(call, Request::kResume, &other, continuation(std::move(then)));
}

}  // namespace tappet::component
