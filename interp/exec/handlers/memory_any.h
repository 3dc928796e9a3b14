// Loads and stores of any memory: memories other than 0, and 64-bit addresses. Always checked: the
// address is 64 bits wide (an i32 lies zero-extended), and the sum with the offset may overflow.
//
// a: address; b: result or value; high field: byte offset, from the instance, of the pointer to the
// memory; the third word is the access's offset. Memory 0 is reached through its register.
#pragma once

#include "interp/exec/arith.h"
#include "interp/exec/classes.h"
#include "interp/exec/profile.h"

namespace tappet::exec {

// Words before constants.
inline constexpr int kAnyMemoryWords = 3;

// Where the access goes in the memory at `base`, or null if it is out of bounds.
template <class T, Class A>
TAPPET_INLINE uint8_t* any_address(const State& s, uint8_t* base) {
  uint64_t address = 0;
  if (__builtin_add_overflow(read_int<uint64_t, A>(s, field_a(s), 0), s.pc[2], &address))
      [[unlikely]]
    return nullptr;
  return in_bounds(address, sizeof(T), memory_size_unordered(base)) ? base + address : nullptr;
}
template <bool kFirst, class T, Class A>
TAPPET_INLINE uint8_t* any_address(const State& s) {
  return any_address<T, A>(s, kFirst ? s.mem : (*s.in->array<Memory*>(field_high(s)))->base());
}

template <bool kFirst, class M, class U>
struct IntLoadAny {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = A != Class::kConst && D != Class::kConst && keep_rare(A, D);
    static constexpr int kLength = kAnyMemoryWords;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint8_t* at = any_address<kFirst, M, A>(s);
      if (at == nullptr) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      write_int<D>(s, field_b(s), static_cast<U>(load_le<M>(at)));
      return TrapKind::kNone;
    }
  };
};

template <bool kFirst, class F>
struct FloatLoadAny {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = A != Class::kConst && D != Class::kConst && keep_rare(A, D);
    static constexpr int kLength = kAnyMemoryWords;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint8_t* at = any_address<kFirst, F, A>(s);
      if (at == nullptr) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      write_float<D>(s, field_b(s), from_scalar(load_le<F>(at)));
      return TrapKind::kNone;
    }
  };
};

template <bool kFirst, class M>
struct IntStoreAny {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid =
        A != Class::kConst && !(A == Class::kAcc && B == Class::kAcc) && keep_rare(A, B);
    static constexpr int kLength = kAnyMemoryWords + kConstsBefore<B>;
    static TAPPET_INLINE TrapKind run(State& s) {
      uint8_t* at = any_address<kFirst, M, A>(s);
      if (at == nullptr) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      store_le<M>(at, read_int<M, B>(s, field_b(s), 1));
      return TrapKind::kNone;
    }
  };
};

template <bool kFirst, class F>
struct FloatStoreAny {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid = A != Class::kConst && keep_rare(A, B);
    static constexpr int kLength = kAnyMemoryWords + kConstsBefore<B>;
    static TAPPET_INLINE TrapKind run(State& s) {
      uint8_t* at = any_address<kFirst, F, A>(s);
      if (at == nullptr) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      store_le<F>(at, read_float<F, B>(s, field_b(s), 1));
      return TrapKind::kNone;
    }
  };
};

}  // namespace tappet::exec
