// Superinstructions of ciphers and hashes.
#pragma once

#include "interp/exec/arith.h"
#include "interp/exec/classes.h"
#include "interp/exec/handlers/fused.h"

namespace tappet::exec {

// d = a + b, then x = rotl(the third word's lowest field ^ d, its second one). What is read is in
// slots.
template <class U>
struct AddXorRotl {
  template <Class D, Class X>
  struct With {
    static constexpr bool kValid = kHomes<D, X>;
    static constexpr int kLength = 3;
    static TAPPET_INLINE void run(State& s) {
      constexpr Class kSlot = Class::kSlot;
      const U sum = read_int<U, kSlot>(s, field_a(s), 0) + read_int<U, kSlot>(s, field_b(s), 0);
      const U other = read_int<U, kSlot>(s, field<uint16_t, 8>(s), 0);
      write_int<D>(s, field_d(s), sum);
      write_int<X>(s, field_x(s), Rotl::template apply<U>(other ^ sum, U{field<uint16_t, 10>(s)}));
    }
  };
};

// d = rotl(a, b) ^ rotl(a, x)
template <class U>
struct RotlXorRotl {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = is_int_variable(A) && is_int_variable(D);
    static constexpr int kLength = 2;
    static TAPPET_INLINE void run(State& s) {
      const U a = read_int<U, A>(s, field_a(s), 0);
      write_int<D>(s, field_d(s),
                   Rotl::template apply<U>(a, U{static_cast<U>(field_b(s))}) ^
                       Rotl::template apply<U>(a, U{static_cast<U>(field_x(s))}));
    }
  };
};

// d = (a ^ (a >> b)) * the third word
template <class U>
struct ShiftXorMul {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = is_int_variable(A) && is_int_variable(D);
    static constexpr int kLength = 3;
    static TAPPET_INLINE void run(State& s) {
      const U a = read_int<U, A>(s, field_a(s), 0);
      const U shifted = ShrU::template apply<U>(a, static_cast<U>(field_b(s)));
      write_int<D>(s, field_d(s), static_cast<U>((a ^ shifted) * static_cast<U>(s.pc[2])));
    }
  };
};

}  // namespace tappet::exec
