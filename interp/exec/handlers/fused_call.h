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
    return enter_ahead(s, 2, Call<kMetered>::enter, [](const State& before) {
      before.fp[field_b(before)] = read_int<uint32_t, Class::kSlot>(before, field_a(before), 0) +
                                   static_cast<uint32_t>(before.pc[2]);
    });
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
      return enter_ahead(s, 1, [&](State& at) { return Indirect::enter(at, first); }, move);
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

// The only result is a Operator b. In other respects ReturnInt.
template <class Operator, class U, bool kHeld>
struct ReturnBinary {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid = kKeepSuperinstructions && kValidReturn<kHeld> &&
                                   A != Class::kConst && valid_pair(A, B) && pins_among(A, B) == 0;
    static TAPPET_INLINE bool jump(State& s) {
      s.t = Operator::template apply<U>(read_int<U, A>(s, field_a(s), 0),
                                        read_int<U, B>(s, field_b(s), 0));
      s.fp[0] = s.t;
      leave_frame<kHeld>(s);
      return false;
    }
  };
};

// The only result is load [a + b].
template <bool kChecked, class M, bool kHeld>
struct ReturnLoad {
  template <Class A>
  struct With {
    static constexpr bool kValid =
        kKeepSuperinstructions && kValidReturn<kHeld> && (A == Class::kSlot || A == Class::kAcc);
    static TAPPET_INLINE bool accessible_to(const State& s) {
      return accessible<kChecked, M>(s, address(s));
    }
    static TAPPET_INLINE bool jump(State& s) {
      s.t = load_le<M>(s.mem + address(s));
      s.fp[0] = s.t;
      leave_frame<kHeld>(s);
      return false;
    }

   private:
    static TAPPET_INLINE uint64_t address(const State& s) {
      return uint64_t{read_int<uint32_t, A>(s, field_a(s), 0)} + field_b(s);
    }
  };
};

}  // namespace tappet::exec
