// Branches, calls, returns and globals.
#pragma once

#include "interp/exec/arith.h"
#include "interp/exec/classes.h"
#include "interp/exec/handlers/floating.h"
#include "interp/exec/handlers/integer.h"
#include "interp/runtime/code.h"
#include "interp/runtime/table.h"

namespace tappet::exec {

// Branch distances are in words, from the branching instruction, in the high field.

// Loops without pins have no use for pinned operands; metered ones do with their slots.
template <Target kTarget, Class... C>
inline constexpr bool kValidBranch =
    keep_branch(kTarget) &&
    ((kTarget != Target::kLoop && !is_metered(kTarget)) || pins_among(C...) == 0);

template <Target kTo>
struct Branch {
  static constexpr bool kValid = true;
  static TAPPET_INLINE bool jump(State& s) { return go_to<kTo>(s, 2); }
};

template <class Operator, class U, Target kTo>
struct IntBranch {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid = valid_pair(A, B) && A != Class::kConst &&
                                   kValidBranch<kTo, A, B> && keep_comparison<Operator>(A, B);
    static constexpr Target kTarget = kTo;
    static constexpr int kLength = kWords<A, B>;
    static TAPPET_INLINE bool taken(const State& s) {
      return Operator::template apply<U>(read_int<U, A>(s, field_a(s), 0),
                                         read_int<U, B>(s, field_b(s), 0));
    }
  };
};

// Negation is part of the operation: !(a < b) is not (a >= b) for NaN.
template <class Operator, class F, bool kNegate, Target kTo>
struct FloatBranch {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid =
        valid_float_pair(A, B) && kValidBranch<kTo, A, B> && keep_float_branch<Operator>(A, B);
    static constexpr Target kTarget = kTo;
    static constexpr int kLength = kWords<A, B>;
    static TAPPET_INLINE bool taken(const State& s) {
      const F a = read_float<F, A>(s, field_a(s), 0);
      const F b = read_float<F, B>(s, field_b(s), kConstsBefore<A>);
      return Operator::template apply<F>(a, b) != kNegate;
    }
  };
};

// a: the index; high field: number of targets before the default. 32-bit distances follow, and, if
// metered, as many 32-bit costs from the next word on.
template <Target kTo>
struct BranchTable {
  template <Class A>
  struct With {
    static constexpr bool kValid = is_int_variable(A);
    static TAPPET_INLINE bool jump(State& s) {
      const auto index = read_int<uint32_t, A>(s, field_a(s), 0);
      const uint32_t count = field_high(s);
      const auto* distances = reinterpret_cast<const uint8_t*>(s.pc + 2);
      const size_t at = size_t{4} * (index < count ? index : count);
      s.pc += load_le<int32_t>(distances + at);
      if constexpr (is_metered(kTo)) {
        const auto* costs = distances + (size_t{count} / 2 + 1) * sizeof(uint64_t);
        return charge(s, load_le<uint32_t>(costs + at));
      }
      return kTo == Target::kLoop && limit_requested(s);
    }
  };
};

// Fills the registers of pinned locals from four slots, and from two of floating ones in a third
// word, whose high half is the distance to the loop's header. What is not used is slot 0.
struct LoadPins {
  static constexpr int kLength = 3;
  static TAPPET_INLINE void run(State& s) {
    s.head = s.pc + static_cast<int32_t>(s.pc[2] >> 32);
    for (size_t i = 0; i < kIntPins; ++i) s.p[i] = s.fp[static_cast<uint16_t>(s.pc[1] >> (16 * i))];
    for (size_t i = 0; i < kFloatPins; ++i) {
      const auto slot = static_cast<uint16_t>(s.pc[2] >> (16 * i));
      s.q[i] = load_le<double>(reinterpret_cast<const uint8_t*>(s.fp + slot));
    }
  }
};

// The second word points at a counter.
struct Count {
  static constexpr int kLength = 2;
  static TAPPET_INLINE void run(State& s) { ++*reinterpret_cast<uint64_t*>(s.pc[1]); }
};

