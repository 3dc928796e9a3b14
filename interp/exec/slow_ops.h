// Out-of-line instructions: memory.*, table.*, *.drop, ref.func, and those of garbage-collected
// objects that allocate or loop (slow_ops.def).
#pragma once

#include "interp/exec/state.h"
#include "interp/runtime/store.h"

namespace tappet::exec {

struct SlowOperands {
  uint64_t* slots;  // operands in order; the result goes to slots[0]
  uint32_t first;   // immediates, as in immediates.def
  uint32_t second;
};

// Each may trap; kNone goes on with the next instruction. Long copies leave through `interrupted`.
#define SLOW(name) TrapKind slow_##name(State& s, SlowOperands operands, bool& interrupted);
#include "interp/exec/slow_ops.def"
#undef SLOW

using SlowFunction = TrapKind (*)(State&, SlowOperands, bool&);

inline constexpr int kSlowWords = 3;

// The immediates of slow RefTest and RefCast: `first` is the heap type's kind and, with this added,
// nullable; `second` is the id of a defined type.
inline constexpr uint32_t kNullableType = 0x100;

// What a bulk operation that writes so much costs, where fuel counts.
inline bool pay_for(State& s, uint64_t bytes) {
  return !s.in->code->metered() || s.in->store->spend_fuel((bytes + 7) / 8);
}

template <SlowFunction kFunction>
struct Slow {
  static bool step(State& s) {
    bool interrupted = false;
    const SlowOperands operands{s.fp + static_cast<uint32_t>(s.pc[2]),
                                static_cast<uint32_t>(s.pc[1]), field_high(s)};
    const TrapKind trap = kFunction(s, operands, interrupted);
    if (trap != TrapKind::kNone) return raise_trap(s, trap);
    if (interrupted) return handle_limit(s);  // the same instruction goes on with what is left
    s.pc += kSlowWords;
    s.mem = s.in->memory0_base();
    return true;
  }
};

}  // namespace tappet::exec
