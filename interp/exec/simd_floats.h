// The vector operators on floating lanes. NaN results are quiet; their payloads come from an
// operand.
#pragma once

#include "interp/exec/simd_lanes.h"

namespace tappet::exec::simd {

template <class F>
inline constexpr Bits<F> kSignBit = Bits<F>{1} << (kLaneBits<F> - 1);

template <class F>
TAPPET_INLINE Lanes<F> magnitude(Lanes<F> v) {
  return (Lanes<F>)((Lanes<Bits<F>>)v & ~kSignBit<F>);
}
template <class F>
TAPPET_INLINE Lanes<F> with_sign_of(Lanes<F> v, Lanes<F> sign) {
  return (Lanes<F>)((Lanes<Bits<F>>)magnitude<F>(v) | ((Lanes<Bits<F>>)sign & kSignBit<F>));
}

template <class F>
struct Abs {
  static TAPPET_INLINE Vector apply(Vector v) { return (Vector)magnitude<F>(as<F>(v)); }
};
template <class F>
struct Neg {
  static TAPPET_INLINE Vector apply(Vector v) { return (Vector)(as<Bits<F>>(v) ^ kSignBit<F>); }
};
template <class F>
struct Sqrt {
  static TAPPET_INLINE Vector apply(Vector v) {
    Lanes<F> a = as<F>(v);
    for (int i = 0; i < kLaneCount<F>; ++i) a[i] = std::sqrt(a[i]);
    return (Vector)a;
  }
};

// Zeros are told apart: bits of equal operands differ in the sign at most.
template <class F>
struct Min {
  static TAPPET_INLINE Vector apply(Vector left, Vector right) {
    const Lanes<F> a = as<F>(left), b = as<F>(right);
    const auto either = (Lanes<F>)(as<Bits<F>>(left) | as<Bits<F>>(right));
    const Lanes<F> ordered = a < b ? a : (a > b ? b : either);
    return (Vector)(((a == a) & (b == b)) ? ordered : a + b);
  }
};
template <class F>
struct Max {
  static TAPPET_INLINE Vector apply(Vector left, Vector right) {
    const Lanes<F> a = as<F>(left), b = as<F>(right);
    const auto both = (Lanes<F>)(as<Bits<F>>(left) & as<Bits<F>>(right));
    const Lanes<F> ordered = a > b ? a : (a < b ? b : both);
    return (Vector)(((a == a) & (b == b)) ? ordered : a + b);
  }
};

// From here on every F is an integer.
template <class F>
inline constexpr F kAllIntegers = sizeof(F) == 4 ? F(8388608.0) : F(4503599627370496.0);

// What rounding makes of a lane, given its magnitude rounded to the nearest integer, is the same
// scheme for all directions: lanes without a fraction stay as they are (NaN becomes quiet), and a
// zero keeps the sign.
template <class F>
TAPPET_INLINE Lanes<F> nearest(Lanes<F> a) {
  // Adding leaves no room for binary places; the rounding mode is to nearest, ties to even.
  const Lanes<F> rounded = (magnitude<F>(a) + kAllIntegers<F>)-kAllIntegers<F>;
  const auto has_fraction = magnitude<F>(a) < kAllIntegers<F>;
  return has_fraction ? with_sign_of<F>(rounded, a) : a + Lanes<F>{};
}
template <class F>
struct Nearest {
  static TAPPET_INLINE Vector apply(Vector v) { return (Vector)nearest<F>(as<F>(v)); }
};
template <class F>
struct Floor {
  static TAPPET_INLINE Vector apply(Vector v) {
    const Lanes<F> a = as<F>(v), near = nearest<F>(a);
    const Lanes<F> down = near > a ? near - F(1) : near;
    return (Vector)with_sign_of<F>(down, a);
  }
};
template <class F>
struct Ceil {
  static TAPPET_INLINE Vector apply(Vector v) {
    const Lanes<F> a = as<F>(v), near = nearest<F>(a);
    const Lanes<F> up = near < a ? near + F(1) : near;
    return (Vector)with_sign_of<F>(up, a);
  }
};
template <class F>
struct Trunc {
  static TAPPET_INLINE Vector apply(Vector v) {
    const Lanes<F> a = as<F>(v), near = nearest<F>(a);
    const auto beyond = magnitude<F>(near) > magnitude<F>(a);
    const Lanes<F> inward = beyond ? magnitude<F>(near) - F(1) : magnitude<F>(near);
    return (Vector)with_sign_of<F>(inward, a);
  }
};

// a * b + c, with two roundings.
template <class F, bool kNegate>
struct MultiplyAdd {
  static TAPPET_INLINE Vector apply(Vector left, Vector right, Vector addend) {
    const Lanes<F> a = kNegate ? as<F>(Neg<F>::apply(left)) : as<F>(left);
    return (Vector)(a * as<F>(right) + as<F>(addend));
  }
};

// Conversions between lanes of the same width. To integers: saturating, NaN is zero.
template <class I, class F>
struct Convert {
  static TAPPET_INLINE Vector apply(Vector v) {
    return (Vector) __builtin_convertvector(as<I>(v), Lanes<F>);
  }
};
template <class I>
struct TruncSat {
  static TAPPET_INLINE Vector apply(Vector v) {
    constexpr float kLeast = static_cast<float>(std::numeric_limits<I>::min());
    constexpr float kAbove = std::is_signed_v<I> ? 2147483648.0f : 4294967296.0f;
    Lanes<float> a = as<float>(v);
    const auto above = a >= kAbove;
    a = ((a >= kLeast) & (a < kAbove)) ? a : (a < kLeast ? splat(kLeast) : Lanes<float>{});
    const Lanes<I> inside = __builtin_convertvector(a, Lanes<I>);
    return (Vector)choose<I>(above, splat(std::numeric_limits<I>::max()), inside);
  }
};

// Conversions between two 64-bit lanes and the lower two 32-bit lanes; the upper two become zero.
template <class I>
struct TruncSatZero {
  static TAPPET_INLINE Vector apply(Vector v) {
    constexpr double kLeast = std::numeric_limits<I>::min();
    constexpr double kMost = std::numeric_limits<I>::max();
    Lanes<double> a = as<double>(v);
    a = a == a ? a : Lanes<double>{};
    a = a < kLeast ? splat(kLeast) : a;
    a = a > kMost ? splat(kMost) : a;
    return join<I>(__builtin_convertvector(a, HalfLanes<I>), HalfLanes<I>{});
  }
};
struct DemoteZero {
  static TAPPET_INLINE Vector apply(Vector v) {
    return join<float>(__builtin_convertvector(as<double>(v), HalfLanes<float>),
                       HalfLanes<float>{});
  }
};

}  // namespace tappet::exec::simd
