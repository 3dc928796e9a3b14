// Arithmetic with 128 bits in two i64s (wide-arithmetic proposal): two results, the low half into a
// slot, the high half as other integers go.
//
// The third word: the low result's slot, and a slot for the handler's last operand.
#pragma once

#include "interp/exec/handlers/integer.h"

namespace tappet::exec {

// Words before constants.
inline constexpr int kWideWords = 3;

TAPPET_INLINE uint32_t wide_low_slot(const State& s) { return static_cast<uint32_t>(s.pc[2]); }
TAPPET_INLINE uint32_t wide_last_slot(const State& s) {
  return static_cast<uint32_t>(s.pc[2] >> 32);
}

struct Wide {
  uint64_t low;
  uint64_t high;
};

struct Add128 {
  static TAPPET_INLINE Wide apply(Wide a, Wide b) {
    Wide sum{};
    const bool carry = __builtin_add_overflow(a.low, b.low, &sum.low);
    sum.high = a.high + b.high + carry;
    return sum;
  }
};
struct Sub128 {
  static TAPPET_INLINE Wide apply(Wide a, Wide b) {
    Wide difference{};
    const bool borrow = __builtin_sub_overflow(a.low, b.low, &difference.low);
    difference.high = a.high - b.high - borrow;
    return difference;
  }
};

// For hosts without an integer of 128 bits: products of halves. None of the sums overflows, since
// (2^32 - 1)^2 + 2 * (2^32 - 1) is 2^64 - 1.
constexpr Wide multiply_halves(uint64_t a, uint64_t b) {
  constexpr uint64_t kHalf = 0xffff'ffff;
  const uint64_t low = (a & kHalf) * (b & kHalf);
  const uint64_t first = (a >> 32) * (b & kHalf) + (low >> 32);
  const uint64_t second = (a & kHalf) * (b >> 32) + (first & kHalf);
  return {second << 32 | (low & kHalf), (a >> 32) * (b >> 32) + (first >> 32) + (second >> 32)};
}

// A negative factor is its unsigned reading less 2^64.
constexpr Wide multiply_signed_halves(uint64_t a, uint64_t b) {
  Wide product = multiply_halves(a, b);
  product.high -= (a >> 63 != 0 ? b : 0) + (b >> 63 != 0 ? a : 0);
  return product;
}

struct MulWideU {
  static TAPPET_INLINE Wide apply(uint64_t a, uint64_t b) {
#if defined(__SIZEOF_INT128__)
    __extension__ using Unsigned = unsigned __int128;
    const Unsigned product = Unsigned{a} * b;
    return {static_cast<uint64_t>(product), static_cast<uint64_t>(product >> 64)};
#else
    return multiply_halves(a, b);
#endif
  }
};
struct MulWideS {
  static TAPPET_INLINE Wide apply(uint64_t a, uint64_t b) {
#if defined(__SIZEOF_INT128__)
    __extension__ using Signed = __int128;
    const Signed product = Signed{static_cast<int64_t>(a)} * static_cast<int64_t>(b);
    return {static_cast<uint64_t>(product), static_cast<uint64_t>(product >> 64)};
#else
    return multiply_signed_halves(a, b);
#endif
  }
};

template <class Operator>
struct WideSum {
  // a, b: low halves; x and the last: high halves, often constants; d: the high result
  template <Class X, Class Y, Class D>
  struct With {
    static constexpr bool kValid = X != Class::kAcc && Y != Class::kAcc && D != Class::kConst;
    static constexpr int kLength = kWideWords + kConstsBefore<X, Y>;
    static TAPPET_INLINE void run(State& s) {
      const Wide a{s.fp[field_a(s)], read_int<uint64_t, X>(s, field_x(s), 1)};
      const Wide b{s.fp[field_b(s)],
                   read_int<uint64_t, Y>(s, wide_last_slot(s), 1 + kConstsBefore<X>)};
      const Wide result = Operator::apply(a, b);
      s.fp[wide_low_slot(s)] = result.low;
      write_int<D>(s, field_d(s), result.high);
    }
  };
};

template <class Operator>
struct WideProduct {
  // a, b; d: the high result
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid = valid_pair(A, B) && A != Class::kConst && D != Class::kConst;
    static constexpr int kLength = kWideWords + kConstsBefore<B>;
    static TAPPET_INLINE void run(State& s) {
      const Wide result = Operator::apply(read_int<uint64_t, A>(s, field_a(s), 1),
                                          read_int<uint64_t, B>(s, field_b(s), 1));
      s.fp[wide_low_slot(s)] = result.low;
      write_int<D>(s, field_d(s), result.high);
    }
  };
};

}  // namespace tappet::exec
