// The vector operators of core spec 4.3.3 to 4.3.6 on lanes, free of undefined behaviour, in the
// vector extensions that gcc and clang share. One struct per operator, named as in simd.def. Where
// these have no expression for what x86 does in one instruction, both are here.
//
// Where a relaxed operator leaves a choice, it is the deterministic profile's (core spec A.3.2):
// results never depend on the host.
#pragma once

#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>

#include "interp/exec/state.h"

namespace tappet::exec::simd {

template <class T>
struct LanesOf {
  typedef T Full __attribute__((vector_size(16)));  // NOLINT(modernize-use-using): gcc wants it
  typedef T Half __attribute__((vector_size(8)));   // NOLINT(modernize-use-using)
};
template <class T>
using Lanes = typename LanesOf<T>::Full;
template <class T>
using HalfLanes = typename LanesOf<T>::Half;

template <class T>
inline constexpr int kLaneCount = 16 / sizeof(T);
template <class T>
inline constexpr int kLaneBits = 8 * sizeof(T);

template <size_t kBytes>
struct BitsOfSize;
template <>
struct BitsOfSize<1> {
  using Type = uint8_t;
};
template <>
struct BitsOfSize<2> {
  using Type = uint16_t;
};
template <>
struct BitsOfSize<4> {
  using Type = uint32_t;
};
template <>
struct BitsOfSize<8> {
  using Type = uint64_t;
};
// The unsigned integer as wide as T.
template <class T>
using Bits = typename BitsOfSize<sizeof(T)>::Type;

template <class T>
TAPPET_INLINE Lanes<T> as(Vector v) {
  return (Lanes<T>)v;
}
template <class T>
TAPPET_INLINE Lanes<T> splat(T value) {
  return value - Lanes<T>{};  // not a sum: -0.0 + 0.0 is 0.0
}
// All ones in lanes where a condition holds: what vector comparisons give, as lanes of T's width.
template <class T, class Mask>
TAPPET_INLINE Lanes<Bits<T>> mask(Mask condition) {
  return (Lanes<Bits<T>>)condition;
}
// Lane by lane: `yes` where `condition` is all ones, `no` where it is zero.
template <class T, class Mask>
TAPPET_INLINE Lanes<T> choose(Mask condition, Lanes<T> yes, Lanes<T> no) {
  const auto m = mask<T>(condition);
  return (Lanes<T>)(((Lanes<Bits<T>>)yes & m) | ((Lanes<Bits<T>>)no & ~m));
}

template <class T, bool kHigh>
TAPPET_INLINE HalfLanes<T> half(Vector v) {
  const auto halves = as<uint64_t>(v);
  return (HalfLanes<T>)(typename LanesOf<uint64_t>::Half{halves[kHigh ? 1 : 0]});
}
template <class T>
TAPPET_INLINE Vector join(HalfLanes<T> low, HalfLanes<T> high) {
  return (Vector)LongVector{((HalfLanes<uint64_t>)low)[0], ((HalfLanes<uint64_t>)high)[0]};
}

// Binary operators of lanes a and b of type T. Sums, differences and products wrap in unsigned
// lanes.
#define TAPPET_LANES(Name, expression)                             \
  template <class T>                                               \
  struct Name {                                                    \
    static TAPPET_INLINE Vector apply(Vector left, Vector right) { \
      [[maybe_unused]] constexpr int kTop = kLaneBits<T> - 1;      \
      const Lanes<T> a = as<T>(left), b = as<T>(right);            \
      return (Vector)(expression);                                 \
    }                                                              \
  };
TAPPET_LANES(Add, a + b)
TAPPET_LANES(Sub, a - b)
TAPPET_LANES(Mul, a* b)
TAPPET_LANES(Div, a / b)
TAPPET_LANES(And, a& b)
TAPPET_LANES(AndNot, a & ~b)
TAPPET_LANES(Or, a | b)
TAPPET_LANES(Xor, a ^ b)
TAPPET_LANES(Eq, a == b)
TAPPET_LANES(Ne, a != b)
TAPPET_LANES(Lt, a < b)
TAPPET_LANES(Gt, a > b)
TAPPET_LANES(Le, a <= b)
TAPPET_LANES(Ge, a >= b)
TAPPET_LANES(MinInt, a < b ? a : b)
TAPPET_LANES(MaxInt, a > b ? a : b)
TAPPET_LANES(PseudoMin, b < a ? b : a)
TAPPET_LANES(PseudoMax, a < b ? b : a)
// The sum of what both have and half of what one has, rounded up, without a wider lane.
TAPPET_LANES(AverageRounded, (a | b) - ((a ^ b) >> 1))
#undef TAPPET_LANES

// Saturating sums and differences; T says whether lanes are signed.
template <class T>
struct AddSat {
  static TAPPET_INLINE Vector apply(Vector left, Vector right) {
    using U = Bits<T>;
    const Lanes<U> a = as<U>(left), b = as<U>(right), sum = a + b;
    if constexpr (std::is_unsigned_v<T>) {
      return (Vector)(sum | mask<T>(sum < a));
    } else {
      // Overflow: the operands agree on the sign, and the sum does not.
      const auto overflow = mask<T>((Lanes<T>)((a ^ sum) & (b ^ sum)) < 0);
      const Lanes<U> limit = (a >> (kLaneBits<T> - 1)) + splat<U>(std::numeric_limits<T>::max());
      return (Vector)choose<U>(overflow, limit, sum);
    }
  }
};
template <class T>
struct SubSat {
  static TAPPET_INLINE Vector apply(Vector left, Vector right) {
    using U = Bits<T>;
    const Lanes<U> a = as<U>(left), b = as<U>(right), difference = a - b;
    if constexpr (std::is_unsigned_v<T>) {
      return (Vector)(difference & mask<T>(a >= b));
    } else {
      const auto overflow = mask<T>((Lanes<T>)((a ^ b) & (a ^ difference)) < 0);
      const Lanes<U> limit = (a >> (kLaneBits<T> - 1)) + splat<U>(std::numeric_limits<T>::max());
      return (Vector)choose<U>(overflow, limit, difference);
    }
  }
};

// Unary operators of lanes a of type T; integers are unsigned.
template <class T>
struct NegInt {
  static TAPPET_INLINE Vector apply(Vector v) { return (Vector)(Lanes<T>{} - as<T>(v)); }
};
template <class T>
struct AbsInt {
  static TAPPET_INLINE Vector apply(Vector v) {
    const auto negative = mask<T>(as<std::make_signed_t<T>>(v) < 0);
    return (Vector)((as<T>(v) ^ negative) - negative);
  }
};
struct Not {
  static TAPPET_INLINE Vector apply(Vector v) { return (Vector)(~as<uint64_t>(v)); }
};
// Bits are counted in pairs, then in fours, then in eights.
struct Popcnt {
  static TAPPET_INLINE Vector apply(Vector v) {
    Lanes<uint8_t> x = as<uint8_t>(v);
    x = x - ((x >> 1) & 0x55);
    x = (x & 0x33) + ((x >> 2) & 0x33);
    return (Vector)((x + (x >> 4)) & 0x0f);
  }
};

// Shifts: a vector and a count, which is taken modulo the lane's width.
template <class T>
struct ShiftLeft {
  static TAPPET_INLINE Vector apply(Vector v, uint32_t count) {
    return (Vector)(as<T>(v) << splat<T>(static_cast<T>(count % kLaneBits<T>)));
  }
};
template <class T>
struct ShiftRight {
  static TAPPET_INLINE Vector apply(Vector v, uint32_t count) {
    return (Vector)(as<T>(v) >> splat<T>(static_cast<T>(count % kLaneBits<T>)));
  }
};

// Tests: a vector becomes an i32.
struct AnyTrue {
  static TAPPET_INLINE uint32_t apply(Vector v) {
    const auto halves = as<uint64_t>(v);
    return (halves[0] | halves[1]) != 0;
  }
};
template <class T>
struct AllTrue {
  static TAPPET_INLINE uint32_t apply(Vector v) {
    return 1 - AnyTrue::apply((Vector)(as<T>(v) == 0));
  }
};
template <class T>
TAPPET_INLINE uint32_t portable_bitmask(Vector v) {
  uint32_t result = 0;
  for (int i = 0; i < kLaneCount<T>; ++i) {
    result |= static_cast<uint32_t>(as<T>(v)[i] >> (kLaneBits<T> - 1)) << i;
  }
  return result;
}
template <class T>
struct Bitmask {
  static TAPPET_INLINE uint32_t apply(Vector v) {
#if defined(__SSE2__)
    if constexpr (sizeof(T) == 1) return __builtin_ia32_pmovmskb128(as<char>(v));
    if constexpr (sizeof(T) == 2) {
      // Saturation keeps the signs.
      return __builtin_ia32_pmovmskb128(__builtin_ia32_packsswb128(as<short>(v), Lanes<short>{}));
    }
    if constexpr (sizeof(T) == 4) return __builtin_ia32_movmskps(v);
    if constexpr (sizeof(T) == 8) return __builtin_ia32_movmskpd(as<double>(v));
#else
    return portable_bitmask<T>(v);
#endif
  }
};

// Widening: half the lanes, twice as wide. Signs follow From.
template <class From, class To, bool kHigh>
TAPPET_INLINE Lanes<To> extend(Vector v) {
  return __builtin_convertvector((half<From, kHigh>(v)), Lanes<To>);
}
template <class From, class To, bool kHigh>
struct Extend {
  static TAPPET_INLINE Vector apply(Vector v) { return (Vector)extend<From, To, kHigh>(v); }
};
template <class From, class To, bool kHigh>
struct ExtendMultiply {
  static TAPPET_INLINE Vector apply(Vector a, Vector b) {
    return (Vector)((Lanes<Bits<To>>)extend<From, To, kHigh>(a) *
                    (Lanes<Bits<To>>)extend<From, To, kHigh>(b));
  }
};
// The even lanes, or the odd ones, of `v` as lanes of twice the width.
template <class To, bool kOdd>
TAPPET_INLINE Lanes<Bits<To>> every_second(Vector v) {
  constexpr int kHalfBits = kLaneBits<To> / 2;
  const Lanes<Bits<To>> at_top = kOdd ? as<Bits<To>>(v) : as<Bits<To>>(v) << kHalfBits;
  return (Lanes<Bits<To>>)((Lanes<To>)at_top >> kHalfBits);
}
template <class To>
struct ExtendAddPairs {
  static TAPPET_INLINE Vector apply(Vector v) {
    return (Vector)(every_second<To, false>(v) + every_second<To, true>(v));
  }
};
// Products of lanes of half the width, summed in pairs. Sums that do not fit wrap: relaxed_dot's
// may, since its operands should not be that large.
template <class To>
TAPPET_INLINE Vector portable_dot(Vector a, Vector b) {
  return (Vector)(every_second<To, false>(a) * every_second<To, false>(b) +
                  every_second<To, true>(a) * every_second<To, true>(b));
}
template <class To>
struct Dot {
  static TAPPET_INLINE Vector apply(Vector a, Vector b) {
#if defined(__SSE2__)
    if constexpr (sizeof(To) == 4)
      return (Vector)__builtin_ia32_pmaddwd128(as<short>(a), as<short>(b));
#endif
    return portable_dot<To>(a, b);
  }
};
struct DotAdd {
  static TAPPET_INLINE Vector apply(Vector a, Vector b, Vector c) {
    const Vector products = Dot<int16_t>::apply(a, b);
    return (Vector)(as<uint32_t>(ExtendAddPairs<int32_t>::apply(products)) + as<uint32_t>(c));
  }
};

// Narrowing: twice the lanes, each saturated to what To holds. From is signed.
template <class From, class To>
TAPPET_INLINE HalfLanes<To> saturate(Vector v) {
  constexpr From kLeast = std::numeric_limits<To>::min();
  constexpr From kMost = std::numeric_limits<To>::max();
  Lanes<From> a = as<From>(v);
  a = a > kMost ? splat(kMost) : a;
  a = a < kLeast ? splat(kLeast) : a;
  return __builtin_convertvector(a, HalfLanes<To>);
}
template <class From, class To>
struct Narrow {
  static TAPPET_INLINE Vector apply(Vector a, Vector b) {
    return join<To>(saturate<From, To>(a), saturate<From, To>(b));
  }
};
// Products of numbers with 15 binary places, rounded; -1 times -1 saturates.
struct Q15Multiply {
  template <bool kHigh>
  static TAPPET_INLINE Vector products(Vector a, Vector b) {
    const Lanes<int32_t> product =
        extend<int16_t, int32_t, kHigh>(a) * extend<int16_t, int32_t, kHigh>(b);
    return (Vector)((product + 0x4000) >> 15);
  }
  static TAPPET_INLINE Vector apply(Vector a, Vector b) {
    return Narrow<int32_t, int16_t>::apply(products<false>(a, b), products<true>(a, b));
  }
};

struct Bitselect {
  static TAPPET_INLINE Vector apply(Vector a, Vector b, Vector c) {
    return (Vector)choose<uint64_t>(as<uint64_t>(c), as<uint64_t>(a), as<uint64_t>(b));
  }
};

// Bytes by index. Indices beyond `a` give zero; those of shuffle, below 32, go on in `b`.
struct Swizzle {
  static TAPPET_INLINE Vector apply(Vector a, Vector indices) {
    uint8_t bytes[32] = {}, from[16], result[16];
    std::memcpy(bytes, &a, sizeof a);
    const auto inside = as<uint8_t>(indices) < 16;
    const Vector low = (Vector)choose<uint8_t>(inside, as<uint8_t>(indices), splat<uint8_t>(16));
    std::memcpy(from, &low, sizeof low);
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) result[i] = bytes[from[i]];
    return load_le<Vector>(result);
  }
};
struct Shuffle {
  static TAPPET_INLINE Vector apply(Vector a, Vector b, Vector indices) {
    uint8_t bytes[32], from[16], result[16];
    std::memcpy(bytes, &a, sizeof a);
    std::memcpy(bytes + 16, &b, sizeof b);
    const Vector low = (Vector)(as<uint8_t>(indices) & 31);
    std::memcpy(from, &low, sizeof low);
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) result[i] = bytes[from[i]];
    return load_le<Vector>(result);
  }
};

