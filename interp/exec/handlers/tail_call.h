// Tail calls: the callee's frame replaces ours, whose return address it inherits.
//
// Four words: handler; where the arguments lie in our frame (low half) and the callee's link slot
// (high half, or its low 16 bits and the table as in call_indirect); what is called, as in the call
// of the same kind; our link slot (low half) and how many slots the arguments take (high half).
#pragma once

#include "interp/exec/handlers/control.h"

namespace tappet::exec {

template <bool kMetered>
TAPPET_INLINE Enter enter_tail(State& s, const uint64_t* code, uint32_t args, uint32_t link) {
  uint64_t* const frame = s.fp;
  if (frame + code[-1] > s.in->control->limit.load(std::memory_order_relaxed)) [[unlikely]]
    return Enter::kLimit;
  const uint64_t own = s.pc[3];
  const uint64_t return_address = frame[static_cast<uint32_t>(own)];
  const uint64_t distance = frame[static_cast<uint32_t>(own) + 1];
  // Downwards, hence in order: what is overwritten has been read. The barrier keeps compilers from
  // calling memmove for a handful of slots.
  const uint64_t* from = frame + args;
  for (uint64_t *to = frame, *end = frame + (own >> 32); to < end; ++to) {
    *to = *from++;
    asm volatile("" : : : "memory");
  }
  frame[link] = return_address;
  frame[link + 1] = distance;
  hold_link(s, reinterpret_cast<const uint64_t*>(return_address), distance);
  s.pc = code;
  return pay_entry<kMetered>(s);
}

template <bool kMetered>
struct ReturnCall {
  static constexpr bool kValid = true;
  static TAPPET_INLINE Enter enter(State& s) {
    const uint64_t shape = s.pc[1];
    const auto* code =
        reinterpret_cast<const uint64_t*>(__atomic_load_n(s.pc + 2, __ATOMIC_ACQUIRE));
    // A stub cannot know from the return address who called it: translated here instead.
    if (code[-1] == 0) [[unlikely]]
      return Enter::kSlow;
    return enter_tail<kMetered>(s, code, static_cast<uint32_t>(shape),
                                static_cast<uint32_t>(shape >> 32));
  }
  static bool slow(State& s) { return return_call_slow(s); }
};

template <bool kMetered>
struct ReturnCallIndirect {
  template <Class A>
  struct With {
    static constexpr bool kValid = A != Class::kConst;
    static TAPPET_INLINE Enter enter(State& s, Handler& first) {
      const Function* function = indirect_callee<A>(s);
      if (function == nullptr) [[unlikely]]
        return Enter::kSlow;
      first = reinterpret_cast<Handler>(function->first_handler);
      const uint64_t shape = s.pc[1];
      return enter_tail<kMetered>(s, function->code, static_cast<uint32_t>(shape),
                                  static_cast<uint16_t>(shape >> 32));
    }
    static bool slow(State& s) { return return_call_indirect_slow(s, indirect_operand<A>(s)); }
  };
};

template <bool kMetered>
struct ReturnCallRef {
  template <Class A>
  struct With {
    static constexpr bool kValid = A != Class::kConst;
    static TAPPET_INLINE Enter enter(State& s, Handler& first) {
      const Function* function = to_function(indirect_operand<A>(s));
      if (function == nullptr || function->instance != s.in) [[unlikely]]
        return Enter::kSlow;
      first = reinterpret_cast<Handler>(function->first_handler);
      const uint64_t shape = s.pc[1];
      return enter_tail<kMetered>(s, function->code, static_cast<uint32_t>(shape),
                                  static_cast<uint32_t>(shape >> 32));
    }
    static bool slow(State& s) { return return_call_ref_slow(s, indirect_operand<A>(s)); }
  };
};

// An imported function; the third word is its index.
struct ReturnCallImport {
  static constexpr bool kValid = true;
  static bool step(State& s) { return return_call_import(s); }
};

}  // namespace tappet::exec
