// The seam between things that wait and things that happen: readiness with wake-ups. net/ produces
// it, wasi/ and the component model's scheduler consume it; interp only lends it a neutral home.
#pragma once

#include <functional>
#include <optional>
#include <utility>

namespace tappet {

// The answer of a try_x(): a value, or nothing yet ("pending").
template <class T>
using Poll = std::optional<T>;
inline constexpr std::nullopt_t kPending = std::nullopt;

class WakeList;

// Who wants to hear. Registered with at most one WakeList at a time; destroying or re-registering
// it takes it off the list. Neither copies nor moves. Loop thread only.
class Waker {
 public:
  explicit Waker(std::function<void()> on_wake) : on_wake_(std::move(on_wake)) {}
  ~Waker() { unlink(); }
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  // Leaves the list it is on, if any: it will not be woken.
  void unlink() {
    if (previous_) previous_->next_ = next_;
    if (next_) next_->previous_ = previous_;
    previous_ = next_ = nullptr;
  }
  bool registered() const { return previous_ != nullptr; }
  // Calls the callback. A waker on a list is taken off first.
  void wake() {
    unlink();
    if (on_wake_) on_wake_();
  }

 private:
  friend class WakeList;
  Waker() = default;  // a list's sentinel
  std::function<void()> on_wake_;
  Waker* previous_ = nullptr;
  Waker* next_ = nullptr;
};

// Those to tell when a source may have progressed. Wake-ups are one-shot and may be spurious: the
// woken one tries again. Loop thread only.
class WakeList {
 public:
  WakeList() = default;
  ~WakeList() {
    while (head_.next_) head_.next_->unlink();
  }
  WakeList(const WakeList&) = delete;
  WakeList& operator=(const WakeList&) = delete;

  void add(Waker& waker) {
    waker.unlink();
    waker.next_ = head_.next_;
    waker.previous_ = &head_;
    if (head_.next_) head_.next_->previous_ = &waker;
    head_.next_ = &waker;
  }
  bool empty() const { return head_.next_ == nullptr; }
  // Wakes those registered now. A waker that registers again meanwhile is not woken twice; a
  // callback may destroy this list and any waker but its own.
  void wake_all() {
    Waker batch;
    std::swap(batch.next_, head_.next_);
    if (batch.next_) batch.next_->previous_ = &batch;
    while (batch.next_) batch.next_->wake();
  }

 private:
  Waker head_;
};

}  // namespace tappet
