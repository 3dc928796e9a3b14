// The store of a program made of components: what its instances share, and the limits they live
// under (CanonicalABI.md, "Embedding").
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "canonical-abi/runtime/host_interface.h"
#include "canonical-abi/runtime/quota.h"
#include "canonical-abi/runtime/scheduler.h"
#include "interp/engine.h"

namespace tappet::component {

struct ComponentLimits {
  StoreLimits core;
  uint32_t handles = 1'000'000;  // per component instance, and as many threads
  // In all instances together. The highest number that each has had at once counts, and what calls
  // under way have been lent, but for three each. The same for threads.
  uint32_t total_handles = 1'000'000;
  uint32_t resources = 10'000;                   // of the host, in all instances together
  uint32_t instances = limits::kTotalInstances;  // of components and core modules
};

// A store and everything in it belong to one OS thread at a time; only preempt() and kill() may be
// called from others. Tasks and instantiations that run in it go before it does.
class ComponentStore {
 public:
  // Something that lives as long as the store: what an instantiation makes.
  class Owned {
   public:
    virtual ~Owned() = default;
  };

  explicit ComponentStore(const Engine& engine, const ComponentLimits& limits = {});
  ~ComponentStore();
  ComponentStore(const ComponentStore&) = delete;
  ComponentStore& operator=(const ComponentStore&) = delete;

  Store& core() { return core_; }
  HostEnvironment& environment() { return environment_; }
  const ComponentLimits& limits() const { return limits_; }

  // As of Store: the running task leaves with kInterrupted, or traps.
  void preempt() { core_.preempt(); }
  void kill() { core_.kill(); }

  // After a trap in it, a store's guests are in no known state: nothing enters them again.
  bool poisoned() const { return poisoned_; }
  void poison() { poisoned_ = true; }

  // No guest code is under way or could go on. Between calls.
  bool quiet() const { return scheduler_.quiet(); }

  // Counts instances about to be made. False: more than the limit.
  bool reserve_instances(uint64_t count);
  // Of limits().total_handles.
  Quota& handles() { return handles_; }
  Quota& threads() { return threads_; }
  void own(std::unique_ptr<Owned> owned) { owned_.push_back(std::move(owned)); }

  Scheduler& scheduler() { return scheduler_; }
  // What a host function that waits registers. Precondition: one is running.
  Waker& waker() { return scheduler_.waker(); }

 private:
  friend class Activity;
  friend class Scheduler;

  // Something happened that the embedder's call waits for; if that is gone, any other call.
  void wake(const std::shared_ptr<Origin>& origin);
  // A thread of that call can go on. Whoever runs at the moment may end before it is that thread's
  // turn.
  void made_ready(const std::shared_ptr<Origin>& origin);
  void ended(const Nest& nest);
  // After a trap: what guests have begun is destroyed, as soon as none of it is running.
  void abandon();

  ComponentLimits limits_;
  Quota handles_{limits_.total_handles};
  Quota threads_{limits_.total_handles};
  HostEnvironment environment_;
  Store core_;
  Scheduler scheduler_;
  std::vector<std::unique_ptr<Owned>> owned_;
  uint64_t instances_ = 0;
  bool poisoned_ = false;
  std::vector<Activity*> activities_;
};

// Guest code that the embedder drives, and with it whatever else can go on in its store. Neither
// copies nor moves; loop thread only.
class Activity {
 public:
  // `on_wake` is called when something that the guest code waits for may have happened: it only
  // takes note, and neither runs nor destroys this. It may be empty.
  Activity(ComponentStore& store, std::function<void()> on_wake);
  // If it has begun and not ended, the store is poisoned, and what it waits for destroyed.
  ~Activity();
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;

  ComponentStore& store() { return store_; }
  const std::shared_ptr<Origin>& origin() const { return origin_; }

  // Prepares the run of a task's implicit thread: until its function has returned, or if that is of
  // asynchronous type, until the task is resolved. Precondition: its instance was entered, so many
  // levels of it; !active().
  void start(const std::shared_ptr<GuestTask>& task, uint32_t levels);
  // The same for a thread of the host's, until it has ended.
  void start(GuestThread& thread);
  // Runs or resumes it. Precondition: active(). A trap poisons the store, as does a deadlock:
  // nothing can go on, and nothing waits for the host.
  Outcome run();
  // After kReturned: goes on with what the task still does. kReturned: all of it has ended.
  Outcome finish();
  // The task has its result.
  void resolve();
  // True between start and the final outcome.
  bool active() const { return active_; }
  // After kSuspended: a wake-up has come since. After kInterrupted: true.
  bool runnable() const { return runnable_; }
  const tappet::Trap& trap() const { return trap_; }
  // Ends it with a trap of its own, which poisons nothing.
  Outcome refuse(std::string message);

 private:
  friend class ComponentStore;

  template <class Done>
  Outcome run_until(Done done);
  std::optional<Outcome> next();
  Outcome trapped();
  void wake();

  ComponentStore& store_;
  std::function<void()> on_wake_;
  std::shared_ptr<Origin> origin_;
  size_t place_;          // in ComponentStore::activities_
  Nest* nest_ = nullptr;  // until it has ended
  std::weak_ptr<GuestTask> task_;
  bool is_async_ = false;
  bool active_ = false;
  bool running_ = false;
  bool resolved_ = false;
  bool runnable_ = false;
  bool had_turn_ = false;  // its nest, in this run
  tappet::Trap trap_;
};

}  // namespace tappet::component
