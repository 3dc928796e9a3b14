// Calls from within a component, as their callers know them (CanonicalABI.md, "Subtask State").
#pragma once

#include <memory>
#include <vector>

#include "canonical-abi/runtime/canon_lift.h"
#include "canonical-abi/runtime/waitable.h"

namespace tappet::component {

// The caller's side of a lowered call: lifts its arguments, lowers the results into it.
class Caller {
 public:
  Caller(const CanonFunction& lowered, StringEncoding callee_encoding)
      : lowered_(lowered), callee_encoding_(callee_encoding) {}

  ComponentInstance& inst() const { return *lowered_.inst; }
  const CanonFunction& lowered() const { return lowered_; }
  LendScope& lenders() { return lenders_; }
  // Where results in memory go.
  uint64_t out() const {
    return lowered_.opts.width == AddressType::kI64 ? out_ : static_cast<uint32_t>(out_);
  }
  Peer peer() const { return lowered_.callee->is_host() ? Peer::kHost : Peer::kGuest; }

  // The call's arguments as core values, until something runs on this thread; with them, where
  // results in memory go.
  std::span<const uint64_t> flat_args(HostCall& call);
  bool lift_args(HostCall& call, std::span<const uint64_t> flat, std::span<ComponentValue> args);
  bool lower_results(HostCall& call, std::span<const ComponentValue> results);
  // A host function has returned. False: trapped.
  bool host_returned(HostCall& call);
  // Takes what it returned. False: trapped.
  bool take_host_result(HostCall& call, HostReturn& returned);
  // The caller learns of the result.
  void deliver_resolve() { lenders_.give_back(inst().handles); }
  // Of a synchronous call.
  HostOutcome finish(HostCall& call);

 private:
  const CanonFunction& lowered_;
  StringEncoding callee_encoding_;
  bool has_flat_result_ = false;
  uint64_t flat_result_ = 0;
  uint64_t out_ = 0;
  LendScope lenders_;
};

class HostCallThread;

class Subtask final : public Waitable, public SyncCaller {
 public:
  enum class State : uint8_t {
    kStarting,
    kStarted,
    kReturned,
    kCancelledBeforeStarted,
    kCancelledBeforeReturned,
  };

  // A call that `lowered` makes.
  Subtask(const CanonFunction& lowered, HostCall& call);
  ~Subtask() override;

  State state() const { return state_; }
  bool resolved() const { return state_ >= State::kReturned; }
  bool resolve_delivered() const { return delivered_; }
  // The last step of a synchronous call.
  HostOutcome finish(HostCall& call);
  void deliver_resolve();

  // It is in the caller's table now: from here on there are events.
  void set_index(uint32_t i) { index_ = i; }
  uint32_t index() const { return index_; }
  ComponentInstance& inst() const { return caller_.inst(); }
  Caller& caller() { return caller_; }

  // Whom it calls; null once it is resolved.
  std::shared_ptr<GuestTask> callee;
  std::unique_ptr<HostCallThread> host;
  bool cancellation_requested = false;

  bool on_start(HostCall& call, std::span<ComponentValue> args) override;
  bool on_resolve(HostCall& call, std::span<ComponentValue> results) override;
  void on_cancelled() override;
  void on_abandoned() override { callee.reset(); }
  HostOutcome on_exit(HostCall& call) override;

 private:
  EventTuple event() override;
  void on_progress();
  void resolve(State state);

  Caller caller_;
  std::vector<uint64_t> flat_args_;  // until it has started
  State state_ = State::kStarting;
  bool delivered_ = false;
  uint32_t index_ = 0;
};

// A call of a host function of asynchronous type that has not returned yet. Polled on a fiber, as
// its result is lowered into the guest.
class HostCallThread final : public GuestThread {
 public:
  HostCallThread(Subtask& subtask, std::unique_ptr<HostReturn::Pending> pending,
                 std::shared_ptr<Origin> origin);
  ~HostCallThread() override;
  // Sees whether it has returned by now; if not, waits until it is woken.
  HostOutcome begin(HostCall& call) override;
  // subtask.cancel. The subtask is resolved, unless the host takes its time. Precondition: it is
  // not running.
  HostOutcome cancel(HostCall& call);

 private:
  void ended() override;

  Subtask& subtask_;
  std::shared_ptr<Origin> origin_;
  std::unique_ptr<HostReturn::Pending> pending_;
  bool woken_ = false;    // since it was polled
  bool counted_ = false;  // among what waits for the host
  Waker waker_;
};

}  // namespace tappet::component
