// Vector loads and stores of memory 0 with 32-bit addresses: a: address, b: vector operand, d:
// result, x: lane. The third word is the offset, a constant address included.
#pragma once

#include "interp/exec/handlers/simd.h"

namespace tappet::exec::simd {

inline constexpr int kMemoryWords = 3;

template <Class A>
TAPPET_INLINE uint64_t effective_address(const State& s) {
  if constexpr (A == Class::kConst) return s.pc[2];
  return uint64_t{read_int<uint32_t, A>(s, field_a(s), 0)} + s.pc[2];
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

template <bool kChecked, class Operator>
struct Load {
  template <Class A, Class D>
  struct With {
    using Memory = typename Operator::Memory;
    static constexpr bool kValid = kVectors<D>;
    static constexpr int kLength = kMemoryWords;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t address = effective_address<A>(s);
      if (!accessible<kChecked, Memory>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      write<D>(s, field_d(s), Operator::apply(load_le<Memory>(s.mem + address)));
      return TrapKind::kNone;
    }
  };
};

template <bool kChecked, class U>
struct LoadLane {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid = kVectors<B> && kVectors<D>;
    static constexpr int kLength = kMemoryWords;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t address = effective_address<A>(s);
      if (!accessible<kChecked, U>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      const U value = load_le<U>(s.mem + address);
      write<D>(s, field_d(s), with_lane<U>(read<B>(s, field_b(s)), field_x(s), value));
      return TrapKind::kNone;
    }
  };
};

template <bool kChecked>
struct Store {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid = kVectors<B>;
    static constexpr int kLength = kMemoryWords;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t address = effective_address<A>(s);
      if (!accessible<kChecked, Vector>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      store_le<Vector>(s.mem + address, read<B>(s, field_b(s)));
      return TrapKind::kNone;
    }
  };
};

template <bool kChecked, class U>
struct StoreLane {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid = kVectors<B>;
    static constexpr int kLength = kMemoryWords;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint64_t address = effective_address<A>(s);
      if (!accessible<kChecked, U>(s, address)) [[unlikely]]
        return TrapKind::kMemoryOutOfBounds;
      const U value = as<U>(read<B>(s, field_b(s)))[field_x(s) % kLaneCount<U>];
      store_le<U>(s.mem + address, value);
      return TrapKind::kNone;
    }
  };
};

}  // namespace tappet::exec::simd