// Locals that are read before they are written. The second word: from which slot; how many.
template <size_t kCount>
struct ZeroFew {
  static constexpr bool kValid = true;
  static constexpr int kLength = 2;
  static TAPPET_INLINE void run(State& s) {
    uint64_t* slot = s.fp + static_cast<uint32_t>(s.pc[1]);
    for (size_t i = 0; i < kCount; ++i) slot[i] = 0;
  }
};
struct ZeroMany {
  static constexpr int kLength = 2;
  static TAPPET_INLINE void run(State& s) {
    std::memset(s.fp + static_cast<uint32_t>(s.pc[1]), 0, field_high(s) * sizeof *s.fp);
  }
};

// Many label values or results at once. The second word: from, to; the third: how many slots.
struct MoveSlots {
  static constexpr bool kValid = true;
  static constexpr int kLength = 3;
  static TAPPET_INLINE void run(State& s) {
    std::memmove(s.fp + field_high(s), s.fp + static_cast<uint32_t>(s.pc[1]),
                 s.pc[2] * sizeof *s.fp);
  }
};

template <TrapKind kKind>
struct RaiseTrap {
  static constexpr bool kValid = true;
  static constexpr int kLength = 2;
  static TAPPET_INLINE TrapKind run(State&) { return kKind; }
};

template <Class A>
struct CheckNonNull {
  static constexpr bool kValid = A != Class::kConst;
  static constexpr int kLength = 2;
  static TAPPET_INLINE TrapKind run(State& s) {
    return read_int<uint64_t, A>(s, field_a(s), 0) != 0 ? TrapKind::kNone
                                                        : TrapKind::kNullReference;
  }
};

// Calls are three words: handler; caller's frame to callee's frame in slots (low half) and the
// callee's link slot (high half); and what is called. Walks of the stack rely on the second word's
// place; returns take how far it is to the caller's frame from the link, one load earlier.
inline constexpr int kCallWords = 3;

// At a function's first instruction.
template <bool kMetered>
TAPPET_INLINE Enter pay_entry(const State& s) {
  if constexpr (kMetered) {
    if (charge(s, s.pc[-2])) [[unlikely]]
      return Enter::kOutOfFuel;
  }
  return Enter::kDone;
}

// See State.
TAPPET_INLINE void hold_link(State& s, const uint64_t* after, uint64_t bytes) {
  if constexpr (kLinkRegisters) {
    s.head = after;
    s.p[0] = bytes;
  }
}

// Starts `code` in a frame `distance` slots above ours. kLimit: too little stack or a request;
// nothing has changed. `after`: where it returns to. Metered code has its cost before its header.
template <bool kMetered>
TAPPET_INLINE Enter enter_code(State& s, const uint64_t* code, uint32_t distance, uint32_t link,
                               const uint64_t* after) {
  uint64_t* const frame = s.fp + distance;
  if (frame + code[-1] > s.in->control->limit.load(std::memory_order_relaxed)) [[unlikely]]
    return Enter::kLimit;
  const uint64_t bytes = uint64_t{distance} * sizeof *frame;
  frame[link] = reinterpret_cast<uint64_t>(after);
  frame[link + 1] = bytes;
  hold_link(s, after, bytes);
  s.pc = code;
  s.fp = frame;
  return pay_entry<kMetered>(s);
}

template <bool kMetered>
struct Call {
  static constexpr bool kValid = true;
  static TAPPET_INLINE Enter enter(State& s) {
    // Patched once the callee is translated, by any thread, hence atomic.
    const uint64_t code = __atomic_load_n(s.pc + 2, __ATOMIC_ACQUIRE);
    return enter_code<kMetered>(s, reinterpret_cast<const uint64_t*>(code), field<uint32_t, 0>(s),
                                field<uint16_t, 4>(s), s.pc + kCallWords);
  }
  static bool slow(State&) { return false; }
};

// In the top half of a direct call's second word: it may be patched.
inline constexpr uint64_t kDirectCall = uint64_t{0xffff} << 48;

// A call whose words but for the handler begin `ahead` words further on. `make` makes arguments
// from the state before: only when it is entered, because what cannot enter is executed again.
TAPPET_INLINE Enter enter_ahead(State& s, int ahead, auto&& enter, auto&& make) {
  const State before = s;
  s.pc += ahead;
  const Enter entered = enter(s);
  if (entered == Enter::kDone || entered == Enter::kOutOfFuel) [[likely]] {
    make(before);
  } else {
    s.pc = before.pc;
  }
  return entered;
}

