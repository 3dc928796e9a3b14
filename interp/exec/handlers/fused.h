// Superinstructions (fused.def), and branches fused with what computes their operand.
#pragma once

#include "interp/exec/arith.h"
#include "interp/exec/classes.h"
#include "interp/exec/handlers/control.h"
#include "interp/exec/handlers/memory.h"

namespace tappet::exec {

// a: shifted operand; b: other operand; d: result; x: shift count.
template <class U, class First, class Second>
struct ShiftPair {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = is_int_variable(A) && is_int_variable(D);
    static constexpr int kLength = 2;
    static TAPPET_INLINE void run(State& s) {
      const U shifted =
          First::template apply<U>(read_int<U, A>(s, field_a(s), 0), static_cast<U>(field_x(s)));
      const U other = read_int<U, Class::kSlot>(s, field_b(s), 0);
      write_int<D>(s, field_d(s), Second::template apply<U>(other, shifted));
    }
  };
};

// a: address slot or accumulator; b: other operand; d: result; x: offset. With a constant class in
// second place the address is the 32-bit sum of a and the constant, plus the offset.
template <Class K>
inline constexpr bool kNoneOrConst = K == Class::kSlot || K == Class::kConst;

template <Class A, Class K>
TAPPET_INLINE uint64_t pair_address(const State& s) {
  uint32_t base = read_int<uint32_t, A>(s, field_a(s), 0);
  if constexpr (K == Class::kConst) base += static_cast<uint32_t>(s.pc[2]);
  return uint64_t{base} + field_x(s);
}

template <bool kChecked, class M, class U, class Operator>
struct LoadPair {
  template <Class A, Class K, Class D>
  struct With {
    static constexpr bool kValid = is_int_variable(A) && kNoneOrConst<K> && is_int_variable(D);
    static constexpr int kLength = kWords<K>;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t address = pair_address<A, K>(s);
      if (!accessible<kChecked, M>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      const U loaded = static_cast<U>(load_le<M>(s.mem + address));
      const U other = read_int<U, Class::kSlot>(s, field_b(s), 0);
      write_int<D>(s, field_d(s), Operator::template apply<U>(other, loaded));
      return TrapKind::kNone;
    }
  };
};

template <bool kChecked, class F, class Operator>
struct FloatLoadPair {
  template <Class A, Class K, Class D>
  struct With {
    static constexpr bool kValid = is_int_variable(A) && kNoneOrConst<K> && is_float_variable(D);
    static constexpr int kLength = kWords<K>;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t address = pair_address<A, K>(s);
      if (!accessible<kChecked, F>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      const Vector other = from_scalar(read_float<F, Class::kSlot>(s, field_b(s), 0));
      const F loaded = load_le<F>(s.mem + address);
      write_float<D>(s, field_d(s),
                     with_lane0<F>(other, Operator::template apply<F>(lane0<F>(other), loaded)));
      return TrapKind::kNone;
    }
  };
};

// Two roundings, as the two instructions have (-ffp-contract=off keeps it so).
template <class F, class Operator, bool kSwapped>
struct MultiplyPair {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid =
        valid_float_pair(A, B) && A != Class::kConst && is_float_variable(D);
    static constexpr int kLength = kWords<B>;
    static TAPPET_INLINE void run(State& s) {
      const F product = read_float<F, A>(s, field_a(s), 0) * read_float<F, B>(s, field_b(s), 0);
      const F other = read_float<F, Class::kSlot>(s, field_x(s), 0);
      const F result = kSwapped ? Operator::template apply<F>(other, product)
                                : Operator::template apply<F>(product, other);
      write_float<D>(s, field_d(s), from_scalar(result));
    }
  };
};

// a += b, then a branch by comparing the new value: the end of most counted loops. Four words: the
// addend if it is constant, and what to compare with, a constant or a slot.
template <class Operator, Target kTo>
struct IncrementBranch {
  template <Class A, Class B, Class C>
  struct With {
    static constexpr bool kValid = (A == Class::kSlot || is_pin(A)) && is_int_class(A) &&
                                   is_int_class(C) && kNoneOrConst<B> && C != Class::kAcc &&
                                   kValidBranch<kTo, A, B, C>;
    static constexpr Target kTarget = kTo;
    static constexpr int kLength = 4;
    static TAPPET_INLINE bool taken(State& s) {
      const uint32_t sum =
          read_int<uint32_t, A>(s, field_a(s), 0) + read_int<uint32_t, B>(s, field_b(s), 0);
      write_int<A>(s, field_a(s), sum);
      const auto other = C == Class::kConst
                             ? static_cast<uint32_t>(s.pc[3])
                             : read_int<uint32_t, C>(s, static_cast<uint32_t>(s.pc[3]), 0);
      return Operator::template apply<uint32_t>(sum, other);
    }
  };
};

// A branch by a & b being zero or not.
template <bool kIfZero, Target kTo>
struct AndBranch {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid = valid_pair(A, B) && in_order(A, B) && kValidBranch<kTo, A, B>;
    static constexpr Target kTarget = kTo;
    static constexpr int kLength = kWords<B>;
    static TAPPET_INLINE bool taken(const State& s) {
      const uint32_t bits =
          read_int<uint32_t, A>(s, field_a(s), 0) & read_int<uint32_t, B>(s, field_b(s), 0);
      return (bits == 0) == kIfZero;
    }
  };
};

}  // namespace tappet::exec
