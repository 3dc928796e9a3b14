// The cooperative threads of guests (CanonicalABI.md, "Threads"). Each runs on a fiber, which is a
// thread of the interpreter; one that waits without core code on its stack has none.
#pragma once

#include <cstdint>
#include <utility>

#include "interp/runtime/host_function.h"

namespace tappet::component {

class ComponentInstance;
class GuestTask;
class GuestThread;
struct Fiber;

// What makes a blocked thread ready: the ready_func of definitions.py.
enum class WaitFor : uint8_t {
  kNothing,       // never: another thread resumes it, or it is running
  kTurn,          // always: it lets others go first
  kEntry,         // its instance takes its task in
  kEvent,         // the Waitable has an event
  kResolution,    // the Subtask is resolved
  kSet,           // the WaitableSet has an event
  kExclusive,     // no task runs exclusively in its instance
  kSetExclusive,  // both
  kHost,          // the host said so
};

// Threads in the order in which they came; each is in one list at most.
class ThreadList {
 public:
  ThreadList() = default;
  ThreadList(const ThreadList&) = delete;
  ThreadList& operator=(const ThreadList&) = delete;
  ~ThreadList();

  bool empty() const { return first_ == nullptr; }
  GuestThread* first() const { return first_; }
  GuestThread* last() const { return last_; }
  void push_back(GuestThread& thread);
  void push_front(GuestThread& thread);
  void remove(GuestThread& thread);

 private:
  GuestThread* first_ = nullptr;
  GuestThread* last_ = nullptr;
};

// Neither copies nor moves; loop thread only.
class GuestThread {
 public:
  // Null: of the host.
  GuestThread(ComponentInstance* inst, GuestTask* task) : inst(inst), task(task) {}
  virtual ~GuestThread() { unlink(); }
  GuestThread(const GuestThread&) = delete;
  GuestThread& operator=(const GuestThread&) = delete;

  // Runs it on a fresh fiber: from its start, or where it went on without one. The thread blocks
  // by returning while it waits; otherwise it has ended.
  virtual HostOutcome begin(HostCall& call) = 0;
  // After it has ended: it may be destroyed by this.
  virtual void ended() {}

  bool suspended() const { return !running && waits_for == WaitFor::kNothing; }
  bool waiting() const { return waits_for != WaitFor::kNothing; }
  bool ready() const;

  void unlink() {
    if (list != nullptr) list->remove(*this);
  }
  GuestThread* next() const { return next_; }

  ComponentInstance* const inst;
  GuestTask* const task;  // null: the host's part of a call, or a call of realloc
  Fiber* fiber = nullptr;
  // What it waits for, and where it is listed: among those to look at, or with what it waits for.
  void* on = nullptr;
  ThreadList* list = nullptr;
  WaitFor waits_for = WaitFor::kNothing;
  bool running = false;
  bool cancellable = false;  // while it is blocked
  bool cancelled = false;    // how it was resumed
  // The message of a trap that it ends with as soon as it goes on.
  const char* doom = nullptr;
  uint32_t index = 0;  // in ComponentInstance::threads; 0: none
  uint64_t storage[2] = {0, 0};

 private:
  friend class ThreadList;
  GuestThread* previous_ = nullptr;
  GuestThread* next_ = nullptr;
};

}  // namespace tappet::component
