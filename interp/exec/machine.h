// The slow side of execution: entering and leaving run(), host calls, calls between instances,
// stack growth, traps. Everything here may be called from handlers through State, never keeps a
// pointer into the value stack across something that can grow it, and never recurses with the
// guest.
#pragma once

#include <csetjmp>

#include "interp/exec/state.h"
#include "interp/runtime/thread.h"

namespace tappet {

inline constexpr int kFaultRegisters = 32;

// One native invocation of the dispatch loop. Nested ones (realloc, post-return) form a list.
struct Activation {
  exec::State registers{};
  sigjmp_buf fault_return;
  Thread* thread = nullptr;
  Activation* previous = nullptr;
  size_t side_base = 0;            // side frames below belong to outer activations
  volatile bool in_guest = false;  // faults in guest memory are the guest's only while this is set
  Outcome outcome = Outcome::kReturned;
  uint64_t fault_registers[kFaultRegisters] = {};
};

class Machine {
 public:
  static Outcome run(Thread& thread);
  static bool call_nested(HostCall& call, Function& function, std::span<const uint64_t> args,
                          std::span<uint64_t> results);

  // For handlers and slow operations; true: continue at s.pc, false: leave run().
  static bool raise(exec::State& s, TrapKind kind, std::string message = {});
  static bool handle_limit(exec::State& s);
  // The instruction at s.pc calls `function` with its frame at s.fp + delta.
  static bool call(exec::State& s, Function& function, uint32_t delta);
  // The instruction at s.pc replaces its frame by one of `function`.
  static bool tail_call(exec::State& s, Function& function);
  // The instruction at s.pc throws `exception`, or, if that is null, one with tag.slots `values`.
  static bool throw_exception(exec::State& s, const Tag& tag, GcException* exception,
                              const uint64_t* values);
  static bool translate(exec::State& s);
  static bool halt(exec::State& s);
  static bool return_to_instance(exec::State& s);
  static bool return_to_host(exec::State& s);
  static bool return_to_adapter(exec::State& s);

 private:
  friend class BacktraceBuilder;

  static Outcome execute(Activation& activation);
  static void save(Thread& thread, const exec::State& s);
  static void load(Thread& thread, exec::State& s);
  static void recover_registers(Activation& activation);
  static bool start_entry(Thread& thread, exec::State& s);
  static bool resume_waiting(Thread& thread, exec::State& s);

  // Starts wasm code whose arguments are in place at s.fp. The frame that it returns to is
  // `distance` slots below.
  static bool begin(exec::State& s, Function& function, const uint64_t* return_pc,
                    uint32_t distance);
  static SideFrame* push_side_frame(Thread& thread, const exec::State& s,
                                    const uint64_t* return_pc);
  static bool call_adapted(exec::State& s, CallAdapter& adapter, const uint64_t* return_pc,
                           uint32_t delta);
  static bool call_host(exec::State& s, Function& function, const uint64_t* return_pc,
                        uint64_t base);
  static bool enter_host(exec::State& s, Function& function, const uint64_t* return_pc,
                         uint64_t base, HostCall& call, HostOutcome& outcome);
  static HostOutcome resume(SideFrame& side, HostCall& call);
  static void abandon_host(exec::State& s, Thread& thread);
  static bool settle(exec::State& s, HostOutcome outcome, HostCall& call);
  static bool start_callee(exec::State& s, Function& callee, uint64_t base);
  static bool continue_guest(exec::State& s);
  static bool fail(exec::State& s, Trap trap);
  static void collect_results(Thread& thread, const exec::State& s);
};

// The backtrace of a thread whose registers are `s`; innermost first, at most 64 frames.
std::vector<StackFrame> make_backtrace(Thread& thread, const exec::State& s);

namespace exec {

// Return addresses that lead out of wasm code.
const uint64_t* halt_address();
const uint64_t* instance_return_address();
const uint64_t* host_return_address();
const uint64_t* adapter_return_address();
// True for the four above.
bool is_return_stub(const uint64_t* pc);
bool is_direct_call(const uint64_t* pc);
// What stubs of untranslated functions start with.
Handler translate_handler();

// Runs handlers from s.pc until one leaves.
void dispatch(State& s);

// The fault handler: installed once per process by the first run with guarded memories.
void install_fault_handler();
// The innermost activation of this OS thread; the fault handler's only way in.
extern thread_local constinit Activation* current_activation;

}  // namespace exec
}  // namespace tappet
