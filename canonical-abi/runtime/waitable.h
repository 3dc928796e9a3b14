// Waitables and sets of them (CanonicalABI.md, "Waitable State").
#pragma once

#include "canonical-abi/runtime/guest_thread.h"
#include "canonical-abi/runtime/handle_table.h"

namespace tappet::component {

class Scheduler;
class WaitableSet;

enum class EventCode : uint8_t {
  kNone,
  kSubtask,
  kStreamRead,
  kStreamWrite,
  kFutureRead,
  kFutureWrite,
  kTaskCancelled,
};

struct EventTuple {
  EventCode code = EventCode::kNone;
  uint32_t p1 = 0;
  uint32_t p2 = 0;
};

// What a guest can wait for: a subtask, or an end of a stream or future.
class Waitable : public HandleObject {
 public:
  ~Waitable() override;

  bool has_pending_event() const { return pending_; }
  // Makes those ready who wait for it.
  void set_pending_event();
  // Precondition: there is one. What it says is worked out now.
  EventTuple get_pending_event();

  bool in_waitable_set() const { return wset_ != nullptr; }
  bool has_sync_waiter() const { return sync_waiter_ != nullptr; }
  // Null: leaves the set it is in.
  void join(std::shared_ptr<WaitableSet> wset);

 protected:
  Waitable(Kind kind, Scheduler& scheduler) : HandleObject(kind), scheduler_(scheduler) {}
  virtual EventTuple event() = 0;
  Scheduler& scheduler() { return scheduler_; }
  // For waits that do not end with an event.
  void signal_sync_waiter();

 private:
  friend class SyncWait;
  friend class WaitableSet;

  Scheduler& scheduler_;
  std::shared_ptr<WaitableSet> wset_;
  GuestThread* sync_waiter_ = nullptr;
  bool pending_ = false;
  // Among those of the set that have an event.
  Waitable* previous_ = nullptr;
  Waitable* next_ = nullptr;
};

// A thread's wait for one waitable alone: until over(), or until it is given up with the thread.
class SyncWait {
 public:
  SyncWait(std::shared_ptr<Waitable> waitable, GuestThread& thread)
      : waitable_(std::move(waitable)) {
    waitable_->sync_waiter_ = &thread;
  }
  SyncWait(SyncWait&&) = default;
  SyncWait(const SyncWait&) = delete;
  SyncWait& operator=(const SyncWait&) = delete;
  ~SyncWait() {
    if (waitable_ != nullptr) over();
  }

  // The waitable that was waited for. Precondition: the first time.
  std::shared_ptr<Waitable> over() {
    waitable_->sync_waiter_ = nullptr;
    return std::move(waitable_);
  }

 private:
  std::shared_ptr<Waitable> waitable_;
};

// Gives events in the order in which they came.
class WaitableSet final : public HandleObject {
 public:
  explicit WaitableSet(Scheduler& scheduler)
      : HandleObject(Kind::kWaitableSet), scheduler_(scheduler) {}

  bool has_pending_event() const { return first_ != nullptr; }
  EventTuple get_pending_event() { return first_->get_pending_event(); }
  uint32_t size() const { return size_; }

  // Threads that wait for its events: those in `waiters`, and those that were told to look.
  ThreadList waiters;
  uint32_t num_waiting = 0;

 private:
  friend class Waitable;
  void push_pending(Waitable& waitable);
  void remove_pending(Waitable& waitable);

  Scheduler& scheduler_;
  uint32_t size_ = 0;
  Waitable* first_ = nullptr;
  Waitable* last_ = nullptr;
};

}  // namespace tappet::component
