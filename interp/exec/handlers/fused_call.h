// Calls and returns fused with what makes the value that they pass on.
#pragma once

#include "interp/exec/arith.h"
#include "interp/exec/classes.h"
#include "interp/exec/handlers/control.h"
#include "interp/exec/handlers/memory.h"

namespace tappet::exec {

// The last argument is a slot plus a constant, in 32 bits: a, d and the third word as in a sum,
// then the words of a call but for its handler.
template <bool kMetered>
struct CallAdding {
  static constexpr bool kValid = true;
  static TAPPET_INLINE Enter enter(State& s) {
    const State before = s;
    s.pc += 2;  // as if a call stood there
    const uint64_t code = __atomic_load_n(s.pc + 2, __ATOMIC_ACQUIRE);
    const Enter entered =
        enter_code<kMetered>(s, reinterpret_cast<const uint64_t*>(code), field<uint32_t, 0>(s),
                             field<uint16_t, 4>(s), s.pc + kCallWords);
    // Only now, because what cannot enter is executed again.
    if (entered != Enter::kLimit) [[likely]] {
      before.fp[field_b(before)] = read_int<uint32_t, Class::kSlot>(before, field_a(before), 0) +
                                   static_cast<uint32_t>(before.pc[2]);
    } else {
      s.pc = before.pc;
    }
    return entered;
  }
  static bool slow(State&) { return false; }
};

// An argument is moved from a slot to a slot, the fields of the second word; then the words of a
// call_indirect but for its handler.
template <bool kMetered>
struct CallIndirectMoving {
  template <Class A>
  struct With {
    using Indirect = typename CallIndirect<kMetered>::template With<A>;
    static constexpr bool kValid = kKeepSuperinstructions && Indirect::kValid && A != Class::kConst;
    static TAPPET_INLINE Enter enter(State& s, Handler& first) {
      const State before = s;
      s.pc += 1;  // as if a call_indirect stood there
      const Enter entered = Indirect::enter(s, first);
      if (entered == Enter::kDone || entered == Enter::kOutOfFuel) [[likely]] {
        move(before);
      } else {
        s.pc = before.pc;
      }
      return entered;
    }
    static bool slow(State& s) {
      move(s);
      s.pc += 1;
      return Indirect::slow(s);
    }

   private:
    static TAPPET_INLINE void move(const State& s) { s.fp[field_b(s)] = s.fp[field_a(s)]; }
  };
};

// The only result is a Operator b; high field: the link slot. In other respects ReturnInt.
template <class Operator, class U>
struct ReturnBinary {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid =
        kKeepSuperinstructions && A != Class::kConst && valid_pair(A, B) && pins_among(A, B) == 0;
    static TAPPET_INLINE bool jump(State& s) {
      s.t = Operator::template apply<U>(read_int<U, A>(s, field_a(s), 0),
                                        read_int<U, B>(s, field_b(s), 0));
      s.fp[0] = s.t;
      leave_frame(s, field_high(s));
      return false;
    }
  };
};

// The only result is load [a + b].
template <bool kChecked, class M>
struct ReturnLoad {
  template <Class A>
  struct With {
    static constexpr bool kValid =
        kKeepSuperinstructions && (A == Class::kSlot || A == Class::kAcc);
    static TAPPET_INLINE bool accessible_to(const State& s) {
      return accessible<kChecked, M>(s, address(s));
    }
    static TAPPET_INLINE bool jump(State& s) {
      s.t = load_le<M>(s.mem + address(s));
      s.fp[0] = s.t;
      leave_frame(s, field_high(s));
      return false;
    }

   private:
    static TAPPET_INLINE uint64_t address(const State& s) {
      return uint64_t{read_int<uint32_t, A>(s, field_a(s), 0)} + field_b(s);
    }
  };
};

}  // namespace tappet::exec
