// Superinstructions around accesses to memory: two of them, or a step of a fill.
#pragma once

#include "interp/exec/arith.h"
#include "interp/exec/classes.h"
#include "interp/exec/handlers/control.h"
#include "interp/exec/handlers/fused.h"
#include "interp/exec/handlers/memory.h"

namespace tappet::exec {

// d = load [a + the third word's low half] * load [the slot in the fourth word + its high half]:
// sums in 32 bits, to which b and x are added.
template <bool kChecked, class F>
struct LoadLoadMul {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid = kKeepSuperinstructions && kHomes<A, B> && is_float_variable(D);
    static constexpr int kLength = 4;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t first =
          uint64_t{read_int<uint32_t, A>(s, field_a(s), 0) + field<uint32_t, 8>(s)} + field_b(s);
      if (!accessible<kChecked, F>(s, first)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      F factor = load_le<F>(s.mem + first);
#if defined(TAPPET_FLOAT_REGISTER)
      // Loaded now: with both addresses alive there are too few registers.
      if constexpr (kChecked) asm volatile("" : "+" TAPPET_FLOAT_REGISTER(factor));
#endif
      const uint64_t second =
          uint64_t{read_int<uint32_t, B>(s, field<uint16_t, 16>(s), 0) + field<uint32_t, 12>(s)} +
          field_x(s);
      if (!accessible<kChecked, F>(s, second)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      const F product = factor * load_le<F>(s.mem + second);
      write_float<D>(s, field_d(s), from_scalar(product));
      return TrapKind::kNone;
    }
  };
};

// d += x * load [a], where a is that of FloatLoadOp.
template <bool kChecked, class F>
struct LoadMulAdd {
  template <Class A, Class X, Class D>
  struct With {
    static constexpr bool kValid = kKeepSuperinstructions && is_int_variable(A) &&
                                   is_float_variable(X) && is_float_variable(D) &&
                                   D != Class::kAcc && !is_pin(X);
    static constexpr int kLength = 3;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t address = pair_address<A>(s);
      if (!accessible<kChecked, F>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      const F product = read_float<F, X>(s, field_x(s), 0) * load_le<F>(s.mem + address);
      const F sum = product + read_float<F, D>(s, field_d(s), 0);
      write_float<D>(s, field_d(s), from_scalar(sum));
      return TrapKind::kNone;
    }
  };
};

// d = load [load [a + the third word's low half] + its high half]
template <bool kChecked, class M>
struct LoadLoad {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid =
        kKeepSuperinstructions && is_int_variable(A) && is_int_variable(D);
    static constexpr int kLength = 3;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t first =
          uint64_t{read_int<uint32_t, A>(s, field_a(s), 0)} + field<uint32_t, 8>(s);
      if (!accessible<kChecked, uint32_t>(s, first)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      const uint64_t second = uint64_t{load_le<uint32_t>(s.mem + first)} + field<uint32_t, 12>(s);
      if (!accessible<kChecked, M>(s, second)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      write_int<D>(s, field_d(s), load_le<M>(s.mem + second));
      return TrapKind::kNone;
    }
  };
};

// What lies at a grows by a constant.
template <bool kChecked, class M>
struct AddToMemory {
  template <Class A>
  struct With {
    static constexpr bool kValid = kKeepSuperinstructions && A != Class::kAcc && is_int_class(A);
    static constexpr int kLength = kWords<A> + 1;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t address = address_of<A>(s, 0);
      if (!accessible<kChecked, M>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      const auto addend = static_cast<M>(s.pc[kWords<A>]);
      store_le<M>(s.mem + address, static_cast<M>(load_le<M>(s.mem + address) + addend));
      return TrapKind::kNone;
    }
  };
};

// The loop that fills: stores b at a, adds d to a and goes to the loop's header if a compares with
// C. The third word: what is added to the address in 32 bits, and the offset; the fourth: d if it
// is constant, and the bound, a constant or its slot; the fifth: b if it is constant.
template <bool kChecked, class M, class Operator>
struct StoreIncrementBranch {
  template <Class Step>
  struct By {
    template <Class A, Class B, Class C>
    struct With {
      static constexpr bool kValid =
          is_pin(A) && is_int_class(A) && !is_pin(B) && kSlotOrConst<Step> && kSlotOrConst<C>;
      static constexpr Target kTarget = Target::kPinnedLoop;
      static constexpr int kLength = 5;
      static TAPPET_INLINE bool accessible_to(const State& s) {
        return accessible<kChecked, M>(s, address(s));
      }
      static TAPPET_INLINE bool taken(State& s) {
        store_le<M>(s.mem + address(s), read_int<M, B>(s, field_b(s), 2));
        const uint32_t step = Step == Class::kConst ? field<uint32_t, 16>(s)
                                                    : read_int<uint32_t, Step>(s, field_d(s), 0);
        const uint32_t sum = read_int<uint32_t, A>(s, field_a(s), 0) + step;
        write_int<A>(s, field_a(s), sum);
        const uint32_t bound = C == Class::kConst
                                   ? field<uint32_t, 20>(s)
                                   : read_int<uint32_t, C>(s, field<uint32_t, 20>(s), 0);
        return Operator::template apply<uint32_t>(sum, bound);
      }

     private:
      static TAPPET_INLINE uint64_t address(const State& s) {
        return uint64_t{read_int<uint32_t, A>(s, field_a(s), 0) + field<uint32_t, 8>(s)} +
               field<uint32_t, 12>(s);
      }
    };
  };
};

}  // namespace tappet::exec
