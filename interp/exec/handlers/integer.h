// Integer arithmetic, comparisons, moves and selects.
#pragma once

#include "interp/exec/arith.h"
#include "interp/exec/classes.h"
#include "interp/exec/profile.h"

namespace tappet::exec {

// Both operands in the one accumulator cannot happen, both constant is folded before. The same
// local twice is rare: one of the two is read from its slot.
constexpr bool valid_pair(Class a, Class b) {
  return !(is_pin(a) && a == b) && !(a == Class::kAcc && b == Class::kAcc) &&
         !(a == Class::kConst && b == Class::kConst) && is_int_class(a) && is_int_class(b);
}

template <class Operator, class U, bool kCommutes>
struct IntBinary {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid =
        valid_pair(A, B) && is_int_variable(D) && (!kCommutes || in_order(A, B));
    static constexpr int kLength = kWords<A, B>;
    static TAPPET_INLINE void run(State& s) {
      const U a = read_int<U, A>(s, field_a(s), 0);
      const U b = read_int<U, B>(s, field_b(s), kConstsBefore<A>);
      write_int<D>(s, field_d(s), Operator::template apply<U>(a, b));
    }
  };
};

template <class Operator, class U>
struct IntDivision {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid =
        valid_pair(A, B) && is_int_variable(D) && !is_pin(D) && keep_division(A, B);
    static constexpr int kLength = kWords<A, B>;
    static TAPPET_INLINE TrapKind run(State& s) {
      const U a = read_int<U, A>(s, field_a(s), 0);
      const U b = read_int<U, B>(s, field_b(s), kConstsBefore<A>);
      U result = 0;
      const TrapKind trap = Operator::template apply<U>(a, b, result);
      if (trap == TrapKind::kNone) [[likely]]
        write_int<D>(s, field_d(s), result);
      return trap;
    }
  };
};

template <class Operator, class U>
struct IntCompare {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid = valid_pair(A, B) && A != Class::kConst && is_int_variable(D) &&
                                   !is_pin(D) && pins_among(A, B) <= 1 &&
                                   keep_comparison<Operator>(A, B);
    static constexpr int kLength = kWords<A, B>;
    static TAPPET_INLINE void run(State& s) {
      const U a = read_int<U, A>(s, field_a(s), 0);
      const U b = read_int<U, B>(s, field_b(s), 0);
      write_int<D>(s, field_d(s), Operator::template apply<U>(a, b) ? 1 : 0);
    }
  };
};

template <class Operator>
struct IntUnary {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = is_int_variable(A) && is_int_variable(D);
    static constexpr int kLength = kWords<A>;
    static TAPPET_INLINE void run(State& s) {
      write_int<D>(s, field_d(s), Operator::apply(read_int<uint64_t, A>(s, field_a(s), 0)));
    }
  };
};

template <Class A, Class D>
struct MoveInt {
  static constexpr bool kValid =
      is_int_class(A) && is_int_variable(D) && !(A == Class::kAcc && D == Class::kAcc);
  static constexpr int kLength = kWords<A>;
  static TAPPET_INLINE void run(State& s) {
    write_int<D>(s, field_d(s), read_int<uint64_t, A>(s, field_a(s), 0));
  }
};

// Two moves to slots, in order: a to b, then d to x.
template <Class A, Class D>
struct MoveTwo {
  static constexpr int kLength = kWords<A, D>;
  static TAPPET_INLINE void run(State& s) {
    s.fp[field_b(s)] = read_int<uint64_t, A>(s, field_a(s), 0);
    s.fp[field_x(s)] = read_int<uint64_t, D>(s, field_d(s), kConstsBefore<A>);
  }
};

// Frames of more than 65,536 slots: operands are fetched to and results stored from a slot that the
// 16-bit fields reach. a: the near slot; high field: the far one.
template <bool kFetch>
struct MoveFar {
  static constexpr int kLength = 2;
  static TAPPET_INLINE void run(State& s) {
    uint64_t& near = s.fp[field_a(s)];
    uint64_t& far = s.fp[field_high(s)];
    (kFetch ? near : far) = kFetch ? far : near;
  }
};

// a: the condition, b: the value if it is not zero, x: the other, d: the result.
template <Class C, Class A, Class B, Class D>
struct SelectInt {
  static constexpr bool kValid = C != Class::kConst && D != Class::kConst &&
                                 (C == Class::kAcc) + (A == Class::kAcc) + (B == Class::kAcc) <= 1;
  static constexpr int kLength = kWords<A, B>;
  static TAPPET_INLINE void run(State& s) {
    const auto condition = read_int<uint32_t, C>(s, field_a(s), 0);
    const auto a = read_int<uint64_t, A>(s, field_b(s), 0);
    const auto b = read_int<uint64_t, B>(s, field_x(s), kConstsBefore<A>);
    write_int<D>(s, field_d(s), condition != 0 ? a : b);
  }
};

}  // namespace tappet::exec
