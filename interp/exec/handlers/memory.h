// Loads and stores of memory 0 with 32-bit addresses. Checked handlers compare with the size that
// lies before the base; unchecked ones rely on the guard region.
//
// An address is a 32-bit slot or accumulator plus the high field, a constant (then offset
// included), or, in the *Sum forms, the 32-bit sum of two operands plus a 16-bit field.
#pragma once

#include "interp/exec/arith.h"
#include "interp/exec/classes.h"
#include "interp/exec/handlers/integer.h"

namespace tappet::exec {

// False if the access must trap. `address` is below 2^34: nothing overflows.
template <bool kChecked, class T>
TAPPET_INLINE bool accessible(const State& s, uint64_t address) {
  if constexpr (!kChecked) return true;
  return address + sizeof(T) <= memory_size_unordered(s.mem);
}

template <Class A>
TAPPET_INLINE uint64_t address_of(const State& s, int const_index) {
  if constexpr (A == Class::kConst) {
    return s.pc[2 + const_index];
  } else {
    return uint64_t{read_int<uint32_t, A>(s, field_a(s), 0)} + field_high(s);
  }
}

// The memory's type M widened to the result's type U.
template <bool kChecked, class M, class U>
struct IntLoad {
  // a: address, b: result
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = is_int_class(A) && is_int_variable(D) && keep_address<M>(A);
    static constexpr int kLength = kWords<A>;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t address = address_of<A>(s, 0);
      if (!accessible<kChecked, M>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      write_int<D>(s, field_b(s), static_cast<U>(load_le<M>(s.mem + address)));
      return TrapKind::kNone;
    }
  };
  // a + b: address, d: result, x: offset
  template <Class A, Class B, Class D>
  struct Sum {
    static constexpr bool kValid =
        valid_pair(A, B) && in_order(A, B) && is_int_variable(D) && keep_sum<M>();
    static constexpr int kLength = kWords<A, B>;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint32_t base =
          read_int<uint32_t, A>(s, field_a(s), 0) + read_int<uint32_t, B>(s, field_b(s), 0);
      const uint64_t address = uint64_t{base} + field_x(s);
      if (!accessible<kChecked, M>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      write_int<D>(s, field_d(s), static_cast<U>(load_le<M>(s.mem + address)));
      return TrapKind::kNone;
    }
  };
};

template <bool kChecked, class F>
struct FloatLoad {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = is_int_class(A) && is_float_variable(D);
    static constexpr int kLength = kWords<A>;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t address = address_of<A>(s, 0);
      if (!accessible<kChecked, F>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      write_float<D>(s, field_b(s), from_scalar(load_le<F>(s.mem + address)));
      return TrapKind::kNone;
    }
  };
  template <Class A, Class B, Class D>
  struct Sum {
    static constexpr bool kValid = valid_pair(A, B) && in_order(A, B) && is_float_variable(D);
    static constexpr int kLength = kWords<A, B>;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint32_t base =
          read_int<uint32_t, A>(s, field_a(s), 0) + read_int<uint32_t, B>(s, field_b(s), 0);
      const uint64_t address = uint64_t{base} + field_x(s);
      if (!accessible<kChecked, F>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      write_float<D>(s, field_d(s), from_scalar(load_le<F>(s.mem + address)));
      return TrapKind::kNone;
    }
  };
};

template <bool kChecked, class M>
struct IntStore {
  // a: address, b: value
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid =
        is_int_class(A) && is_int_class(B) && !(A == Class::kAcc && B == Class::kAcc);
    static constexpr int kLength = kWords<A, B>;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t address = address_of<A>(s, 0);
      if (!accessible<kChecked, M>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      store_le<M>(s.mem + address, read_int<M, B>(s, field_b(s), kConstsBefore<A>));
      return TrapKind::kNone;
    }
  };
  // a + x: address, b: value, d: offset
  template <Class A, Class X, Class B>
  struct Sum {
    static constexpr bool kValid =
        valid_pair(A, X) && in_order(A, X) && is_int_class(B) &&
        (A == Class::kAcc) + (X == Class::kAcc) + (B == Class::kAcc) <= 1;
    static constexpr int kLength = kWords<X, B>;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint32_t base =
          read_int<uint32_t, A>(s, field_a(s), 0) + read_int<uint32_t, X>(s, field_x(s), 0);
      const uint64_t address = uint64_t{base} + field_d(s);
      if (!accessible<kChecked, M>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      store_le<M>(s.mem + address, read_int<M, B>(s, field_b(s), kConstsBefore<X>));
      return TrapKind::kNone;
    }
  };
};

template <bool kChecked, class F>
struct FloatStore {
  // As IntStore; the value is a floating operand.
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid = is_int_class(A) && is_float_class(B);
    static constexpr int kLength = kWords<A, B>;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t address = address_of<A>(s, 0);
      if (!accessible<kChecked, F>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      store_le<F>(s.mem + address, read_float<F, B>(s, field_b(s), kConstsBefore<A>));
      return TrapKind::kNone;
    }
  };
  template <Class A, Class X, Class B>
  struct Sum {
    static constexpr bool kValid = valid_pair(A, X) && in_order(A, X) && is_float_class(B);
    static constexpr int kLength = kWords<X, B>;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint32_t base =
          read_int<uint32_t, A>(s, field_a(s), 0) + read_int<uint32_t, X>(s, field_x(s), 0);
      const uint64_t address = uint64_t{base} + field_d(s);
      if (!accessible<kChecked, F>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      store_le<F>(s.mem + address, read_float<F, B>(s, field_b(s), kConstsBefore<X>));
      return TrapKind::kNone;
    }
  };
};

}  // namespace tappet::exec
