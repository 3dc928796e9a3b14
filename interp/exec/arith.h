// The numeric operators of core spec 4.3, as plain functions on C++ numbers, free of undefined
// behaviour. One struct per operator, named as in ops.def.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "interp/exec/state.h"

namespace tappet::exec {

template <class U>
using Signed = std::make_signed_t<U>;

// Integer binary operators that cannot trap: U apply(U, U).
#define TAPPET_OPERATOR(Name, expression)           \
  struct Name {                                     \
    template <class U>                              \
    static TAPPET_INLINE U apply(U a, U b) {        \
      constexpr unsigned kMask = sizeof(U) * 8 - 1; \
      (void)kMask;                                  \
      return static_cast<U>(expression);            \
    }                                               \
  };
TAPPET_OPERATOR(Add, a + b)
TAPPET_OPERATOR(Sub, a - b)
TAPPET_OPERATOR(Mul, a* b)
TAPPET_OPERATOR(And, a& b)
TAPPET_OPERATOR(Or, a | b)
TAPPET_OPERATOR(Xor, a ^ b)
TAPPET_OPERATOR(Shl, a << (b & kMask))
TAPPET_OPERATOR(ShrS, static_cast<Signed<U>>(a) >> (b & kMask))
TAPPET_OPERATOR(ShrU, a >> (b & kMask))
TAPPET_OPERATOR(Rotl, std::rotl(a, static_cast<int>(b& kMask)))
TAPPET_OPERATOR(Rotr, std::rotr(a, static_cast<int>(b& kMask)))
#undef TAPPET_OPERATOR
// b op a
template <class Operator>
struct Swapped {
  template <class U>
  static TAPPET_INLINE U apply(U a, U b) {
    return Operator::template apply<U>(b, a);
  }
};

// Integer comparisons: bool apply(U, U).
#define TAPPET_COMPARISON(Name, expression)           \
  struct Name {                                       \
    template <class U>                                \
    static TAPPET_INLINE bool apply(U a, U b) {       \
      using I = Signed<U>;                            \
      [[maybe_unused]] const I i = static_cast<I>(a); \
      [[maybe_unused]] const I j = static_cast<I>(b); \
      return expression;                              \
    }                                                 \
  };
TAPPET_COMPARISON(Eq, a == b)
TAPPET_COMPARISON(Ne, a != b)
TAPPET_COMPARISON(LtS, i < j)
TAPPET_COMPARISON(LtU, a < b)
TAPPET_COMPARISON(GtS, i > j)
TAPPET_COMPARISON(GtU, a > b)
TAPPET_COMPARISON(LeS, i <= j)
TAPPET_COMPARISON(LeU, a <= b)
TAPPET_COMPARISON(GeS, i >= j)
TAPPET_COMPARISON(GeU, a >= b)
#undef TAPPET_COMPARISON

// Integer division: TrapKind apply(U, U, U&).
struct DivS {
  template <class U>
  static TAPPET_INLINE TrapKind apply(U a, U b, U& out) {
    using I = Signed<U>;
    if (b == 0) [[unlikely]]
      return TrapKind::kIntegerDivideByZero;
    if (b == static_cast<U>(-1)) [[unlikely]] {
      if (a == static_cast<U>(std::numeric_limits<I>::min())) return TrapKind::kIntegerOverflow;
      out = static_cast<U>(0) - a;
      return TrapKind::kNone;
    }
    out = static_cast<U>(static_cast<I>(a) / static_cast<I>(b));
    return TrapKind::kNone;
  }
};
struct DivU {
  template <class U>
  static TAPPET_INLINE TrapKind apply(U a, U b, U& out) {
    if (b == 0) [[unlikely]]
      return TrapKind::kIntegerDivideByZero;
    out = a / b;
    return TrapKind::kNone;
  }
};
struct RemS {
  template <class U>
  static TAPPET_INLINE TrapKind apply(U a, U b, U& out) {
    using I = Signed<U>;
    if (b == 0) [[unlikely]]
      return TrapKind::kIntegerDivideByZero;
    out = b == static_cast<U>(-1) ? 0 : static_cast<U>(static_cast<I>(a) % static_cast<I>(b));
    return TrapKind::kNone;
  }
};
struct RemU {
  template <class U>
  static TAPPET_INLINE TrapKind apply(U a, U b, U& out) {
    if (b == 0) [[unlikely]]
      return TrapKind::kIntegerDivideByZero;
    out = a % b;
    return TrapKind::kNone;
  }
};

// Integer unary operators: uint64_t apply(uint64_t), on slots (an i32 is zero-extended).
template <class U, class I>
TAPPET_INLINE U sign_extend(uint64_t v) {
  return static_cast<U>(static_cast<Signed<U>>(static_cast<I>(v)));
}
#define TAPPET_UNARY(Name, expression)                                     \
  struct Name {                                                            \
    static TAPPET_INLINE uint64_t apply(uint64_t v) { return expression; } \
  };
TAPPET_UNARY(Eqz32, static_cast<uint32_t>(v) == 0)
TAPPET_UNARY(Eqz64, v == 0)
TAPPET_UNARY(Clz32, static_cast<uint64_t>(std::countl_zero(static_cast<uint32_t>(v))))
TAPPET_UNARY(Clz64, static_cast<uint64_t>(std::countl_zero(v)))
TAPPET_UNARY(Ctz32, static_cast<uint64_t>(std::countr_zero(static_cast<uint32_t>(v))))
TAPPET_UNARY(Ctz64, static_cast<uint64_t>(std::countr_zero(v)))
TAPPET_UNARY(Popcnt32, static_cast<uint64_t>(std::popcount(static_cast<uint32_t>(v))))
TAPPET_UNARY(Popcnt64, static_cast<uint64_t>(std::popcount(v)))
TAPPET_UNARY(Low32, static_cast<uint32_t>(v))
TAPPET_UNARY(Extend8To32, (sign_extend<uint32_t, int8_t>(v)))
TAPPET_UNARY(Extend16To32, (sign_extend<uint32_t, int16_t>(v)))
TAPPET_UNARY(Extend8To64, (sign_extend<uint64_t, int8_t>(v)))
TAPPET_UNARY(Extend16To64, (sign_extend<uint64_t, int16_t>(v)))
TAPPET_UNARY(Extend32To64, (sign_extend<uint64_t, int32_t>(v)))
TAPPET_UNARY(ToI31, static_cast<uint32_t>(v << 1 | 1))
#undef TAPPET_UNARY

// Floating binary operators: F apply(F, F).
struct FAdd {
  template <class F>
  static TAPPET_INLINE F apply(F a, F b) {
    return a + b;
  }
};
struct FSub {
  template <class F>
  static TAPPET_INLINE F apply(F a, F b) {
    return a - b;
  }
};
struct FMul {
  template <class F>
  static TAPPET_INLINE F apply(F a, F b) {
    return a * b;
  }
};
struct FDiv {
  template <class F>
  static TAPPET_INLINE F apply(F a, F b) {
    // Division by zero is defined by IEEE 754; UBSan's float-divide-by-zero is not enabled.
    return a / b;
  }
};
struct FMin {
  template <class F>
  static TAPPET_INLINE F apply(F a, F b) {
    if (a != a || b != b) [[unlikely]]
      return a + b;
    if (a == b) return std::signbit(a) ? a : b;
    return a < b ? a : b;
  }
};
struct FMax {
  template <class F>
  static TAPPET_INLINE F apply(F a, F b) {
    if (a != a || b != b) [[unlikely]]
      return a + b;
    if (a == b) return std::signbit(a) ? b : a;
    return a > b ? a : b;
  }
};
struct FCopysign {
  template <class F>
  static TAPPET_INLINE F apply(F a, F b) {
    return std::copysign(a, b);
  }
};

// Floating comparisons: bool apply(F, F).
#define TAPPET_FCOMPARISON(Name, op)            \
  struct Name {                                 \
    template <class F>                          \
    static TAPPET_INLINE bool apply(F a, F b) { \
      return a op b;                            \
    }                                           \
  };
TAPPET_FCOMPARISON(FEq, ==)
TAPPET_FCOMPARISON(FNe, !=)
TAPPET_FCOMPARISON(FLt, <)
TAPPET_FCOMPARISON(FGt, >)
TAPPET_FCOMPARISON(FLe, <=)
TAPPET_FCOMPARISON(FGe, >=)
#undef TAPPET_FCOMPARISON

// Floating unary operators: F apply(F). A library rounding function may hand a signalling NaN back
// as it is; adding zero makes it quiet and changes nothing else that these results can be.
template <class F>
TAPPET_INLINE F quiet(F value) {
  return value == value ? value : value + value;
}
struct FAbs {
  template <class F>
  static TAPPET_INLINE F apply(F a) {
    return std::fabs(a);
  }
};
struct FNeg {
  template <class F>
  static TAPPET_INLINE F apply(F a) {
    return -a;
  }
};
struct FCeil {
  template <class F>
  static TAPPET_INLINE F apply(F a) {
    return quiet(std::ceil(a));
  }
};
struct FFloor {
  template <class F>
  static TAPPET_INLINE F apply(F a) {
    return quiet(std::floor(a));
  }
};
struct FTrunc {
  template <class F>
  static TAPPET_INLINE F apply(F a) {
    return quiet(std::trunc(a));
  }
};
struct FNearest {
  // The rounding mode is never changed: to nearest, ties to even.
  template <class F>
  static TAPPET_INLINE F apply(F a) {
    return quiet(std::nearbyint(a));
  }
};
struct FSqrt {
  template <class F>
  static TAPPET_INLINE F apply(F a) {
    return std::sqrt(a);
  }
};

// Bounds of conversions from F to I: a value v converts if v > kBelow (or >= kMin where kBelow is
// not exact) and v < kAbove; both are exact in F.
template <class F, class I>
struct ConversionRange {
  static constexpr F kAbove =
      sizeof(I) == 4 ? (std::is_signed_v<I> ? F(2147483648.0) : F(4294967296.0))
                     : (std::is_signed_v<I> ? F(9223372036854775808.0) : F(18446744073709551616.0));
  static TAPPET_INLINE bool above_min(F v) {
    if constexpr (!std::is_signed_v<I>) {
      return v > F(-1.0);
    } else if constexpr (sizeof(I) == 4 && sizeof(F) == 8) {
      return v > F(-2147483649.0);
    } else {
      return v >= -kAbove;
    }
  }
  static TAPPET_INLINE bool contains(F v) { return above_min(v) && v < kAbove; }
};

// trunc: traps outside the range and on NaN.
template <class F, class I>
TAPPET_INLINE TrapKind truncate(F v, uint64_t& out) {
  if (!ConversionRange<F, I>::contains(v)) [[unlikely]] {
    return v != v ? TrapKind::kInvalidConversion : TrapKind::kIntegerOverflow;
  }
  out = static_cast<std::make_unsigned_t<I>>(static_cast<I>(v));
  return TrapKind::kNone;
}

// trunc_sat: saturates; NaN is 0.
template <class F, class I>
TAPPET_INLINE uint64_t truncate_saturating(F v) {
  using U = std::make_unsigned_t<I>;
  if (ConversionRange<F, I>::contains(v)) [[likely]]
    return static_cast<U>(static_cast<I>(v));
  if (v != v) return 0;
  return static_cast<U>(v < 0 ? std::numeric_limits<I>::min() : std::numeric_limits<I>::max());
}

}  // namespace tappet::exec
