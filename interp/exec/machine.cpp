#include "interp/exec/machine.h"

#include <cstring>

#include "interp/exec/handlers/control.h"
#include "interp/runtime/shared_memory.h"

namespace tappet {

using exec::State;

namespace {

// How far host functions may nest native runs on one thread.
constexpr uint32_t kMaxNestedRuns = 16;

uint64_t accumulator_bits(const State& s, ValueKind kind) {
  const bool is_float = kind == ValueKind::kF32 || kind == ValueKind::kF64;
  const uint64_t bits = is_float ? ((exec::LongVector)s.f)[0] : s.t;
  return kind == ValueKind::kF32 ? static_cast<uint32_t>(bits) : bits;
}

void set_accumulators(State& s, uint64_t bits) {
  s.t = bits;
  s.f = (exec::Vector)exec::LongVector{bits, 0};
}

}  // namespace

Outcome run(Thread& thread) { return Machine::run(thread); }

bool call_nested(HostCall& call, Function& function, std::span<const uint64_t> args,
                 std::span<uint64_t> results) {
  return Machine::call_nested(call, function, args, results);
}

void Thread::start(Function& function, std::span<const uint64_t> args) {
  active_ = true;
  waiting_ = false;
  waiter_ = nullptr;
  entry_ = &function;
  entry_frame_ = 0;
  side_frames_.clear();
  trap_ = {};
  pc_ = nullptr;  // run() starts the entry
  if (!reserve(0, function.shape.locals_slot())) {
    entry_ = nullptr;  // run() traps
    return;
  }
  std::copy(args.begin(), args.end(), stack_.get());
}

void Machine::save(Thread& thread, const State& s) {
  thread.pc_ = s.pc;
  thread.frame_ = static_cast<uint64_t>(s.fp - thread.stack_.get());
  thread.instance_ = s.in;
  thread.t_ = s.t;
  thread.f_[0] = ((exec::LongVector)s.f)[0];
  thread.f_[1] = ((exec::LongVector)s.f)[1];
  thread.head_ = s.head;
  std::memcpy(thread.int_pins_, s.p, sizeof s.p);
  std::memcpy(thread.float_pins_, s.q, sizeof s.q);
}

void Machine::load(Thread& thread, State& s) {
  s.pc = thread.pc_;
  s.fp = thread.stack_.get() + thread.frame_;
  s.in = thread.instance_;
  s.mem = s.in->memory0_base();
  s.t = thread.t_;
  s.f = (exec::Vector)exec::LongVector{thread.f_[0], thread.f_[1]};
  s.head = thread.head_;
  std::memcpy(s.p, thread.int_pins_, sizeof s.p);
  std::memcpy(s.q, thread.float_pins_, sizeof s.q);
}

Outcome Machine::run(Thread& thread) {
  Activation activation;
  activation.thread = &thread;
  return execute(activation);
}

// Sets up the registers and dispatches; a fault lands behind sigsetjmp.
Outcome Machine::execute(Activation& activation) {
  Thread& thread = *activation.thread;
  Control& control = thread.store_.control();
  State& s = activation.registers;
  exec::install_fault_handler();
  activation.previous = exec::current_activation;
  void* const outer_registers = control.registers;
  Thread* const outer_thread = control.thread;
  const bool outer_running = std::exchange(thread.running_, true);
  exec::current_activation = &activation;
  control.registers = &s;
  control.thread = &thread;
  thread.store_.publish_limit(thread.stack_.get() + thread.capacity_);

  if (sigsetjmp(activation.fault_return, 0) == 0) {
    bool go = true;
    if (thread.waiting_) {
      go = resume_waiting(thread, s);
    } else if (thread.pc_ == nullptr) {
      go = start_entry(thread, s);
    } else {
      load(thread, s);
    }
    if (go) {
      activation.in_guest = true;
      exec::dispatch(s);
    }
  } else {
    recover_registers(activation);
    raise(s, TrapKind::kMemoryOutOfBounds);
  }

  activation.in_guest = false;
  exec::current_activation = activation.previous;
  control.registers = outer_registers;
  control.thread = outer_thread;
  thread.running_ = outer_running;
  if (activation.outcome == Outcome::kReturned || activation.outcome == Outcome::kTrapped) {
    thread.active_ = false;
    thread.waiter_ = nullptr;
  }
  return activation.outcome;
}

// Finds instance, frame and pc among the faulting handler's registers: which register holds what is
// the compiler's choice, but only certain values can be what they seem, and the backtrace checks
// every step. Where one is missing the trap has no backtrace. Loop dispatch keeps them in memory.
void Machine::recover_registers([[maybe_unused]] Activation& activation) {
#if !defined(TAPPET_DISPATCH_LOOP)
  State& s = activation.registers;
  const Thread& thread = *activation.thread;
  const auto first = [&](auto plausible) -> uint64_t {
    for (const uint64_t value : activation.fault_registers) {
      if (value % sizeof(uint64_t) == 0 && plausible(value)) return value;
    }
    return 0;
  };
  s.in = reinterpret_cast<Instance*>(
      first([&](uint64_t v) { return thread.store_.owns(reinterpret_cast<Instance*>(v)); }));
  s.fp = reinterpret_cast<uint64_t*>(first([&](uint64_t v) {
    const auto* slot = reinterpret_cast<const uint64_t*>(v);
    return slot >= thread.stack_.get() && slot < thread.stack_.get() + thread.capacity_;
  }));
  s.pc = reinterpret_cast<const uint64_t*>(first([&](uint64_t v) {
    return s.in != nullptr && s.in->code->find(reinterpret_cast<const uint64_t*>(v)) != nullptr;
  }));
  if (s.pc != nullptr && s.fp != nullptr) return;
  s.in = nullptr;
  s.pc = exec::halt_address();
#endif
}

bool Machine::start_entry(Thread& thread, State& s) {
  Function* function = thread.entry_;
  s.pc = exec::halt_address();
  s.fp = thread.stack_.get() + thread.entry_frame_;
  if (function == nullptr) return raise(s, TrapKind::kStackExhausted);
  if (thread.store_.killed()) return raise(s, TrapKind::kInterrupted);
  if (function->is_host())
    return call_host(s, *function, exec::halt_address(), thread.entry_frame_);
  return begin(s, *function, exec::halt_address(), 0);
}

bool Machine::begin(State& s, Function& function, const uint64_t* return_pc, uint32_t distance) {
  Thread& thread = *exec::current_activation->thread;
  const uint64_t* code = function.code;
  s.in = function.instance;
  s.mem = s.in->memory0_base();
  const auto offset = static_cast<uint64_t>(s.fp - thread.stack_.get());
  const uint64_t slots = std::max<uint64_t>(code[-1], function.shape.locals_slot());
  if (!thread.reserve(offset, slots)) {
    s.fp -= distance;
    return exec::raise_trap(s, TrapKind::kStackExhausted);
  }
  thread.store_.publish_limit(thread.stack_.get() + thread.capacity_);
  s.fp = thread.stack_.get() + offset;
  const uint64_t bytes = uint64_t{distance} * sizeof *s.fp;
  uint64_t* const link = s.fp + function.shape.link_slot();
  link[0] = reinterpret_cast<uint64_t>(return_pc);
  link[1] = bytes;
  exec::hold_link(s, return_pc, bytes);
  s.pc = code;
  if (s.in->code->metered() && !thread.store_.spend_fuel(code[-2]))
    return exec::raise_trap(s, TrapKind::kOutOfFuel);
  return true;
}

bool Machine::translate(State& s) {
  const auto index = static_cast<uint32_t>(s.pc[1]);
  const uint64_t* entry = s.in->code->translated_entry(index);
  Function& function = s.in->function(index);
  function.set_code(entry);
  // A direct call goes straight to the code from now on. Only if it led here: after a tail call the
  // return address is that of another call.
  const uint64_t* link = s.fp + function.shape.link_slot();
  const auto* return_pc = reinterpret_cast<const uint64_t*>(link[0]);
  const uint64_t* call = return_pc - exec::kCallWords;
  if (exec::is_direct_call(call) &&
      __atomic_load_n(call + 2, __ATOMIC_RELAXED) == reinterpret_cast<uint64_t>(s.pc)) {
    __atomic_store_n(const_cast<uint64_t*>(call + 2), reinterpret_cast<uint64_t>(entry),
                     __ATOMIC_RELEASE);
  }
  return begin(s, function, return_pc, static_cast<uint32_t>(link[1] / sizeof *link));
}

bool Machine::handle_limit(State& s) {
  Control& control = *s.in->control;
  Thread& thread = *control.thread;
  Store& store = thread.store_;
  if (store.killed()) return raise(s, TrapKind::kInterrupted);
  const bool fuel_asked = control.fuel < 0;
  if (fuel_asked && !store.settle_fuel()) return raise(s, TrapKind::kOutOfFuel);
  if (control.limit.load() == nullptr) {
    const bool preempted = store.take_preempt();
    store.publish_limit(thread.stack_.get() + thread.capacity_);
    if (!preempted) return true;
    save(thread, s);
    exec::current_activation->outcome = Outcome::kInterrupted;
    return false;
  }
  if (fuel_asked) return true;
  // A call without room: grow, and execute it again.
  const auto offset = static_cast<uint64_t>(s.fp - thread.stack_.get());
  const uint64_t more =
      std::min(thread.capacity_ * 2, store.limits().stack_bytes / sizeof(uint64_t));
  if (more <= thread.capacity_ || !thread.reserve(0, more))
    return raise(s, TrapKind::kStackExhausted);
  store.publish_limit(thread.stack_.get() + thread.capacity_);
  s.fp = thread.stack_.get() + offset;
  return true;
}

bool Machine::fail(State& s, Trap trap) {
  Activation& activation = *exec::current_activation;
  Thread& thread = *activation.thread;
  activation.in_guest = false;
  trap.backtrace = make_backtrace(thread, s);
  thread.side_frames_.resize(activation.side_base);
  thread.waiting_ = false;
  thread.trap_ = std::move(trap);
  activation.outcome = Outcome::kTrapped;
  return false;
}

bool Machine::raise(State& s, TrapKind kind, std::string message) {
  Trap trap;
  trap.kind = kind;
  trap.message = message.empty() ? std::string(to_string(kind)) : std::move(message);
  return fail(s, std::move(trap));
}

void Machine::collect_results(Thread& thread, const State& s) {
  const CallShape& shape = thread.entry_->shape;
  if (shape.single_result()) {
    thread.results_.assign(1, accumulator_bits(s, shape.type->results[0].kind));
    return;
  }
  const uint64_t* slots = thread.stack_.get() + thread.entry_frame_;
  thread.results_.assign(slots, slots + shape.result_slots);
}

bool Machine::halt(State& s) {
  Activation& activation = *exec::current_activation;
  collect_results(*activation.thread, s);
  activation.outcome = Outcome::kReturned;
  return false;
}

// Pushes the frame of a host function whose arguments lie at `base`, and invokes it.
bool Machine::enter_host(State& s, Function& function, const uint64_t* return_pc, uint64_t base,
                         HostCall& call, HostOutcome& outcome) {
  Thread& thread = *exec::current_activation->thread;
  const uint64_t slots = function.shape.locals_slot();
  const auto frame = static_cast<uint64_t>(s.fp - thread.stack_.get());
  if (!thread.reserve(base, slots)) return false;
  s.fp = thread.stack_.get() + frame;
  SideFrame* side = push_side_frame(thread, s, return_pc);
  if (side == nullptr) return false;
  side->kind = SideFrame::Kind::kHost;
  side->base = base;
  side->top = base + slots;
  call.enter(s.in, base, side->top);
  outcome = function.host->invoke(call);
  return true;
}

bool Machine::call_host(State& s, Function& function, const uint64_t* return_pc, uint64_t base) {
  Activation& activation = *exec::current_activation;
  HostCall call(*activation.thread);
  HostOutcome outcome{};
  activation.in_guest = false;
  if (!enter_host(s, function, return_pc, base, call, outcome))
    return raise(s, TrapKind::kStackExhausted);
  return settle(s, outcome, call);
}

// Resumes the continuation of the innermost side frame.
HostOutcome Machine::resume(SideFrame& side, HostCall& call) {
  call.enter(side.instance, side.base, side.top);
  call.callee_base_ = side.callee_base;
  const std::unique_ptr<HostContinuation> continuation = std::move(side.continuation);
  return continuation->resume(call);
}

// Puts the registers where the innermost host function was called, and drops its frame.
void Machine::abandon_host(State& s, Thread& thread) {
  const SideFrame& side = thread.side_frames_.back();
  s.in = side.instance;
  s.fp = thread.stack_.get() + side.frame;
  s.pc = side.return_pc;
  if (!exec::is_return_stub(s.pc)) s.pc -= exec::kCallWords;
  thread.side_frames_.pop_back();
}

// Goes on after a host function, or a continuation of one, came back: as a loop, however long host
// functions call each other.
bool Machine::settle(State& s, HostOutcome outcome, HostCall& call) {
  Activation& activation = *exec::current_activation;
  Thread& thread = *activation.thread;
  for (;;) {
    SideFrame& side = thread.side_frames_.back();
    s.fp = thread.stack_.get() + side.frame;  // the stack may have moved
    if (outcome == HostOutcome::kTrap) {
      abandon_host(s, thread);
      return fail(s, std::move(call.trap_).value_or(Trap()));
    }
    if (outcome == HostOutcome::kReturn) {
      set_accumulators(s, thread.stack_.get()[side.base]);
      s.pc = side.return_pc;
      s.in = side.instance;
      thread.side_frames_.pop_back();
      if (s.pc == exec::halt_address()) return halt(s);
      if (s.pc != exec::host_return_address()) return continue_guest(s);
      // The caller is a host function as well; its callee's results are in their slots.
      outcome = resume(thread.side_frames_.back(), call);
      continue;
    }
    side.continuation = std::move(call.continuation_);
    if (outcome == HostOutcome::kSuspend) {
      thread.waiting_ = true;
      activation.outcome = Outcome::kSuspended;
      return false;
    }
    Function& callee = *call.callee_;
    const uint64_t base = call.callee_base_;
    side.callee = &callee;
    side.callee_base = base;
    side.top = std::max(side.top, call.top_);
    if (!callee.is_host()) return start_callee(s, callee, base);
    if (!enter_host(s, callee, exec::host_return_address(), base, call, outcome)) {
      return raise(s, TrapKind::kStackExhausted);
    }
  }
}

bool Machine::start_callee(State& s, Function& callee, uint64_t base) {
  s.fp = exec::current_activation->thread->stack_.get() + base;
  return begin(s, callee, exec::host_return_address(), 0) && continue_guest(s);
}

bool Machine::continue_guest(State& s) {
  Activation& activation = *exec::current_activation;
  Thread& thread = *activation.thread;
  s.mem = s.in->memory0_base();
  thread.store_.publish_limit(thread.stack_.get() + thread.capacity_);
  activation.in_guest = true;
  return true;
}

bool Machine::return_to_host(State& s) {
  Activation& activation = *exec::current_activation;
  Thread& thread = *activation.thread;
  activation.in_guest = false;
  SideFrame& side = thread.side_frames_.back();
  const CallShape& shape = side.callee->shape;
  if (shape.single_result()) {
    thread.stack_.get()[side.callee_base] = accumulator_bits(s, shape.type->results[0].kind);
  }
  HostCall call(thread);
  const HostOutcome outcome = resume(side, call);
  return settle(s, outcome, call);
}

bool Machine::return_to_adapter(State& s) {
  CallAdapter& adapter = *exec::current_activation->thread->side_frames_.back().adapter;
  if (adapter.result == CallAdapter::kNone) {
    adapter.leave(0);
  } else {
    set_accumulators(s, adapter.leave(accumulator_bits(s, adapter.result)));
  }
  return return_to_instance(s);
}

bool Machine::resume_waiting(Thread& thread, State& s) {
  thread.waiting_ = false;
  SideFrame& side = thread.side_frames_.back();
  if (thread.store_.killed()) {
    abandon_host(s, thread);
    return raise(s, TrapKind::kInterrupted);
  }
  s.in = side.instance;
  s.fp = thread.stack_.get() + side.frame;
  s.pc = side.return_pc;
  HostCall call(thread);
  const HostOutcome outcome = resume(side, call);
  return settle(s, outcome, call);
}

bool Machine::call_nested(HostCall& call, Function& function, std::span<const uint64_t> args,
                          std::span<uint64_t> results) {
  Thread& thread = *call.thread_;
  const uint64_t base = call.top_;
  if (thread.depth_ >= kMaxNestedRuns || !thread.reserve(base, function.shape.locals_slot())) {
    call.trap(TrapKind::kStackExhausted, {});
    return false;
  }
  std::copy(args.begin(), args.end(), thread.stack_.get() + base);
  Function* const entry = std::exchange(thread.entry_, &function);
  const uint64_t entry_frame = std::exchange(thread.entry_frame_, base);
  thread.pc_ = nullptr;
  ++thread.depth_;
  Activation activation;
  activation.thread = &thread;
  activation.side_base = thread.side_frames_.size();
  Outcome outcome = execute(activation);
  // Stepping aside from a wait for other threads would be blocking, too.
  while (outcome == Outcome::kInterrupted && thread.waiter() == nullptr)
    outcome = execute(activation);
  --thread.depth_;
  thread.entry_ = entry;
  thread.entry_frame_ = entry_frame;
  thread.active_ = true;
  if (outcome == Outcome::kSuspended || outcome == Outcome::kInterrupted) {
    thread.waiting_ = false;
    thread.waiter() = nullptr;
    thread.side_frames_.resize(activation.side_base);
    call.trap("a function that may not block waited");
    return false;
  }
  if (outcome == Outcome::kTrapped) {
    call.trap_ = std::move(thread.trap_);
    return false;
  }
  std::copy_n(thread.results_.begin(), std::min(results.size(), thread.results_.size()),
              results.begin());
  return true;
}

namespace exec {

bool raise_trap(State& s, TrapKind kind) { return Machine::raise(s, kind); }
bool handle_limit(State& s) { return Machine::handle_limit(s); }

}  // namespace exec
}  // namespace tappet
