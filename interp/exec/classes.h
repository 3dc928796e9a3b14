// Operand classes: where an instruction's operands and result live. Handlers are instantiated per
// combination, so that reading an operand costs no decision.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "interp/exec/state.h"

namespace tappet::exec {

// Integers and references: a slot, a constant behind the operand word, the accumulator t. Floating
// values: the same with f. Classes for pinned locals follow kAcc.
enum class Class : uint8_t { kSlot, kConst, kAcc };
inline constexpr size_t kClasses = 3;

// The width in memory and lane 0 of the accumulator, per floating type.
template <class F>
TAPPET_INLINE F lane0(Vector v) {
  if constexpr (sizeof(F) == 4) {
    return v[0];
  } else {
    return ((DoubleVector)v)[0];
  }
}
// `v` with lane 0 replaced.
template <class F>
TAPPET_INLINE Vector with_lane0(Vector v, F value) {
  if constexpr (sizeof(F) == 4) {
    v[0] = value;
    return v;
  } else {
    DoubleVector d = (DoubleVector)v;
    d[0] = value;
    return (Vector)d;
  }
}
// A vector whose lane 0 is `value`; compiles to a plain scalar load.
template <class F>
TAPPET_INLINE Vector from_scalar(F value) {
  if constexpr (sizeof(F) == 4) {
    return Vector{value, 0, 0, 0};
  } else {
    return (Vector)DoubleVector{value, 0};
  }
}

// Number of constants that the operands before this one take.
template <Class... Before>
inline constexpr int kConstsBefore = (0 + ... + (Before == Class::kConst ? 1 : 0));

// Instruction length in words: handler, operands, constants.
template <Class... Operands>
inline constexpr int kWords = 2 + kConstsBefore<Operands...>;

template <class U, Class C>
TAPPET_INLINE U read_int(const State& s, uint32_t slot, int const_index) {
  if constexpr (C == Class::kSlot) {
    // A narrow read of the slot needs no truncation.
    return load_le<U>(reinterpret_cast<const uint8_t*>(s.fp + slot));
  } else if constexpr (C == Class::kConst) {
    return static_cast<U>(s.pc[2 + const_index]);
  } else {
    return static_cast<U>(s.t);
  }
}

template <Class D>
TAPPET_INLINE void write_int(State& s, uint32_t slot, uint64_t value) {
  if constexpr (D == Class::kSlot) {
    s.fp[slot] = value;
  } else {
    s.t = value;
  }
}

template <class F, Class C>
TAPPET_INLINE F read_float(const State& s, uint32_t slot, int const_index) {
  const auto* bytes =
      reinterpret_cast<const uint8_t*>(C == Class::kConst ? s.pc + 2 + const_index : s.fp + slot);
  if constexpr (C == Class::kAcc) {
    return lane0<F>(s.f);
  } else {
    return load_le<F>(bytes);
  }
}

// Writes lane 0 of `v`, always as a whole slot: a 4-byte store would stall a later 8-byte move.
template <Class D>
TAPPET_INLINE void write_float(State& s, uint32_t slot, Vector v) {
  if constexpr (D == Class::kSlot) {
    const double whole = ((DoubleVector)v)[0];
    __builtin_memcpy(s.fp + slot, &whole, sizeof whole);
  } else {
    s.f = v;
  }
}

}  // namespace tappet::exec