// Up to two moves, of arguments, and the call. The fields of the moves as in MoveTwo, their
// constants, then the words of a call but for its handler.
template <bool kMetered, Class... Sources>
struct CallMoving {
  static constexpr bool kValid = true;
  static TAPPET_INLINE Enter enter(State& s) {
    return enter_ahead(s, kWords<Sources...> - 1, Call<kMetered>::enter, move<Sources...>);
  }
  static bool slow(State&) { return false; }

 private:
  template <Class A>
  static TAPPET_INLINE void move(const State& s) {
    s.fp[field_b(s)] = read_int<uint64_t, A>(s, field_a(s), 0);
  }
  template <Class A, Class D>
  static TAPPET_INLINE void move(const State& s) {
    move<A>(s);
    s.fp[field_x(s)] = read_int<uint64_t, D>(s, field_d(s), kConstsBefore<A>);
  }
};

// Calls give up what the pins hold before they are entered, and may be executed again.
template <Class A>
inline constexpr bool kNoPin = A == Class::kSlot || A == Class::kAcc;

// What an indirect call finds its callee by: an index or a reference, with its slot in the third
// word. An i32 lies zero-extended: one handler serves tables of both address types.
template <Class A>
TAPPET_INLINE uint64_t indirect_operand(const State& s) {
  return read_int<uint64_t, A>(s, static_cast<uint16_t>(s.pc[2] >> 32), 0);
}

// The entry of the table that the second word names, if it is a function of this instance and of
// exactly the type in the third word's low half; else null, for the slow path to look closer.
template <Class A>
TAPPET_INLINE const Function* indirect_callee(const State& s) {
  const uint64_t index = indirect_operand<A>(s);
  const uint32_t table_offset = uint32_t{field<uint16_t, 6>(s)} << 3;
  const Table* table = *s.in->array<Table*>(table_offset);
  if (index >= table->size_) [[unlikely]]
    return nullptr;
  const Function* function = to_function(table->elements_[index]);
  if (function == nullptr || function->type.value != static_cast<uint32_t>(s.pc[2]) ||
      function->instance != s.in) [[unlikely]] {
    return nullptr;
  }
  return function;
}

// Out-of-line parts: traps, host functions, functions of other instances or of a subtype.
bool call_indirect_slow(State& s, uint64_t index);
bool call_ref_slow(State& s, uint64_t reference);
bool return_call_slow(State& s);
bool return_call_indirect_slow(State& s, uint64_t index);
bool return_call_ref_slow(State& s, uint64_t reference);
bool return_call_import(State& s);

// The third word: type (low half), index slot, table.
template <bool kMetered>
struct CallIndirect {
  template <Class A>
  struct With {
    static constexpr bool kValid = kNoPin<A>;
    static TAPPET_INLINE Enter enter(State& s, Handler& first) {
      const Function* function = indirect_callee<A>(s);
      if (function == nullptr) [[unlikely]]
        return Enter::kSlow;
      first = reinterpret_cast<Handler>(function->first_handler);
      return enter_code<kMetered>(s, function->code, field<uint32_t, 0>(s), field<uint16_t, 4>(s),
                                  s.pc + kCallWords);
    }
    static bool slow(State& s) { return call_indirect_slow(s, indirect_operand<A>(s)); }
  };
};

// The third word: the reference's slot, where that of an index is.
template <bool kMetered>
struct CallRef {
  template <Class A>
  struct With {
    static constexpr bool kValid = kNoPin<A>;
    static TAPPET_INLINE Enter enter(State& s, Handler& first) {
      const Function* function = to_function(indirect_operand<A>(s));
      if (function == nullptr || function->instance != s.in) [[unlikely]]
        return Enter::kSlow;
      first = reinterpret_cast<Handler>(function->first_handler);
      return enter_code<kMetered>(s, function->code, field<uint32_t, 0>(s), field_high(s),
                                  s.pc + kCallWords);
    }
    static bool slow(State& s) { return call_ref_slow(s, indirect_operand<A>(s)); }
  };
};

// An imported function; the third word is its index.
bool call_import(State& s);
struct CallImport {
  static constexpr bool kValid = true;
  static bool step(State& s) { return call_import(s); }
};

