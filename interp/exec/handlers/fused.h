// Superinstructions (fused.def), and branches fused with what computes their operand.
#pragma once

#include "interp/exec/arith.h"
#include "interp/exec/classes.h"
#include "interp/exec/handlers/control.h"
#include "interp/exec/handlers/memory.h"

namespace tappet::exec {

// Slots and pins: homes of locals.
template <Class... C>
inline constexpr bool kHomes = ((C == Class::kSlot || is_pin(C)) && ...) && kIntClasses<C...>;
template <Class K>
inline constexpr bool kSlotOrConst = K == Class::kSlot || K == Class::kConst;

// (a First b) Second x. A pinned x is for sums that a loop carries round.
template <class U, class First, class Second>
struct OpOp {
  template <Class B>
  struct By {
    template <Class A, Class X, Class D>
    struct With {
      static constexpr bool kValid = kSlotOrConst<B> && is_int_variable(A) && is_int_variable(D) &&
                                     (is_pin(X) ? X == D && is_int_class(X) : valid_pair(A, X));
      static constexpr int kLength = kWords<B, X>;
      static TAPPET_INLINE void run(State& s) {
        const U first = First::template apply<U>(read_int<U, A>(s, field_a(s), 0),
                                                 read_int<U, B>(s, field_b(s), 0));
        const U other = read_int<U, X>(s, field_x(s), kConstsBefore<B>);
        write_int<D>(s, field_d(s), Second::template apply<U>(first, other));
      }
    };
  };
};

// (a First b) Second x, where b is the count of a shift.
template <class U, class First, class Second>
struct ShiftOp {
  template <Class A, Class X, Class D>
  struct With {
    static constexpr bool kValid = is_int_variable(A) && is_int_variable(D) && is_int_class(X) &&
                                   !(A == Class::kAcc && X == Class::kAcc);
    static constexpr int kLength = kWords<X>;
    static TAPPET_INLINE void run(State& s) {
      const U shifted =
          First::template apply<U>(read_int<U, A>(s, field_a(s), 0), static_cast<U>(field_b(s)));
      const U other = read_int<U, X>(s, field_x(s), 0);
      write_int<D>(s, field_d(s), Second::template apply<U>(other, shifted));
    }
  };
};

// (a First b) Second x, where x is the count of a shift.
template <class U, class First, class Second>
struct OpShift {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid = valid_pair(A, B) && in_order(A, B) && is_int_variable(D);
    static constexpr int kLength = kWords<B>;
    static TAPPET_INLINE void run(State& s) {
      const U first = First::template apply<U>(read_int<U, A>(s, field_a(s), 0),
                                               read_int<U, B>(s, field_b(s), 0));
      write_int<D>(s, field_d(s), Second::template apply<U>(first, static_cast<U>(field_x(s))));
    }
  };
};

// a: address; b: offset; x: other operand; d: result. The third word is added to the address in 32
// bits.
template <Class A>
TAPPET_INLINE uint64_t pair_address(const State& s) {
  return uint64_t{read_int<uint32_t, A>(s, field_a(s), 0) + static_cast<uint32_t>(s.pc[2])} +
         field_b(s);
}

template <bool kChecked, class M, class U, class Operator>
struct LoadOp {
  template <Class A, Class X, Class D>
  struct With {
    static constexpr bool kValid = is_int_variable(A) && is_int_variable(X) && is_int_variable(D) &&
                                   !(A == Class::kAcc && X == Class::kAcc) &&
                                   (!is_pin(X) || X == D);
    static constexpr int kLength = 3;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t address = pair_address<A>(s);
      if (!accessible<kChecked, M>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      const U loaded = static_cast<U>(load_le<M>(s.mem + address));
      const U other = read_int<U, X>(s, field_x(s), 0);
      write_int<D>(s, field_d(s), Operator::template apply<U>(other, loaded));
      return TrapKind::kNone;
    }
  };
};

template <bool kChecked, class F, class Operator>
struct FloatLoadOp {
  template <Class A, Class X, Class D>
  struct With {
    static constexpr bool kValid = is_int_variable(A) && is_float_variable(X) &&
                                   is_float_variable(D) && (!is_pin(X) || X == D);
    static constexpr int kLength = 3;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t address = pair_address<A>(s);
      if (!accessible<kChecked, F>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      const Vector other = X == Class::kAcc ? s.f : from_scalar(read_float<F, X>(s, field_x(s), 0));
      const F loaded = load_le<F>(s.mem + address);
      write_float<D>(s, field_d(s),
                     result_of<F>(other, Operator::template apply<F>(lane0<F>(other), loaded)));
      return TrapKind::kNone;
    }
  };
};

// How an index is scaled: by the size of M, as elements of arrays are, or by 2 to the power of b.
template <class M, bool kBySize>
TAPPET_INLINE uint32_t scaled(const State& s, uint32_t index) {
  return kBySize ? index * static_cast<uint32_t>(sizeof(M)) : index << (field_b(s) & 31);
}

