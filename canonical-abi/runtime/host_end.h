// What the host's ends of streams and futures are without their element types; bind/stream.h has
// the typed ones (CanonicalABI.md, "Stream State": nothing there says what a host does).
#pragma once

#include <memory>

#include "canonical-abi/runtime/stream.h"
#include "interp/base/ready.h"

namespace tappet::component {

// A host's end that copies. Neither copies nor moves; loop thread only. May outlive the stores of
// the guests at the other end: for these the end is dropped then.
//
// Integers and the like the host copies from and to a guest's memory whenever it likes, while the
// guest's copy waits. What has to be lifted or lowered, which may run guest code (realloc) and
// trap, is copied on a fiber of the guest's store: within the guest's own copy if the host waits
// already, otherwise by a job for the store's scheduler, which calls step().
class HostEnd : public CopySide {
 public:
  ~HostEnd() override;
  HostEnd(const HostEnd&) = delete;
  HostEnd& operator=(const HostEnd&) = delete;

  ComponentInstance* inst() const final { return nullptr; }
  bool is_zero_length() const final { return false; }
  // One of them is each end's.
  bool read(HostCall& /*call*/, uint32_t /*n*/, ComponentValue& /*values*/) override;
  bool write(HostCall& /*call*/, uint32_t /*n*/, ComponentValue& /*values*/) override;
  uint8_t* advance(uint32_t) final { return nullptr; }
  void meet(HostEnvironment& environment) final { environment_ = &environment; }

  // What its elements are in C++; hosts at both ends agree.
  const void* element() const { return element_; }

  // A guest's copy waits at the other end since now; called within it. False: trapped.
  virtual bool on_pending(HostCall& call) = 0;
  // The other end was dropped, or a host there has made progress.
  virtual void on_change() { wake(); }
  // The guest's copy waits no longer.
  void forget_job();

 protected:
  HostEnd(SharedCopy& shared, bool readable, const void* element);

  SharedCopy& shared() const { return shared_; }
  // The host's at the other end; null if there is none.
  HostEnd* host() const { return shared_.host_end(!readable_); }
  // Of the store where the other side is. Within read() and write().
  HostEnvironment& environment() const { return *environment_; }
  // A guest's copy that waits at the other end; null if none does.
  CopySide* guest() const;
  // Calls step() on a fiber of the guest's store. Precondition: guest() != nullptr.
  void schedule();
  // False: trapped.
  virtual bool step(HostCall& call) = 0;

  // What the host waits with. wake() comes last: it may destroy this.
  void add_waiter(Waker& waker) { waiters_.add(waker); }
  void wake() { waiters_.wake_all(); }

 private:
  class Job;

  SharedCopy& shared_;
  const bool readable_;
  const void* const element_;
  HostEnvironment* environment_ = nullptr;
  std::unique_ptr<Job> job_;
  WakeList waiters_;
};

}  // namespace tappet::component
