#include "canonical-abi/runtime/component_store.h"

#include <algorithm>
#include <cassert>

#include "canonical-abi/runtime/take_out.h"

namespace tappet::component {
namespace {

// Guests that only yield to each other let the host have its turn after so many.
constexpr int kTurns = 1000;

}  // namespace

ComponentStore::ComponentStore(const Engine& engine, const ComponentLimits& limits)
    : limits_(limits),
      environment_(limits.resources),
      core_(engine.registry(), engine.config().memory, limits.core),
      scheduler_(*this) {}

// What is under way refers to instances.
ComponentStore::~ComponentStore() { scheduler_.abandon(); }

bool ComponentStore::reserve_instances(uint64_t count) {
  if (count > limits_.instances - instances_) return false;
  instances_ += count;
  return true;
}

void ComponentStore::wake(const std::shared_ptr<Origin>& origin) {
  Activity* activity = origin != nullptr ? origin->activity : nullptr;
  if (activity == nullptr && !activities_.empty()) activity = activities_.front();
  if (activity != nullptr) activity->wake();
}

void ComponentStore::made_ready(const std::shared_ptr<Origin>& origin) {
  const Activity* const activity = origin != nullptr ? origin->activity : nullptr;
  if (activity == nullptr || !(activity->running_ || activity->runnable_)) wake(origin);
}

void ComponentStore::ended(const Nest& nest) {
  Activity* const activity = nest.origin() != nullptr ? nest.origin()->activity : nullptr;
  if (activity != nullptr && activity->nest_ == &nest) activity->nest_ = nullptr;
}

void ComponentStore::abandon() {
  if (scheduler_.nested()) return;
  for (Activity* activity : activities_) activity->nest_ = nullptr;
  scheduler_.abandon();
}

Activity::Activity(ComponentStore& store, std::function<void()> on_wake)
    : store_(store),
      on_wake_(std::move(on_wake)),
      origin_(std::make_shared<Origin>()),
      place_(store.activities_.size()) {
  origin_->activity = this;
  store_.activities_.push_back(this);
}

Activity::~Activity() {
  origin_->activity = nullptr;
  take_out(store_.activities_, &Activity::place_, *this);
  if (!active_) return;
  store_.poison();
  store_.abandon();
}

void Activity::start(const std::shared_ptr<GuestTask>& task, uint32_t levels) {
  assert(!active_);
  active_ = true;
  resolved_ = false;
  is_async_ = task->is_async();
  task_ = task;
  nest_ = &store_.scheduler().start(task->implicit_thread(), is_async_ ? nullptr : task.get(),
                                    &task->inst(), levels, origin_);
}

void Activity::start(GuestThread& thread) {
  assert(!active_);
  active_ = true;
  is_async_ = false;
  nest_ = &store_.scheduler().start(thread, nullptr, nullptr, 0, origin_);
}

void Activity::resolve() {
  resolved_ = true;
  if (!running_) wake();
}

void Activity::wake() {
  runnable_ = true;
  if (on_wake_) on_wake_();
}

Outcome Activity::run() {
  assert(active_);
  return run_until([this] { return is_async_ ? resolved_ : nest_ == nullptr; });
}

Outcome Activity::finish() {
  return run_until([this] { return task_.expired() && nest_ == nullptr; });
}

// What goes first: what was interrupted, then its own, once. Within a host function only that may.
std::optional<Outcome> Activity::next() {
  Scheduler& scheduler = store_.scheduler();
  Nest* const interrupted = scheduler.interrupted();
  const bool comes_first = scheduler.nested() || interrupted == nullptr || interrupted == nest_;
  if (nest_ != nullptr && comes_first && !std::exchange(had_turn_, true)) {
    return scheduler.run(*nest_);
  }
  if (scheduler.nested()) return std::nullopt;
  return scheduler.tick();
}

template <class Done>
Outcome Activity::run_until(Done done) {
  Scheduler& scheduler = store_.scheduler();
  if (store_.poisoned()) {
    active_ = false;
    store_.abandon();
    return refuse("cannot enter component instance");
  }
  runnable_ = false;
  running_ = true;
  had_turn_ = false;
  std::optional<Outcome> outcome;
  int turns = 0;
  if (!done() || nest_ != nullptr) outcome = next();
  while (outcome && *outcome != Outcome::kTrapped && *outcome != Outcome::kInterrupted && !done()) {
    if (scheduler.nested() || (scheduler.waits_for_host() && ++turns > kTurns)) break;
    outcome = next();
  }
  running_ = false;
  if (outcome == Outcome::kTrapped) return trapped();
  if (done()) {
    active_ = false;
    return Outcome::kReturned;
  }
  if (outcome == Outcome::kInterrupted) {
    runnable_ = true;
    return Outcome::kInterrupted;
  }
  if (turns > kTurns) wake();
  if (scheduler.nested() || scheduler.waits_for_host()) return Outcome::kSuspended;
  active_ = false;
  store_.poison();
  store_.abandon();
  return refuse("deadlock detected: event loop cannot make further progress");
}

Outcome Activity::trapped() {
  active_ = false;
  trap_ = store_.scheduler().take_trap();
  store_.abandon();
  return Outcome::kTrapped;
}

Outcome Activity::refuse(std::string message) {
  trap_.kind = TrapKind::kHost;
  trap_.message = std::move(message);
  return Outcome::kTrapped;
}

}  // namespace tappet::component
