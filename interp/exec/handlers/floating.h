// Floating arithmetic, comparisons, conversions, moves and selects.
#pragma once

#include <bit>

#include "interp/exec/arith.h"
#include "interp/exec/classes.h"
#include "interp/exec/profile.h"

namespace tappet::exec {

constexpr bool valid_float_pair(Class a, Class b) {
  return !(a == Class::kAcc && b == Class::kAcc) && !(a == Class::kConst && b == Class::kConst) &&
         is_float_class(a) && is_float_class(b);
}

template <class Operator, class F>
struct FloatBinary {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid =
        valid_float_pair(A, B) && is_float_variable(D) && keep_float_binary<Operator>(A, B, D);
    static constexpr int kLength = kWords<A, B>;
    static TAPPET_INLINE void run(State& s) {
      const Vector a = A == Class::kAcc ? s.f : from_scalar(read_float<F, A>(s, field_a(s), 0));
      const F b = read_float<F, B>(s, field_b(s), kConstsBefore<A>);
      write_float<D>(s, field_d(s), result_of<F>(a, Operator::template apply<F>(lane0<F>(a), b)));
    }
  };
};

template <class Operator, class F>
struct FloatCompare {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid = valid_float_pair(A, B) && D != Class::kConst && !is_pin(D) &&
                                   keep_comparison<Operator>(A, B);
    static constexpr int kLength = kWords<A, B>;
    static TAPPET_INLINE void run(State& s) {
      const F a = read_float<F, A>(s, field_a(s), 0);
      const F b = read_float<F, B>(s, field_b(s), kConstsBefore<A>);
      write_int<D>(s, field_d(s), Operator::template apply<F>(a, b) ? 1 : 0);
    }
  };
};

template <class Operator, class F>
struct FloatUnary {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid =
        is_float_variable(A) && is_float_variable(D) && keep_float_unary<Operator>(A, D);
    static constexpr int kLength = kWords<A>;
    static TAPPET_INLINE void run(State& s) {
      const Vector a = A == Class::kAcc ? s.f : from_scalar(read_float<F, A>(s, field_a(s), 0));
      write_float<D>(s, field_d(s), result_of<F>(a, Operator::template apply<F>(lane0<F>(a))));
    }
  };
};

// A is a floating operand, D an integer result.
template <class F, class I>
struct Truncate {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = is_float_variable(A) && is_int_variable(D);
    static constexpr int kLength = kWords<A>;
    static TAPPET_INLINE TrapKind run(State& s) {
      uint64_t result = 0;
      const TrapKind trap = truncate<F, I>(read_float<F, A>(s, field_a(s), 0), result);
      if (trap == TrapKind::kNone) [[likely]]
        write_int<D>(s, field_d(s), result);
      return trap;
    }
  };
};

template <class F, class I>
struct TruncateSat {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = is_float_variable(A) && is_int_variable(D) && keep_rare(A, D);
    static constexpr int kLength = kWords<A>;
    static TAPPET_INLINE void run(State& s) {
      write_int<D>(s, field_d(s), truncate_saturating<F, I>(read_float<F, A>(s, field_a(s), 0)));
    }
  };
};

// A value of another type as a floating one. The conversion instructions of x86 leave the other
// lanes of their destination, and so wait for whatever wrote that register last; here it is a fresh
// one.
template <class F, class From>
TAPPET_INLINE Vector converted(From value) {
#if defined(__x86_64__)
  Vector fresh{};
  asm("" : "+x"(fresh));
  Vector result = with_lane0<F>(fresh, static_cast<F>(value));
  asm("" : "+x"(result));
  return result;
#else
  return from_scalar(static_cast<F>(value));
#endif
}

// A is an integer operand, D a floating result.
template <class I, class F>
struct Convert {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = is_int_variable(A) && is_float_variable(D);
    static constexpr int kLength = kWords<A>;
    static TAPPET_INLINE void run(State& s) {
      const auto bits = read_int<std::make_unsigned_t<I>, A>(s, field_a(s), 0);
      write_float<D>(s, field_d(s), converted<F>(static_cast<I>(bits)));
    }
  };
};

template <class From, class To>
struct FloatCast {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = is_float_variable(A) && is_float_variable(D);
    static constexpr int kLength = kWords<A>;
    static TAPPET_INLINE void run(State& s) {
      const From a = read_float<From, A>(s, field_a(s), 0);
      write_float<D>(s, field_d(s), converted<To>(a));
    }
  };
};

template <Class A, Class D>
struct MoveFloat {
  static constexpr bool kValid =
      is_float_class(A) && is_float_variable(D) && !(A == Class::kAcc && D == Class::kAcc);
  static constexpr int kLength = kWords<A>;
  static TAPPET_INLINE void run(State& s) {
    write_float<D>(s, field_d(s),
                   A == Class::kAcc ? s.f : from_scalar(read_float<double, A>(s, field_a(s), 0)));
  }
};

// Between the banks, bits unchanged: reinterpret instructions and floating results of calls. Moves
// between slots of the two banks are plain integer moves. kNarrow keeps the low 32 bits.
template <bool kNarrow>
struct FloatToInt {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = is_float_variable(A) && is_int_variable(D);
    static constexpr int kLength = kWords<A>;
    static TAPPET_INLINE void run(State& s) {
      auto bits = std::bit_cast<uint64_t>(read_float<double, A>(s, field_a(s), 0));
      if (kNarrow) bits = static_cast<uint32_t>(bits);
      write_int<D>(s, field_d(s), bits);
    }
  };
};
template <Class A, Class D>
struct IntToFloat {
  static constexpr bool kValid = is_int_variable(A) && is_float_variable(D);
  static constexpr int kLength = kWords<A>;
  static TAPPET_INLINE void run(State& s) {
    const LongVector bits{read_int<uint64_t, A>(s, field_a(s), 0), 0};
    write_float<D>(s, field_d(s), (Vector)bits);
  }
};

// As SelectInt, on floating values; the condition is an integer.
template <Class C, Class A, Class B, Class D>
struct SelectFloat {
  static constexpr bool kValid = C != Class::kConst && D != Class::kConst &&
                                 !(A == Class::kAcc && B == Class::kAcc) && keep_rare(A, B, C, D);
  static constexpr int kLength = kWords<A, B>;
  static TAPPET_INLINE void run(State& s) {
    const auto condition = read_int<uint32_t, C>(s, field_a(s), 0);
    const Vector a = A == Class::kAcc ? s.f : from_scalar(read_float<double, A>(s, field_b(s), 0));
    const Vector b = B == Class::kAcc
                         ? s.f
                         : from_scalar(read_float<double, B>(s, field_x(s), kConstsBefore<A>));
    write_float<D>(s, field_d(s), condition != 0 ? a : b);
  }
};

}  // namespace tappet::exec