// a: index; b: shift count; x: slot or third word's low half; d: result. The offset is the third
// word's high half.
template <bool kChecked, class M, class U, bool kBySize>
struct LoadScaled {
  template <Class A, Class X, Class D>
  struct With {
    static constexpr bool kValid = is_int_variable(A) && kSlotOrConst<X> && is_int_variable(D);
    static constexpr int kLength = 3;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint32_t index = scaled<M, kBySize>(s, read_int<uint32_t, A>(s, field_a(s), 0));
      const uint32_t base = X == Class::kConst ? static_cast<uint32_t>(s.pc[2])
                                               : read_int<uint32_t, X>(s, field_x(s), 0);
      const uint64_t address = uint64_t{index + base} + (s.pc[2] >> 32);
      if (!accessible<kChecked, M>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      write_int<D>(s, field_d(s), static_cast<U>(load_le<M>(s.mem + address)));
      return TrapKind::kNone;
    }
  };
};

// a: what is masked by the third word's low half; b: shift count; x: slot that is added, if it is
// one; d: result. The offset is the third word's high half.
template <bool kChecked, class M, class U, bool kBySize>
struct LoadMasked {
  template <Class A, Class X, Class D>
  struct With {
    static constexpr bool kValid = is_int_variable(A) && kSlotOrConst<X> && is_int_variable(D);
    static constexpr int kLength = 3;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint32_t masked =
          read_int<uint32_t, A>(s, field_a(s), 0) & static_cast<uint32_t>(s.pc[2]);
      const uint32_t base = X == Class::kSlot ? read_int<uint32_t, X>(s, field_x(s), 0) : 0;
      const uint64_t address = uint64_t{scaled<M, kBySize>(s, masked) + base} + (s.pc[2] >> 32);
      if (!accessible<kChecked, M>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      write_int<D>(s, field_d(s), static_cast<U>(load_le<M>(s.mem + address)));
      return TrapKind::kNone;
    }
  };
};

// A sum, and a load from before or behind it: what reads a sequence. b = a + the third word's low
// half; d = load [a + its high half + x], each of the two sums in 32 bits.
template <bool kChecked, class M>
struct LoadAdvance {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid = kHomes<A, B> && is_int_variable(D) && !(is_pin(D) && D == B);
    static constexpr int kLength = 3;
    static TAPPET_INLINE TrapKind run(State& s) {
      const auto a = read_int<uint32_t, A>(s, field_a(s), 0);
      write_int<B>(s, field_b(s), a + field<uint32_t, 8>(s));
      const uint64_t address = uint64_t{a + field<uint32_t, 12>(s)} + field_x(s);
      if (!accessible<kChecked, M>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      write_int<D>(s, field_d(s), load_le<M>(s.mem + address));
      return TrapKind::kNone;
    }
  };
};

// a: address; b: where what is loaded goes, too; the third word: offset; high field and distances
// as in BranchTable.
template <bool kChecked, class M, bool kToLoop>
struct LoadTable {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid = is_int_variable(A) && is_int_variable(B);
    static TAPPET_INLINE bool accessible_to(const State& s) {
      return accessible<kChecked, M>(s, address(s));
    }
    static TAPPET_INLINE bool jump(State& s) {
      const uint32_t index = load_le<M>(s.mem + address(s));
      if (B != Class::kAcc) write_int<B>(s, field_b(s), index);
      const uint32_t count = field_high(s);
      const auto* distances = reinterpret_cast<const uint8_t*>(s.pc + 3);
      s.pc += load_le<int32_t>(distances + size_t{4} * (index < count ? index : count));
      return kToLoop && limit_requested(s);
    }

   private:
    static TAPPET_INLINE uint64_t address(const State& s) {
      return uint64_t{read_int<uint32_t, A>(s, field_a(s), 0)} + s.pc[2];
    }
  };
};

// a: address; b: what is compared with; the third word: offset.
template <bool kChecked, class M, class Operator, Target kTo>
struct LoadBranch {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid = is_int_variable(A) && kSlotOrConst<B> && kValidBranch<kTo, A>;
    static constexpr Target kTarget = kTo;
    static constexpr int kLength = kWords<B> + 1;
    static TAPPET_INLINE bool accessible_to(const State& s) {
      return accessible<kChecked, M>(s, address(s));
    }
    static TAPPET_INLINE bool taken(const State& s) {
      return Operator::template apply<uint32_t>(load_le<M>(s.mem + address(s)),
                                                read_int<uint32_t, B>(s, field_b(s), 1));
    }

   private:
    static TAPPET_INLINE uint64_t address(const State& s) {
      return uint64_t{read_int<uint32_t, A>(s, field_a(s), 0)} + s.pc[2];
    }
  };
};

// d = a Operator b ? x : the slot in the third word.
template <class Operator>
struct CompareSelect {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid = (A == Class::kSlot || A == Class::kAcc) && !is_pin(B) &&
                                   valid_pair(A, B) && is_int_variable(D) && kKeepSuperinstructions;
    static constexpr int kLength = kWords<B> + 1;
    static TAPPET_INLINE void run(State& s) {
      const bool first = Operator::template apply<uint32_t>(
          read_int<uint32_t, A>(s, field_a(s), 0), read_int<uint32_t, B>(s, field_b(s), 1));
      const uint64_t from = first ? field_x(s) : s.pc[2];
      write_int<D>(s, field_d(s), s.fp[from]);
    }
  };
};

