// How native code is called from wasm without ever nesting: a host function may return, trap, wait
// (suspend the calling thread) or ask for a wasm function to be called, and continue afterwards.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "interp/module/types.h"
#include "interp/runtime/function.h"
#include "interp/runtime/trap.h"

namespace tappet {

class Thread;
class HostCall;

enum class HostOutcome : uint8_t {
  kReturn,   // results are set
  kTrap,     // HostCall::trap said why
  kSuspend,  // wait until the thread is run again; then the continuation is resumed
  kCall,     // call the function given to HostCall::call, then resume the continuation
};

// What a host function does next after a suspension or a call. Destroyed unresumed if its thread is
// dropped or traps meanwhile.
class HostContinuation {
 public:
  virtual ~HostContinuation() = default;
  // After kCall, `call.callee_results()` are the callee's.
  virtual HostOutcome resume(HostCall& call) = 0;
  // Whether an exception that the called function does not catch goes on to the host function's
  // caller, and this continuation is destroyed. Otherwise it is uncaught here, and a trap.
  virtual bool lets_exceptions_pass() const { return true; }
};

// A host function's view of the call in progress. Values are raw slots: an i32 is zero-extended, an
// f32 is its bits zero-extended, a v128 takes two slots. Valid only during the invocation.
class HostCall {
 public:
  explicit HostCall(Thread& thread) : thread_(&thread) {}
  HostCall(const HostCall&) = delete;
  HostCall& operator=(const HostCall&) = delete;

  Thread& thread() { return *thread_; }
  // The instance whose code called; null when the embedder called the host function directly.
  Instance* caller() const { return caller_; }

  uint64_t arg(size_t slot) const;
  // The first arguments' slots, until something runs on this thread.
  std::span<const uint64_t> args(size_t count) const;
  void set_result(size_t slot, uint64_t value);

  // Each returns the outcome for the host function to return in turn.
  HostOutcome trap(TrapKind kind, std::string message);
  HostOutcome trap(std::string message) { return trap(TrapKind::kHost, std::move(message)); }
  HostOutcome exit(int32_t code);
  HostOutcome suspend(std::unique_ptr<HostContinuation> continuation);
  // Arguments and results of this call are kept; the callee's lie elsewhere.
  HostOutcome call(Function& callee, std::span<const uint64_t> args,
                   std::unique_ptr<HostContinuation> continuation);
  // In resume() after kCall: raw slots, as many as the callee's results take.
  uint64_t callee_result(size_t slot) const;

 private:
  friend class Thread;
  friend class Machine;

  // One object serves the host functions that a thread leaves and enters in turn.
  void enter(Instance* caller, uint64_t base, uint64_t top) {
    caller_ = caller;
    base_ = base;
    top_ = top;
  }

  Thread* thread_;
  Instance* caller_ = nullptr;
  uint64_t base_ = 0;  // of arguments and results, in slots from the bottom of the thread's stack
  uint64_t top_ = 0;   // the first slot above them, and above those of a function called before
  uint64_t callee_base_ = 0;
  std::optional<Trap> trap_;
  std::unique_ptr<HostContinuation> continuation_;
  Function* callee_ = nullptr;
};

// What a host function does that only hands a call on to a wasm function of the same type, with one
// result at most: the interpreter then enters that one with the caller's arguments where they lie,
// and there is no host call in between.
class CallAdapter {
 public:
  // `converts`: the callee has a result, and leave() wants it.
  CallAdapter(Function& callee, bool converts)
      : callee(callee), result(converts ? callee.shape.type->results[0].kind : kNone) {}
  virtual ~CallAdapter() = default;
  CallAdapter(const CallAdapter&) = delete;
  CallAdapter& operator=(const CallAdapter&) = delete;

  // `args`: the arguments' slots, which it may change. False: nothing else has happened, and the
  // host function is invoked.
  virtual bool enter(uint64_t* args) = 0;
  // After the callee has returned; not after a trap. Takes and gives its result as a slot would
  // hold it, if it wants that. An exception that the callee does not catch is a trap.
  virtual uint64_t leave(uint64_t result) = 0;

  Function& callee;
  static constexpr auto kNone = ValueKind::kV128;
  const ValueKind result;  // kNone: not wanted
};

struct HostFunction {
  TypeId type;
  std::function<HostOutcome(HostCall&)> invoke;
  // Null: invoke() does it all. Lives as long as this.
  CallAdapter* adapter = nullptr;
};

// Slots that parameters or results take.
uint32_t slots_of(std::span<const ValueType> types);

}  // namespace tappet
