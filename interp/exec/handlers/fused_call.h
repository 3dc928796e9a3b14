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

// An argument is loaded: d = load [a + the third word]; another, if kMoves, is moved, from b to x.
// Then the words of a call but for its handler.
template <bool kChecked, bool kMetered, bool kMoves>
struct CallLoading {
  static constexpr bool kValid = kKeepSuperinstructions;
  static TAPPET_INLINE Enter enter(State& s) {
    const uint64_t from = address(s);
    if (!accessible<kChecked, uint32_t>(s, from)) [[unlikely]]
      return Enter::kSlow;
    // Before the frame changes: a fault finds the registers as they were.
    const uint64_t loaded = load_le<uint32_t>(s.mem + from);
    return enter_ahead(s, 2, Call<kMetered>::enter, [loaded](const State& before) {
      before.fp[field_d(before)] = loaded;
      if constexpr (kMoves) before.fp[field_x(before)] = before.fp[field_b(before)];
    });
  }
  static bool slow(State& s) { return raise_trap(s, TrapKind::kMemoryOutOfBounds); }

 private:
  static TAPPET_INLINE uint64_t address(const State& s) {
    return uint64_t{read_int<uint32_t, Class::kSlot>(s, field_a(s), 0)} + s.pc[2];
  }
};

// store [a + the third word] = b, and the only result is in slot d; x: the link slot.
template <bool kChecked, bool kHeld>
struct StoreReturn {
  template <Class B>
  struct With {
    static constexpr bool kValid =
        kKeepSuperinstructions && kValidReturn<kHeld> && (B == Class::kSlot || B == Class::kAcc);
    static TAPPET_INLINE bool accessible_to(const State& s) {
      return accessible<kChecked, uint32_t>(s, address(s));
    }
    static TAPPET_INLINE bool jump(State& s) {
      store_le(s.mem + address(s), read_int<uint32_t, B>(s, field_b(s), 0));
      s.t = s.fp[field_d(s)];
      s.fp[0] = s.t;
      leave_frame<kHeld>(s, field_x(s));
      return false;
    }

   private:
    static TAPPET_INLINE uint64_t address(const State& s) {
      return uint64_t{read_int<uint32_t, Class::kSlot>(s, field_a(s), 0)} + s.pc[2];
    }
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
      leave_frame<kHeld>(s, field_high(s));
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
      leave_frame<kHeld>(s, field_high(s));
      return false;
    }

   private:
    static TAPPET_INLINE uint64_t address(const State& s) {
      return uint64_t{read_int<uint32_t, A>(s, field_a(s), 0)} + field_b(s);
    }
  };
};

}  // namespace tappet::exec