// a += the third word; b += the fourth.
template <Class A, Class B>
struct IncrementTwo {
  static constexpr bool kValid = A != Class::kConst && A != Class::kAcc && B != Class::kConst &&
                                 B != Class::kAcc && kIntClasses<A, B>;
  static constexpr int kLength = 4;
  static TAPPET_INLINE void run(State& s) {
    write_int<A>(s, field_a(s),
                 read_int<uint32_t, A>(s, field_a(s), 0) + static_cast<uint32_t>(s.pc[2]));
    write_int<B>(s, field_b(s),
                 read_int<uint32_t, B>(s, field_b(s), 0) + static_cast<uint32_t>(s.pc[3]));
  }
};

// Two roundings, as the two instructions have (-ffp-contract=off keeps it so).
template <class F, class First, class Second, bool kSwapped>
struct FloatOpOp {
  // kOther: a slot, the accumulator, or any pin for that of the result.
  template <Class kOther>
  struct By {
    template <Class A, Class B, Class D>
    struct With {
      static constexpr Class X = is_pin(kOther) ? D : kOther;
      static constexpr bool kValid = valid_float_pair(A, B) && A != Class::kConst &&
                                     is_float_variable(D) && is_pin(X) == is_pin(kOther) &&
                                     !(X == Class::kAcc && (A == X || B == X));
      static constexpr int kLength = kWords<B>;
      static TAPPET_INLINE void run(State& s) {
        const F first = First::template apply<F>(read_float<F, A>(s, field_a(s), 0),
                                                 read_float<F, B>(s, field_b(s), 0));
        const F other = read_float<F, X>(s, field_x(s), 0);
        const F result = kSwapped ? Second::template apply<F>(other, first)
                                  : Second::template apply<F>(first, other);
        write_float<D>(s, field_d(s), from_scalar(result));
      }
    };
  };
};

// a += b, then a branch by comparing the new value: the end of most counted loops. Four words: the
// addend if it is constant, and what to compare with, a constant or a slot.
template <class Operator, Target kTo>
struct IncrementBranch {
  template <Class A, Class B, Class C>
  struct With {
    static constexpr bool kValid = (A == Class::kSlot || is_pin(A)) && is_int_class(A) &&
                                   is_int_class(C) && kSlotOrConst<B> && C != Class::kAcc &&
                                   kValidBranch<kTo, B, C> && keep_increment_branch(kTo) &&
                                   (kTo == Target::kMeteredPinnedLoop || kValidBranch<kTo, A>);
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

// The end of a loop with two counters: a and b grow by the halves of the third word, then b is
// compared with the fourth, a constant or a slot.
template <class Operator, Target kTo>
struct IncrementTwoBranch {
  template <Class A, Class B, Class C>
  struct With {
    static constexpr bool kValid =
        is_pin(A) && is_pin(B) && A != B && kIntClasses<A, B> && kSlotOrConst<C>;
    static constexpr Target kTarget = kTo;
    static constexpr int kLength = 4;
    static TAPPET_INLINE bool taken(State& s) {
      const uint64_t addends = s.pc[2];
      write_int<A>(s, field_a(s), read_int<uint32_t, A>(s, 0, 0) + static_cast<uint32_t>(addends));
      const uint32_t sum = read_int<uint32_t, B>(s, 0, 0) + static_cast<uint32_t>(addends >> 32);
      write_int<B>(s, field_b(s), sum);
      const auto other = C == Class::kConst
                             ? static_cast<uint32_t>(s.pc[3])
                             : read_int<uint32_t, C>(s, static_cast<uint32_t>(s.pc[3]), 0);
      return Operator::template apply<uint32_t>(sum, other);
    }
  };
};

// A branch forward by comparing a First b with the third word, a constant or a slot. Negation as in
// FloatBranch.
template <class F, class First, class Operator, bool kNegate>
struct FloatOpBranch {
  template <Class A, Class B, Class C>
  struct With {
    static constexpr bool kValid = kKeepSuperinstructions && !kOneOf<Operator, FEq, FNe> &&
                                   is_float_variable(A) && is_float_variable(B) &&
                                   kSlotOrConst<C> && !(A == Class::kAcc && B == Class::kAcc);
    static constexpr Target kTarget = Target::kForward;
    static constexpr int kLength = 3;
    static TAPPET_INLINE bool taken(const State& s) {
      const F first = First::template apply<F>(read_float<F, A>(s, field_a(s), 0),
                                               read_float<F, B>(s, field_b(s), 0));
      const F other = C == Class::kConst
                          ? read_float<F, Class::kConst>(s, 0, 0)
                          : read_float<F, Class::kSlot>(s, static_cast<uint32_t>(s.pc[2]), 0);
      return Operator::template apply<F>(first, other) != kNegate;
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