// Two words; high field: where the tag's values or the reference lie. throw: the low half is the
// tag.
bool throw_tag(State& s);
struct Throw {
  static bool step(State& s) { return throw_tag(s); }
};
bool throw_ref(State& s);
struct ThrowRef {
  static bool step(State& s) { return throw_ref(s); }
};

// kHeld: the link is still in registers, so that neither the caller's instructions nor its slots
// have to wait for loads.
template <bool kHeld>
TAPPET_INLINE void leave_frame(State& s, uint32_t link_slot) {
  const uint64_t* const link = s.fp + link_slot;
  auto* const frame = reinterpret_cast<uint8_t*>(s.fp);
  if constexpr (kHeld) {
    s.pc = s.head;
    s.fp = reinterpret_cast<uint64_t*>(frame - s.p[0]);
  } else {
    s.pc = reinterpret_cast<const uint64_t*>(link[0]);
    s.fp = reinterpret_cast<uint64_t*>(frame - link[1]);
  }
}
template <bool kHeld>
inline constexpr bool kValidReturn = !kHeld || kLinkRegisters;

// A single result travels in its bank's accumulator and lies at the bottom of the callee's frame,
// where it is at home in the caller's; several lie there alone. a: the result's slot; high field:
// the link slot.
template <bool kHeld>
struct Return {
  static constexpr bool kValid = kValidReturn<kHeld>;
  static TAPPET_INLINE bool jump(State& s) {
    leave_frame<kHeld>(s, field_high(s));
    return false;
  }
};
template <bool kHeld>
struct ReturnInt {
  template <Class A>
  struct With {
    static constexpr bool kValid = kValidReturn<kHeld> && is_int_class(A);
    static TAPPET_INLINE bool jump(State& s) {
      s.t = read_int<uint64_t, A>(s, field_a(s), 0);
      s.fp[0] = s.t;
      leave_frame<kHeld>(s, field_high(s));
      return false;
    }
  };
};
template <bool kHeld>
struct ReturnFloat {
  template <Class A>
  struct With {
    static constexpr bool kValid = kValidReturn<kHeld> && is_float_class(A);
    static TAPPET_INLINE bool jump(State& s) {
      if (A != Class::kAcc) s.f = from_scalar(read_float<double, A>(s, field_a(s), 0));
      write_float<Class::kSlot>(s, 0, s.f);
      leave_frame<kHeld>(s, field_high(s));
      return false;
    }
  };
};

// Globals: the high field is the byte offset, from the instance, of the cell or of a pointer to it.
template <bool kImported>
TAPPET_INLINE uint64_t* cell_of(const State& s) {
  auto* at = reinterpret_cast<uint64_t*>(reinterpret_cast<uint8_t*>(s.in) + field_high(s));
  return kImported ? reinterpret_cast<uint64_t*>(*at) : at;
}

template <bool kImported>
struct GlobalGetInt {
  template <Class D>
  struct With {
    static constexpr bool kValid = is_int_variable(D);
    static constexpr int kLength = 2;
    static TAPPET_INLINE void run(State& s) { write_int<D>(s, field_a(s), *cell_of<kImported>(s)); }
  };
};
template <bool kImported>
struct GlobalGetFloat {
  template <Class D>
  struct With {
    static constexpr bool kValid = is_float_variable(D);
    static constexpr int kLength = 2;
    static TAPPET_INLINE void run(State& s) {
      const auto* cell = reinterpret_cast<const uint8_t*>(cell_of<kImported>(s));
      write_float<D>(s, field_a(s), from_scalar(load_le<double>(cell)));
    }
  };
};
template <bool kImported>
struct GlobalSetInt {
  template <Class A>
  struct With {
    static constexpr bool kValid = is_int_class(A);
    static constexpr int kLength = kWords<A>;
    static TAPPET_INLINE void run(State& s) {
      *cell_of<kImported>(s) = read_int<uint64_t, A>(s, field_a(s), 0);
    }
  };
};
template <bool kImported>
struct GlobalSetFloat {
  template <Class A>
  struct With {
    static constexpr bool kValid = A == Class::kAcc;  // slots and constants go through GlobalSetInt
    static constexpr int kLength = kWords<A>;
    static TAPPET_INLINE void run(State& s) { *cell_of<kImported>(s) = ((LongVector)s.f)[0]; }
  };
};

}  // namespace tappet::exec
