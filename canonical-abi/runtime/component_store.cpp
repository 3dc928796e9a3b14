#include "canonical-abi/runtime/component_store.h"

#include <cassert>

namespace tappet::component {

ComponentStore::ComponentStore(const Engine& engine, const ComponentLimits& limits)
    : limits_(limits),
      environment_(limits.resources),
      core_(engine.registry(), engine.config().memory, limits.core) {}

ComponentStore::~ComponentStore() = default;

bool ComponentStore::reserve_instances(uint64_t count) {
  if (count > limits_.instances - instances_) return false;
  instances_ += count;
  return true;
}

Waker& ComponentStore::waker() {
  assert(running_ != nullptr);
  return running_->waker();
}

Activity::Activity(ComponentStore& store, std::function<void()> on_wake)
    : store_(store), on_wake_(std::move(on_wake)), waker_([this] {
        runnable_ = true;
        if (on_wake_) on_wake_();
      }) {}

Activity::~Activity() {
  if (active()) store_.poison();
}

void Activity::start(Function& function, std::span<const uint64_t> args) {
  assert(!active());
  if (!thread_) thread_.emplace(store_.core());
  thread_->start(function, args);
}

Outcome Activity::run() {
  assert(active());
  if (store_.poisoned()) {
    thread_.reset();
    return refuse("cannot enter component instance");
  }
  runnable_ = false;
  Activity* const outer = std::exchange(store_.running_, this);
  const Outcome outcome = tappet::run(*thread_);
  store_.running_ = outer;
  if (outcome == Outcome::kInterrupted) runnable_ = true;
  if (outcome == Outcome::kTrapped) {
    trap_ = thread_->take_trap();
    store_.poison();
  }
  return outcome;
}

Outcome Activity::refuse(std::string message) {
  trap_.kind = TrapKind::kHost;
  trap_.message = std::move(message);
  return Outcome::kTrapped;
}

}  // namespace tappet::component
