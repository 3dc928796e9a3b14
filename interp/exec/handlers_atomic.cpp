// Atomic instructions: which handler each has, and those that block or wake others.
#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/atomic.h"
#include "interp/runtime/shared_memory.h"
#include "interp/runtime/thread.h"

namespace tappet::exec {
namespace {

// How long a guest that waits can fail to notice that it is to stop or to step aside: whoever asks
// for that may be a signal handler, which cannot wake it.
constexpr std::chrono::milliseconds kAttention(5);

enum WaitResult : uint64_t { kOk = 0, kNotEqual = 1, kTimedOut = 2 };

bool finish(State& s, uint64_t result) {
  atomic_operands(s)[0] = result;
  s.pc += kAtomicWords;
  return true;
}

}  // namespace

bool AtomicNotify::step(State& s) {
  const Memory& memory = atomic_memory(s);
  uint64_t address = 0;
  const TrapKind trap = atomic_address(s, memory, sizeof(uint32_t), address);
  if (trap != TrapKind::kNone) return raise_trap(s, trap);
  // In a memory of one thread nobody can be waiting.
  if (memory.shared() == nullptr) return finish(s, 0);
  const auto count = static_cast<uint32_t>(atomic_operands(s)[1]);
  return finish(s, memory.shared()->notify(address, count));
}

// A preempted thread leaves with its Waiter still in the queue and executes the instruction again
// later: it then goes on with that one.
template <class T>
bool AtomicWait<T>::step(State& s) {
  std::unique_ptr<Waiter>& waiter = s.in->control->thread->waiter();
  if (waiter == nullptr) {
    const Memory& memory = atomic_memory(s);
    uint64_t address = 0;
    TrapKind trap = atomic_address(s, memory, sizeof(T), address);
    if (trap == TrapKind::kNone && memory.shared() == nullptr)
      trap = TrapKind::kExpectedSharedMemory;
    if (trap != TrapKind::kNone) return raise_trap(s, trap);
    const uint64_t* operands = atomic_operands(s);
    waiter = Waiter::join(memory.shared(), address, static_cast<T>(operands[1]),
                          static_cast<int64_t>(operands[2]));
    if (waiter == nullptr) return finish(s, kNotEqual);
  }
  for (;;) {
    const Waiter::State state = waiter->wait(kAttention);
    if (state == Waiter::State::kWaiting) {
      if (limit_requested(s)) return handle_limit(s);
      continue;
    }
    waiter = nullptr;
    return finish(s, state == Waiter::State::kNotified ? kOk : kTimedOut);
  }
}

Handler atomic_handler(Opcode opcode) {
  switch (opcode) {
#define ATOMIC(name, operation, type) \
  case Opcode::k##name:               \
    return &execute<Atomic<operation, type>>;
#include "interp/exec/atomic.def"
    case Opcode::kAtomicFence:
      return &execute<AtomicFence>;
    case Opcode::kMemoryAtomicNotify:
      return &execute<AtomicNotify>;
    case Opcode::kMemoryAtomicWait32:
      return &execute<AtomicWait<uint32_t>>;
    case Opcode::kMemoryAtomicWait64:
      return &execute<AtomicWait<uint64_t>>;
    default:
      return nullptr;
  }
}

}  // namespace tappet::exec
