// Vector loads and stores: a: address, b: vector operand, d: result, x: lane. The third word is the
// offset, a constant address included. Accesses of any memory have a fourth word: the byte offset,
// from the instance, of the pointer to the memory.
#pragma once

#include "interp/exec/handlers/memory_any.h"
#include "interp/exec/handlers/simd.h"
#include "interp/exec/simd_tables.h"

namespace tappet::exec::simd {

template <Access kAccess>
inline constexpr int kMemoryWords = kAccess == Access::kAny ? 4 : 3;

template <Access kAccess, Class A>
inline constexpr bool kAddress = !(kAccess == Access::kAny && A == Class::kConst);

// Finds the bytes of a T; false if the access must trap.
template <Access kAccess, class T, Class A>
TAPPET_INLINE bool locate(const State& s, uint8_t*& at) {
  if constexpr (kAccess == Access::kAny) {
    at = any_address<T, A>(s, (*s.in->array<Memory*>(static_cast<uint32_t>(s.pc[3])))->base());
    return at != nullptr;
  } else {
    const uint64_t base = A == Class::kConst ? 0 : read_int<uint32_t, A>(s, field_a(s), 0);
    const uint64_t address = base + s.pc[2];
    at = s.mem + address;
    return accessible<kAccess == Access::kChecked, T>(s, address);
  }
}

// How loads fill a vector from what they read (core spec 4.6.12): Memory is its type.
struct LoadWhole {
  using Memory = Vector;
  static TAPPET_INLINE Vector apply(Vector v) { return v; }
};
template <class From, class To>
struct LoadExtend {
  using Memory = HalfLanes<From>;
  static TAPPET_INLINE Vector apply(HalfLanes<From> lanes) {
    return (Vector) __builtin_convertvector(lanes, Lanes<To>);
  }
};
template <class U>
struct LoadSplat {
  using Memory = U;
  static TAPPET_INLINE Vector apply(U value) { return (Vector)splat<U>(value); }
};
template <class U>
struct LoadZero {
  using Memory = U;
  static TAPPET_INLINE Vector apply(U value) { return (Vector)Lanes<U>{value}; }
};

template <Access kAccess, class Operator>
struct Load {
  template <Class A, Class D>
  struct With {
    using Memory = typename Operator::Memory;
    static constexpr bool kValid = kAddress<kAccess, A> && kVectors<D>;
    static constexpr int kLength = kMemoryWords<kAccess>;
    static TAPPET_INLINE TrapKind run(State& s) {
      uint8_t* at = nullptr;
      if (!locate<kAccess, Memory, A>(s, at)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      write<D>(s, field_d(s), Operator::apply(load_le<Memory>(at)));
      return TrapKind::kNone;
    }
  };
};

template <Access kAccess, class U>
struct LoadLane {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid = kAddress<kAccess, A> && kVectors<B> && kVectors<D>;
    static constexpr int kLength = kMemoryWords<kAccess>;
    static TAPPET_INLINE TrapKind run(State& s) {
      uint8_t* at = nullptr;
      if (!locate<kAccess, U, A>(s, at)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      const U value = load_le<U>(at);
      write<D>(s, field_d(s), with_lane<U>(read<B>(s, field_b(s)), field_x(s), value));
      return TrapKind::kNone;
    }
  };
};

template <Access kAccess>
struct Store {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid = kAddress<kAccess, A> && kVectors<B>;
    static constexpr int kLength = kMemoryWords<kAccess>;
    static TAPPET_INLINE TrapKind run(State& s) {
      uint8_t* at = nullptr;
      if (!locate<kAccess, Vector, A>(s, at)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      store_le<Vector>(at, read<B>(s, field_b(s)));
      return TrapKind::kNone;
    }
  };
};

template <Access kAccess, class U>
struct StoreLane {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid = kAddress<kAccess, A> && kVectors<B>;
    static constexpr int kLength = kMemoryWords<kAccess>;
    static TAPPET_INLINE TrapKind run(State& s) {
      uint8_t* at = nullptr;
      if (!locate<kAccess, U, A>(s, at)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      const U value = as<U>(read<B>(s, field_b(s)))[field_x(s) % kLaneCount<U>];
      store_le<U>(at, value);
      return TrapKind::kNone;
    }
  };
};

}  // namespace tappet::exec::simd
