#include "wasi/host/executor.h"

#include <cassert>

namespace tappet::wasi {
namespace {

// How long guests run before the loop looks for events again.
constexpr uint64_t kRoundNs = 2 * net::kMillisecond;

}  // namespace

Scheduled::~Scheduled() {
  if (place_ != Place::kNowhere) executor_.remove(*this);
}

void Scheduled::schedule() {
  // One that was preempted has not become more urgent by an event.
  if (place_ == Place::kNowhere) executor_.append(*this, Place::kReady);
}

Executor::Executor(net::Loop& loop, const WatchdogOptions& options)
    : loop_(loop), turn_([this] { round(); }), watchdog_(options) {}

Executor::~Executor() { assert(ready_.first == nullptr && preempted_.first == nullptr); }

void Executor::append(Scheduled& guest, Scheduled::Place place) {
  Queue& queue = this->queue(place);
  guest.place_ = place;
  guest.previous_ = queue.last;
  guest.next_ = nullptr;
  (queue.last ? queue.last->next_ : queue.first) = &guest;
  queue.last = &guest;
  if (!turn_.registered()) loop_.soon().add(turn_);
}

void Executor::remove(Scheduled& guest) {
  Queue& queue = this->queue(guest.place_);
  (guest.previous_ ? guest.previous_->next_ : queue.first) = guest.next_;
  (guest.next_ ? guest.next_->previous_ : queue.last) = guest.previous_;
  guest.place_ = Scheduled::Place::kNowhere;
}

Scheduled* Executor::take_first(Queue& queue) {
  Scheduled* const first = queue.first;
  if (first != nullptr) remove(*first);
  return first;
}

// Ready guests come first, but each round gives one that was preempted a slice: so those that
// compute for long delay the others by at most a slice, and are never starved by them.
void Executor::round() {
  const uint64_t begin = loop_.now();
  const bool was_preempted = preempted_.first != nullptr;
  while (Scheduled* const guest = take_first(ready_)) {
    run(*guest);
    if (loop_.now() - begin > kRoundNs) break;
  }
  if (was_preempted) {
    if (Scheduled* const guest = take_first(preempted_)) run(*guest);
  }
  const bool more = ready_.first != nullptr || preempted_.first != nullptr;
  if (more && !turn_.registered()) loop_.soon().add(turn_);
}

void Executor::run(Scheduled& guest) {
  watchdog_.begin(guest);
  const Scheduled::Next next = guest.run();
  watchdog_.end();
  if (next == Scheduled::Next::kDone) {
    guest.done();
    return;
  }
  if (next == Scheduled::Next::kAgain && guest.place_ == Scheduled::Place::kNowhere) {
    append(guest, Scheduled::Place::kPreempted);
  }
}

}  // namespace tappet::wasi
