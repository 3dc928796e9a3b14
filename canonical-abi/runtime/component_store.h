// The store of a program made of components: what its instances share, and the limits they live
// under (CanonicalABI.md, "Embedding").
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "canonical-abi/runtime/host_interface.h"
#include "interp/engine.h"

namespace tappet::component {

class Activity;

struct ComponentLimits {
  StoreLimits core;
  uint32_t handles = 1'000'000;                  // per component instance
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

  // Counts instances about to be made. False: more than the limit.
  bool reserve_instances(uint64_t count);
  void own(std::unique_ptr<Owned> owned) { owned_.push_back(std::move(owned)); }

  // What a host function that waits registers: the running task's. Precondition: one is running.
  Waker& waker();

 private:
  friend class Activity;

  ComponentLimits limits_;
  HostEnvironment environment_;
  Store core_;
  std::vector<std::unique_ptr<Owned>> owned_;
  uint64_t instances_ = 0;
  bool poisoned_ = false;
  Activity* running_ = nullptr;
};

// A thread of guest code that the embedder drives. Neither copies nor moves; loop thread only.
class Activity {
 public:
  // `on_wake` is called when a host function that the thread waits for may have progressed: it only
  // takes note, and neither runs nor destroys this. It may be empty.
  Activity(ComponentStore& store, std::function<void()> on_wake);
  // An unfinished thread is cancelled: what it waits for is destroyed, and its store poisoned.
  ~Activity();
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;

  ComponentStore& store() { return store_; }
  Waker& waker() { return waker_; }
  Thread& thread() { return *thread_; }

  // Prepares a call; args are raw slots. Precondition: not active().
  void start(Function& function, std::span<const uint64_t> args);
  // Runs or resumes it. Precondition: active(). A trap poisons the store.
  Outcome run();
  // True between start and the final outcome.
  bool active() const { return thread_.has_value() && thread_->active(); }
  // After kSuspended: a wake-up has come since. After kInterrupted: true.
  bool runnable() const { return runnable_; }
  const tappet::Trap& trap() const { return trap_; }
  // Ends it with a trap of its own, which poisons nothing.
  Outcome refuse(std::string message);

 private:
  ComponentStore& store_;
  std::function<void()> on_wake_;
  Waker waker_;
  std::optional<Thread> thread_;
  tappet::Trap trap_;
  bool runnable_ = false;
};

}  // namespace tappet::component
