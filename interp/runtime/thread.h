// A wasm thread of control: a value stack with frames, on the heap, which can be left and
// re-entered at calls and loop back edges. Native stack depth never depends on the guest's.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <vector>

#include "interp/runtime/host_function.h"
#include "interp/runtime/store.h"

namespace tappet {

enum class Outcome : uint8_t {
  kReturned,     // results() are set
  kTrapped,      // trap() says why; the thread is finished
  kSuspended,    // a host function waits; run again when it can go on
  kInterrupted,  // Store::preempt; run again to go on
};

// What return addresses mean that do not lie in wasm code: a frame below belongs to another
// instance, by way of an adapter or not, or to a host function that continues. Kept beside the
// value stack, innermost last.
struct SideFrame {
  enum class Kind : uint8_t { kInstance, kHost, kAdapter };
  Kind kind = Kind::kInstance;
  Instance* instance = nullptr;  // the caller's; null if the embedder called
  const uint64_t* return_pc = nullptr;
  uint64_t frame = 0;  // the caller's frame, in slots from the stack's bottom
  uint64_t base = 0;   // kHost: of the host function's arguments and results
  uint64_t top = 0;    // kHost: the first slot above everything in use
  std::unique_ptr<HostContinuation> continuation;
  Function* callee = nullptr;  // kHost: what it asked to call, and where that one's frame is
  uint64_t callee_base = 0;
  CallAdapter* adapter = nullptr;  // kAdapter
};

class Waiter;

// Not tied to an OS thread, but to a store; at most one thread of a store runs at any moment.
class Thread {
 public:
  // Tasks that wait in hundred thousands need no more stack than this to begin with.
  static constexpr uint64_t kFirstSlots = 24;

  // `first_slots`: the least that the stack has once it has any; it grows by itself.
  explicit Thread(Store& store, uint64_t first_slots = kFirstSlots);
  ~Thread();
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  Store& store() { return store_; }

  // Prepares a call: run() then executes it. `args` are raw slots (see HostCall), exactly the
  // parameters' of the function's type. The thread is idle: new, returned or trapped.
  void start(Function& function, std::span<const uint64_t> args);
  // Raw result slots after kReturned; valid until the next start.
  std::span<const uint64_t> results() const { return results_; }
  const Trap& trap() const { return trap_; }
  Trap take_trap() { return std::move(trap_); }
  // True between start and the final outcome.
  bool active() const { return active_; }

  // What memory.atomic.wait keeps while it is under way: a preempted thread does not lose its
  // place.
  std::unique_ptr<Waiter>& waiter() { return waiter_; }

  // The stack's current size in bytes: what a suspended thread costs.
  uint64_t stack_bytes() const { return capacity_ * sizeof(uint64_t); }

 private:
  friend class Machine;  // exec: the only ones to touch frames
  friend class BacktraceBuilder;
  friend class Unwinder;
  friend class HostCall;
  friend class Store;

  // For the collector: slots in use, from the bottom; the others hold nothing anybody will read.
  uint64_t live_slots() const;
  void mark_roots(GcMarker& marker) const;

  // Makes room for `slots` more from `base`; false if the store's limit forbids it.
  bool reserve(uint64_t base, uint64_t slots) {
    return base + slots <= capacity_ || grow(base + slots);
  }
  bool grow(uint64_t needed);

  struct Free {
    void operator()(uint64_t* block) const { std::free(block); }
  };

  Store& store_;
  std::unique_ptr<uint64_t, Free> stack_;
  uint64_t capacity_ = 0;  // slots
  uint64_t first_slots_;
  std::vector<SideFrame> side_frames_;
  std::vector<uint64_t> results_;
  Trap trap_;
  std::unique_ptr<Waiter> waiter_;
  Function* entry_ = nullptr;
  uint64_t entry_frame_ = 0;
  bool active_ = false;
  // True while the innermost side frame is a host function that waits.
  bool waiting_ = false;
  // Registers while the thread is not executing.
  const uint64_t* pc_ = nullptr;
  uint64_t frame_ = 0;  // slots from the bottom
  Instance* instance_ = nullptr;
  uint64_t t_ = 0;
  uint64_t f_[2] = {0, 0};
  const uint64_t* head_ = nullptr;
  uint64_t int_pins_[4] = {};
  double float_pins_[2] = {};
  uint32_t depth_ = 0;    // nested runs in progress
  bool running_ = false;  // inside run(), perhaps below other threads that a host function runs
  // All threads of the store.
  Thread* next_ = nullptr;
  Thread** at_ = nullptr;  // what points at this one
};

// Runs or resumes a started thread until it leaves with an outcome. Never throws, never recurses
// with the guest's depth. The OS thread that owns the store.
Outcome run(Thread& thread);

// Calls a function on top of a thread that is inside a host function, and waits for it: for realloc
// and post-return, which may not block. A suspension is a trap. Returns false after a trap, which
// lies in thread.trap() and must end the host function with HostOutcome::kTrap.
bool call_nested(HostCall& call, Function& function, std::span<const uint64_t> args,
                 std::span<uint64_t> results);

}  // namespace tappet
