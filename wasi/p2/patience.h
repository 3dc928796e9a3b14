// Guests that have no pollables can only ask again and again. Were they answered at once each time,
// they would be a load, and nothing could happen meanwhile: so "nothing yet" takes a little while.
#pragma once

#include <memory>

#include "canonical-abi/bind/interface.h"
#include "net/loop/loop.h"
#include "wasi/host/stream.h"
#include "wasi/p2/io.h"

namespace tappet::wasi::p2 {

// Set in the environment of guests that do not import wasi:io/poll.
struct Patience {
  net::Loop& loop;
  uint64_t wait_ns = 5 * net::kMillisecond;
};

// One call that waits until its source is ready, or for so long.
template <class R, class Attempt, class IsNothing>
class PatientStep {
 public:
  PatientStep(const Patience& patience, std::shared_ptr<Readiness> source, Attempt attempt,
              IsNothing is_nothing)
      : source_(std::move(source)),
        attempt_(std::move(attempt)),
        is_nothing_(std::move(is_nothing)),
        clock_(std::make_unique<Clock>(patience)) {}

  Poll<R> operator()(Waker& waker) {
    clock_->waker = &waker;
    R now = attempt_();
    if (!is_nothing_(now) || clock_->late) return now;
    // What is ready and has nothing all the same will not say when that changes.
    if (!source_->ready()) source_->changed().add(waker);
    return kPending;
  }

 private:
  struct Clock {
    explicit Clock(const Patience& patience)
        : timer(patience.loop, [this] {
            late = true;
            waker->wake();
          }) {
      timer.set_after(patience.wait_ns);
    }
    bool late = false;
    Waker* waker = nullptr;
    net::Timer timer;
  };

  std::shared_ptr<Readiness> source_;
  Attempt attempt_;
  IsNothing is_nothing_;
  std::unique_ptr<Clock> clock_;
};

// What `attempt` returns; nothing is what `is_nothing` says of that.
template <class R, class Attempt, class IsNothing>
component::Async<R> patiently(component::HostEnvironment& environment,
                              std::shared_ptr<Readiness> source, Attempt attempt,
                              IsNothing is_nothing) {
  R now = attempt();
  const auto* const patience =
      static_cast<const Patience*>(environment.find(component::HostEnvironment::key<Patience>()));
  if (patience == nullptr || !is_nothing(now)) return now;
  return component::Async<R>::pending(PatientStep<R, Attempt, IsNothing>(
      *patience, std::move(source), std::move(attempt), std::move(is_nothing)));
}

}  // namespace tappet::wasi::p2
