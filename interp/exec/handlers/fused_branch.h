// Branches fused with what they test, of which a local keeps the value or nobody does.
#pragma once

#include "interp/exec/arith.h"
#include "interp/exec/classes.h"
#include "interp/exec/handlers/control.h"
#include "interp/exec/handlers/fused.h"
#include "interp/exec/handlers/memory.h"

namespace tappet::exec {

// b = load [a + the third word's low half], and a branch by comparing it with the high half: what
// walks lists and strings.
template <bool kChecked, class M, class Operator, Target kTo>
struct LoadKeepBranch {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid =
        kKeepSuperinstructions && is_int_variable(A) && kHomes<B> && kValidBranch<kTo, A, B>;
    static constexpr Target kTarget = kTo;
    static constexpr int kLength = 3;
    static TAPPET_INLINE bool accessible_to(const State& s) {
      return accessible<kChecked, M>(s, address(s));
    }
    static TAPPET_INLINE bool taken(State& s) {
      const uint32_t loaded = load_le<M>(s.mem + address(s));
      write_int<B>(s, field_b(s), loaded);
      return Operator::template apply<uint32_t>(loaded, field<uint32_t, 12>(s));
    }

   private:
    static TAPPET_INLINE uint64_t address(const State& s) {
      return uint64_t{read_int<uint32_t, A>(s, field_a(s), 0)} + field<uint32_t, 8>(s);
    }
  };
};

// What an interpreter does: a sum as in LoadAdvance, and a branch by a table whose index is loaded.
// d: number of targets before the default; x: the offset; distances as in BranchTable.
template <bool kChecked, class M, bool kToLoop>
struct LoadAdvanceTable {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid = kKeepSuperinstructions && kHomes<A, B>;
    static TAPPET_INLINE bool accessible_to(const State& s) {
      return accessible<kChecked, M>(s, address(s));
    }
    static TAPPET_INLINE bool jump(State& s) {
      const uint32_t index = load_le<M>(s.mem + address(s));
      write_int<B>(s, field_b(s), read_int<uint32_t, A>(s, field_a(s), 0) + field<uint32_t, 8>(s));
      const uint32_t count = field_d(s);
      const auto* distances = reinterpret_cast<const uint8_t*>(s.pc + 3);
      s.pc += load_le<int32_t>(distances + size_t{4} * (index < count ? index : count));
      return kToLoop && limit_requested(s);
    }

   private:
    static TAPPET_INLINE uint64_t address(const State& s) {
      return uint64_t{read_int<uint32_t, A>(s, field_a(s), 0) + field<uint32_t, 12>(s)} +
             field_x(s);
    }
  };
};

// b = a & the third word, and a branch by its being zero or not.
template <bool kIfZero, Target kTo>
struct AndKeepBranch {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid =
        kKeepSuperinstructions && is_int_variable(A) && kHomes<B> && kValidBranch<kTo, A, B>;
    static constexpr Target kTarget = kTo;
    static constexpr int kLength = 3;
    static TAPPET_INLINE bool taken(State& s) {
      const uint32_t bits = read_int<uint32_t, A>(s, field_a(s), 0) & field<uint32_t, 8>(s);
      write_int<B>(s, field_b(s), bits);
      return (bits == 0) == kIfZero;
    }
  };
};

// The end of a loop that hands a value on: b = a, then a counter grows, and a branch by comparing
// it. The third word: the counter's slot, and what is added; the fourth: what to compare with, a
// constant or a slot; the fifth: a if it is constant.
template <class Operator, Target kTo>
struct MoveIncrementBranch {
  template <Class Bound>
  struct By {
    template <Class A, Class B, Class C>
    struct With {
      static constexpr bool kValid = kKeepSuperinstructions && kOneOf<Operator, Ne, LtU> &&
                                     !is_pin(A) && kHomes<B, C> && (!is_pin(B) || B != C) &&
                                     kSlotOrConst<Bound> && kValidBranch<kTo, B, C>;
      static constexpr Target kTarget = kTo;
      static constexpr int kLength = A == Class::kConst ? 5 : 4;
      static TAPPET_INLINE bool taken(State& s) {
        write_int<B>(s, field_b(s), read_int<uint64_t, A>(s, field_a(s), 2));
        const uint32_t counter = field<uint16_t, 8>(s);
        const uint32_t sum = read_int<uint32_t, C>(s, counter, 0) + field<uint32_t, 12>(s);
        write_int<C>(s, counter, sum);
        const uint32_t bound = Bound == Class::kConst
                                   ? field<uint32_t, 16>(s)
                                   : read_int<uint32_t, Bound>(s, field<uint32_t, 16>(s), 0);
        return Operator::template apply<uint32_t>(sum, bound);
      }
    };
  };
};

// A branch by comparing (a + the third word's low half) & its high half with the fourth word:
// whether a value lies in a range.
template <class Operator, Target kTo>
struct RangeBranch {
  template <Class A>
  struct With {
    static constexpr bool kValid = kKeepSuperinstructions && kOneOf<Operator, LtU, GtU, LeU, GeU> &&
                                   is_int_variable(A) && kValidBranch<kTo, A>;
    static constexpr Target kTarget = kTo;
    static constexpr int kLength = 4;
    static TAPPET_INLINE bool taken(const State& s) {
      const uint32_t sum = read_int<uint32_t, A>(s, field_a(s), 0) + field<uint32_t, 8>(s);
      return Operator::template apply<uint32_t>(sum & field<uint32_t, 12>(s),
                                                field<uint32_t, 16>(s));
    }
  };
};

}  // namespace tappet::exec
