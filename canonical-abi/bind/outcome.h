// What a host function returns besides plain values.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "canonical-abi/bind/direct_described.h"

namespace tappet::component {

// The guest broke a rule for which its function has no error value: its instance is finished.
struct Trap {
  std::string message;

  explicit Trap(std::string text) : message(std::move(text)) {}
  explicit Trap(Error error) : message(std::move(error.message)) {}
};

// An R for the guest, or a trap: `return fail(Trap("write exceeded budget"));`
template <class R = Unit>
using HostResult = Result<R, Trap>;

// Ends the guest's program (wasi:cli/exit). A function returning it has no result.
struct Exit {
  int32_t code = 0;
};

// How an Async ends that was told to cancel, and has no result to give instead.
struct Cancelled {};
// `Async<Cancellable<R>>`; with traps, `Async<HostResult<Cancellable<R>>>`.
template <class R = Unit>
using Cancellable = Result<R, Cancelled>;

template <class R>
class AsyncStep;

// An R now, or later. The function is not told whether the guest waits or goes on meanwhile, and
// must not depend on it. R may be a HostResult or Cancellable. Functions of asynchronous type
// (InterfaceScope::async_func) let guests go on; Concurrency.md, "Subtasks", says what these see.
template <class R = Unit>
class [[nodiscard]] Async {
 public:
  template <class V>
    requires std::is_constructible_v<R, V&&> && (!std::same_as<std::remove_cvref_t<V>, Async>)
  Async(V&& ready) : ready_(std::in_place, std::forward<V>(ready)) {}  // NOLINT: implicit

  // `poll` is called on the loop's thread until it returns a value: Poll<R>(Waker&), or
  // Poll<R>(HostEnvironment&, Waker&). Returning kPending it has registered the waker with whatever
  // will change the answer. It is destroyed after the last call, or when the guest's call is
  // cancelled or its store destroyed; it may be move-only.
  //
  // Or an object that has such a member function `poll`. It may also have `bool cancel()`, which
  // learns that the guest has cancelled the call (canon subtask.cancel). True: as above. False: it
  // ends early but in its own time. It is polled again at once, and gives a result all the same, or
  // Cancelled.
  template <class F>
  static Async pending(F poll);
  // For sources with a list of those who wait: tries now, and whenever the list is woken.
  // `attempt` is called without arguments and returns a Poll<R>; `keep_alive` owns the list.
  template <class F>
  static Async retry(std::shared_ptr<void> keep_alive, WakeList& list, F attempt);

  std::optional<R>& ready() { return ready_; }
  std::unique_ptr<AsyncStep<R>>& step() { return step_; }

 private:
  Async() = default;
  std::optional<R> ready_;
  std::unique_ptr<AsyncStep<R>> step_;
};

// How each kind of return value ends a call, by way of component values or directly. `Type` is what
// the component type has as its result.
template <class R>
struct ReturnBinding {
  using Type = R;
  // Most types are moved from. NOLINTNEXTLINE(performance-unnecessary-value-param)
  static HostReturn finish(Call& call, R value) {
    static_assert(detail::require_component_type<R>());
    ComponentValue lowered = Binding<R>::lower(call, std::move(value));
    return call.ok() ? HostReturn::value(std::move(lowered)) : call.trap();
  }
  static HostOutcome finish(DirectCall& call, R value) { return call.finish<R>(std::move(value)); }
};

template <>
struct ReturnBinding<Unit> {
  using Type = Unit;
  static HostReturn finish(Call&, Unit) { return {}; }
  static HostOutcome finish(DirectCall& call, Unit) { return call.finish(); }
};

template <>
struct ReturnBinding<Exit> {
  using Type = Unit;
  static HostReturn finish(Call&, Exit exit) { return HostReturn::exit(exit.code); }
  static HostOutcome finish(DirectCall& call, Exit exit) {
    return call.settle(HostReturn::exit(exit.code));
  }
};

template <class R>
struct ReturnBinding<Result<R, Trap>> {
  using Type = typename ReturnBinding<R>::Type;
  static HostReturn finish(Call& call, Result<R, Trap> result) {
    if (!result.ok()) return trap(result.error());
    return ReturnBinding<R>::finish(call, std::move(result).value());
  }
  static HostOutcome finish(DirectCall& call, Result<R, Trap> result) {
    if (!result.ok()) return call.settle(trap(result.error()));
    return ReturnBinding<R>::finish(call, std::move(result).value());
  }

 private:
  static HostReturn trap(Trap& trap) { return HostReturn::trap(std::move(trap.message)); }
};

template <class R>
struct ReturnBinding<Cancellable<R>> {
  using Type = typename ReturnBinding<R>::Type;
  static HostReturn finish(Call& call, Cancellable<R> result) {
    if (!result.ok()) return HostReturn::cancelled();
    return ReturnBinding<R>::finish(call, std::move(result).value());
  }
  static HostOutcome finish(DirectCall& call, Cancellable<R> result) {
    if (!result.ok()) return call.settle(HostReturn::cancelled());
    return ReturnBinding<R>::finish(call, std::move(result).value());
  }
};

template <class R>
struct ReturnBinding<Async<R>> {
  using Type = typename ReturnBinding<R>::Type;
  static HostReturn finish(Call& call, Async<R> async) {
    if (async.ready()) return ReturnBinding<R>::finish(call, *std::move(async.ready()));
    return HostReturn::pending(std::move(async.step()));
  }
  static HostOutcome finish(DirectCall& call, Async<R> async) {
    if (async.ready()) return ReturnBinding<R>::finish(call, *std::move(async.ready()));
    return call.settle(HostReturn::pending(std::move(async.step())));
  }
};

template <class R>
class AsyncStep : public HostReturn::Pending {
 public:
  Poll<HostReturn> poll(HostEnvironment& environment, Waker& waker) final {
    Poll<R> value = step(environment, waker);
    if (!value) return kPending;
    Call call(environment);
    return ReturnBinding<R>::finish(call, *std::move(value));
  }

 protected:
  virtual Poll<R> step(HostEnvironment& environment, Waker& waker) = 0;
};

template <class R>
template <class F>
Async<R> Async<R>::pending(F poll) {
  class Step final : public AsyncStep<R> {
   public:
    explicit Step(F poll) : poll_(std::move(poll)) {}
    bool cancel(HostEnvironment&) override {
      if constexpr (requires { poll_.cancel(); }) return poll_.cancel();
      return true;
    }

   private:
    Poll<R> step(HostEnvironment& environment, Waker& waker) override {
      if constexpr (std::is_invocable_v<F&, HostEnvironment&, Waker&>) {
        return poll_(environment, waker);
      } else if constexpr (std::is_invocable_v<F&, Waker&>) {
        return poll_(waker);
      } else if constexpr (requires { poll_.poll(environment, waker); }) {
        return poll_.poll(environment, waker);
      } else {
        return poll_.poll(waker);
      }
    }
    F poll_;
  };
  Async async;
  async.step_ = std::make_unique<Step>(std::move(poll));
  return async;
}

template <class R>
template <class F>
Async<R> Async<R>::retry(std::shared_ptr<void> keep_alive, WakeList& list, F attempt) {
  if (Poll<R> value = attempt()) return *std::move(value);
  return pending([keep_alive = std::move(keep_alive), &list,
                  attempt = std::move(attempt)](Waker& waker) mutable -> Poll<R> {
    Poll<R> value = attempt();
    if (!value) list.add(waker);
    return value;
  });
}

}  // namespace tappet::component
