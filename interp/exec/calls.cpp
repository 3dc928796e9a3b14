// The out-of-line ends of calls: what cannot be entered by a handler alone, because it traps, is
// not translated yet, or leaves the instance.
#include <fmt/format.h>

#include "interp/exec/dispatch.h"
#include "interp/exec/handlers/tail_call.h"
#include "interp/exec/machine.h"

namespace tappet {

using exec::State;

namespace {

// Side frames cost more than the slots that their callees take; this keeps them within the stack's
// budget.
constexpr uint64_t kBytesPerSideFrame = 128;
static_assert(sizeof(SideFrame) <= kBytesPerSideFrame);

}  // namespace

HostOutcome HostCall::call(Function& callee, std::span<const uint64_t> args,
                           std::unique_ptr<HostContinuation> continuation) {
  const uint64_t slots = callee.shape.locals_slot();
  if (!thread_->reserve(top_, slots)) return trap(TrapKind::kStackExhausted, {});
  continuation_ = std::move(continuation);
  callee_ = &callee;
  callee_base_ = top_;
  top_ += slots;
  // The collector sees the arguments from now on.
  SideFrame& side = thread_->side_frames_.back();
  side.top = std::max(side.top, top_);
  std::copy(args.begin(), args.end(), thread_->stack_.get() + callee_base_);
  return HostOutcome::kCall;
}

bool Machine::call(State& s, Function& function, uint32_t delta) {
  const uint64_t* return_pc = s.pc + exec::kCallWords;
  if (function.is_host()) {
    CallAdapter* const adapter = function.host->adapter;
    if (adapter != nullptr && adapter->enter(s.fp + delta))
      return call_adapted(s, *adapter, return_pc, delta);
    const uint64_t* const stack = exec::current_activation->thread->stack_.get();
    return call_host(s, function, return_pc, static_cast<uint64_t>(s.fp - stack) + delta);
  }
  Thread& thread = *exec::current_activation->thread;
  if (function.instance == s.in) {
    s.fp += delta;
    return begin(s, function, return_pc, delta);
  }
  SideFrame* side = push_side_frame(thread, s, return_pc);
  if (side == nullptr) return exec::raise_trap(s, TrapKind::kStackExhausted);
  s.fp += delta;
  return begin(s, function, exec::instance_return_address(), 0);
}

bool Machine::return_to_instance(State& s) {
  Thread& thread = *exec::current_activation->thread;
  const SideFrame& side = thread.side_frames_.back();
  s.pc = side.return_pc;
  s.fp = thread.stack_.get() + side.frame;
  s.in = side.instance;
  s.mem = s.in->memory0_base();
  // Results beyond the accumulators already lie where the caller expects them.
  thread.side_frames_.pop_back();
  return true;
}

// The callee's frame begins where the caller has put the arguments.
bool Machine::call_adapted(State& s, CallAdapter& adapter, const uint64_t* return_pc,
                           uint32_t delta) {
  Thread& thread = *exec::current_activation->thread;
  SideFrame* const side = push_side_frame(thread, s, return_pc);
  if (side == nullptr) return exec::raise_trap(s, TrapKind::kStackExhausted);
  side->kind = SideFrame::Kind::kAdapter;
  side->adapter = &adapter;
  s.fp += delta;
  return begin(s, adapter.callee, exec::adapter_return_address(), 0);
}

SideFrame* Machine::push_side_frame(Thread& thread, const State& s, const uint64_t* return_pc) {
  if (thread.side_frames_.size() >= thread.store_.limits().stack_bytes / kBytesPerSideFrame)
    return nullptr;
  // A thread that begins with a large stack begins with several.
  if (thread.side_frames_.empty()) {
    thread.side_frames_.reserve(thread.first_slots_ / Thread::kFirstSlots);
  }
  SideFrame& side = thread.side_frames_.emplace_back();
  side.instance = s.in;
  side.return_pc = return_pc;
  side.frame = static_cast<uint64_t>(s.fp - thread.stack_.get());
  return &side;
}

// The callee replaces the frame at s.fp, and returns where that one would have.
bool Machine::tail_call(State& s, Function& function) {
  if (exec::limit_requested(s)) return handle_limit(s);  // without stack growth nothing else asks
  Thread& thread = *exec::current_activation->thread;
  const auto frame = static_cast<uint64_t>(s.fp - thread.stack_.get());
  if (!thread.reserve(frame, function.shape.locals_slot()))
    return exec::raise_trap(s, TrapKind::kStackExhausted);
  s.fp = thread.stack_.get() + frame;
  const auto args = static_cast<uint32_t>(s.pc[1]);
  const uint64_t own = s.pc[3];
  const auto* to = reinterpret_cast<const uint64_t*>(s.fp[static_cast<uint32_t>(own)]);
  const uint32_t distance = static_cast<uint32_t>(to[-2]);
  const bool leaves_instance = !function.is_host() && function.instance != s.in;
  if (leaves_instance && !exec::is_return_stub(to)) {
    s.fp -= distance;
    SideFrame* side = push_side_frame(thread, s, to);
    s.fp += distance;
    if (side == nullptr) return exec::raise_trap(s, TrapKind::kStackExhausted);
    to = exec::instance_return_address();
  }
  std::copy_n(s.fp + args, own >> 32, s.fp);
  if (function.is_host()) {
    // From here on it is the caller's call.
    s.fp -= distance;
    s.pc = exec::is_return_stub(to) ? to : to - exec::kCallWords;
    return call_host(s, function, to, frame);
  }
  return begin(s, function, to, static_cast<uint32_t>(to[-2]));
}

namespace exec {
namespace {

// The function that call_indirect and return_call_indirect name; null after raising a trap.
Function* find_indirect(State& s, uint64_t index) {
  const uint32_t table_offset = static_cast<uint32_t>(s.pc[1] >> 48) << 3;
  Table& table = **s.in->array<Table*>(table_offset);
  if (index >= table.size()) {
    raise_trap(s, TrapKind::kUndefinedElement);
    return nullptr;
  }
  Function* function = to_function(table.elements()[index]);
  if (function == nullptr) {
    Machine::raise(s, TrapKind::kUninitializedElement,
                   fmt::format("uninitialized element {}", index));
    return nullptr;
  }
  const TypeId expected(static_cast<uint32_t>(s.pc[2]));
  if (s.in->store->registry().matches(function->type, expected)) return function;
  raise_trap(s, TrapKind::kIndirectCallTypeMismatch);
  return nullptr;
}

uint32_t frame_distance(const State& s) { return static_cast<uint32_t>(s.pc[1]); }

}  // namespace

bool call_import(State& s) {
  Function& function = *s.in->imported_function(static_cast<uint32_t>(s.pc[2]));
  return Machine::call(s, function, frame_distance(s));
}

bool call_indirect_slow(State& s, uint64_t index) {
  Function* function = find_indirect(s, index);
  return function != nullptr && Machine::call(s, *function, frame_distance(s));
}

bool call_ref_slow(State& s, uint64_t reference) {
  Function* function = to_function(reference);
  if (function == nullptr) return raise_trap(s, TrapKind::kNullFunctionReference);
  return Machine::call(s, *function, frame_distance(s));
}

// Translates the callee and makes the instruction name its code; it is then executed again. Another
// thread may have done so since the handler looked.
bool return_call_slow(State& s) {
  const auto* stub = reinterpret_cast<const uint64_t*>(__atomic_load_n(s.pc + 2, __ATOMIC_ACQUIRE));
  if (stub[-1] != 0) return true;
  const auto index = static_cast<uint32_t>(stub[1]);
  const uint64_t* entry = s.in->code->translated_entry(index);
  s.in->function(index).set_code(entry);
  __atomic_store_n(const_cast<uint64_t*>(s.pc + 2), reinterpret_cast<uint64_t>(entry),
                   __ATOMIC_RELEASE);
  return true;
}

bool return_call_indirect_slow(State& s, uint64_t index) {
  Function* function = find_indirect(s, index);
  return function != nullptr && Machine::tail_call(s, *function);
}

bool return_call_ref_slow(State& s, uint64_t reference) {
  Function* function = to_function(reference);
  if (function == nullptr) return raise_trap(s, TrapKind::kNullFunctionReference);
  return Machine::tail_call(s, *function);
}

bool return_call_import(State& s) {
  return Machine::tail_call(s, *s.in->imported_function(static_cast<uint32_t>(s.pc[2])));
}

}  // namespace exec
}  // namespace tappet
