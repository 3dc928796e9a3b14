#include "canonical-abi/runtime/guest_thread.h"

#include <cassert>

#include "canonical-abi/runtime/guest_task.h"
#include "canonical-abi/runtime/subtask.h"

namespace tappet::component {

ThreadList::~ThreadList() {
  while (first_ != nullptr) remove(*first_);
}

void ThreadList::push_back(GuestThread& thread) {
  assert(thread.list == nullptr);
  thread.list = this;
  thread.previous_ = last_;
  thread.next_ = nullptr;
  (last_ != nullptr ? last_->next_ : first_) = &thread;
  last_ = &thread;
}

void ThreadList::push_front(GuestThread& thread) {
  assert(thread.list == nullptr);
  thread.list = this;
  thread.previous_ = nullptr;
  thread.next_ = first_;
  (first_ != nullptr ? first_->previous_ : last_) = &thread;
  first_ = &thread;
}

void ThreadList::remove(GuestThread& thread) {
  assert(thread.list == this);
  (thread.previous_ != nullptr ? thread.previous_->next_ : first_) = thread.next_;
  (thread.next_ != nullptr ? thread.next_->previous_ : last_) = thread.previous_;
  thread.previous_ = thread.next_ = nullptr;
  thread.list = nullptr;
}

bool GuestThread::ready() const {
  switch (waits_for) {
    case WaitFor::kNothing:
      return false;
    case WaitFor::kTurn:
    case WaitFor::kHost:
      return true;
    case WaitFor::kEntry:
      return !task->has_backpressure();
    case WaitFor::kEvent:
      return static_cast<Waitable*>(on)->has_pending_event();
    case WaitFor::kResolution:
      return static_cast<Subtask*>(on)->resolved();
    case WaitFor::kSet:
      return static_cast<WaitableSet*>(on)->has_pending_event();
    case WaitFor::kExclusive:
      return inst->exclusive_thread == nullptr;
    case WaitFor::kSetExclusive:
      return inst->exclusive_thread == nullptr &&
             static_cast<WaitableSet*>(on)->has_pending_event();
  }
  return false;
}

}  // namespace tappet::component