// The same with the host's shuffle of bytes, where shuffles_bytes() finds that it has one. Not
// inlined, because the rest of the program must run on hosts without it.
#if defined(__x86_64__)
inline bool shuffles_bytes() {
  static const bool yes = __builtin_cpu_supports("ssse3");
  return yes;
}
// The instruction gives zero for indices with the top bit, and ignores bits 4 to 6.
struct HostSwizzle {
  [[gnu::target("ssse3"), gnu::noinline]] static Vector apply(Vector a, Vector indices) {
    const auto from = as<uint8_t>(indices);
    const auto beyond = (Lanes<uint8_t>)(from > 15);
    return (Vector)__builtin_ia32_pshufb128(as<char>(a), (Lanes<char>)(from | beyond));
  }
};
struct HostShuffle {
  [[gnu::target("ssse3"), gnu::noinline]] static Vector apply(Vector a, Vector b, Vector indices) {
    const auto from = as<uint8_t>(indices);
    const auto of_a = __builtin_ia32_pshufb128(as<char>(a), (Lanes<char>)(from + 0x70));
    const auto of_b = __builtin_ia32_pshufb128(as<char>(b), (Lanes<char>)(from - 0x10));
    return (Vector)(of_a | of_b);
  }
};
#else
inline bool shuffles_bytes() { return false; }
using HostSwizzle = Swizzle;
using HostShuffle = Shuffle;
#endif

}  // namespace tappet::exec::simd
