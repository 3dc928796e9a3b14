#include "canonical-abi/runtime/waitable.h"

#include "canonical-abi/runtime/scheduler.h"

namespace tappet::component {

Waitable::~Waitable() { join(nullptr); }

void Waitable::set_pending_event() {
  if (!pending_) {
    pending_ = true;
    if (wset_) wset_->push_pending(*this);
  }
  signal_sync_waiter();
}

void Waitable::signal_sync_waiter() {
  if (sync_waiter_ != nullptr) scheduler_.signal(*sync_waiter_);
}

EventTuple Waitable::get_pending_event() {
  assert(pending_);
  pending_ = false;
  if (wset_) wset_->remove_pending(*this);
  return event();
}

void Waitable::join(std::shared_ptr<WaitableSet> wset) {
  if (wset_) {
    if (pending_) wset_->remove_pending(*this);
    --wset_->size_;
  }
  wset_ = std::move(wset);
  if (wset_) {
    ++wset_->size_;
    if (pending_) wset_->push_pending(*this);
  }
}

void WaitableSet::push_pending(Waitable& waitable) {
  waitable.previous_ = last_;
  (last_ != nullptr ? last_->next_ : first_) = &waitable;
  last_ = &waitable;
  // Each of them looks for itself whether it can go on.
  while (!waiters.empty()) scheduler_.signal(*waiters.first());
}

void WaitableSet::remove_pending(Waitable& waitable) {
  (waitable.previous_ != nullptr ? waitable.previous_->next_ : first_) = waitable.next_;
  (waitable.next_ != nullptr ? waitable.next_->previous_ : last_) = waitable.previous_;
  waitable.previous_ = waitable.next_ = nullptr;
}

}  // namespace tappet::component
