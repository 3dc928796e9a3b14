// Operand classes: where an instruction's operands and result live. Handlers are instantiated per
// combination, so that reading an operand costs no decision.
#pragma once

#include <array>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "interp/exec/state.h"

namespace tappet::exec {

// Integers and references: a slot, a constant behind the operand word, the accumulator t, a pinned
// local p. Floating values: the same with f and q. A pinned local is written to its slot too, so
// that a slot may always be read instead.
enum class Class : uint8_t { kSlot, kConst, kAcc, kPin0, kPin1, kPin2, kPin3 };
inline constexpr size_t kClasses = 3;  // without pins
inline constexpr size_t kIntPins = TAPPET_INT_PINS;
inline constexpr size_t kFloatPins = TAPPET_FLOAT_PINS;
inline constexpr size_t kPinClasses = kClasses + (kIntPins > kFloatPins ? kIntPins : kFloatPins);

constexpr bool is_pin(Class c) { return c >= Class::kPin0; }
constexpr size_t pin_index(Class c) {
  return static_cast<size_t>(c) - static_cast<size_t>(Class::kPin0);
}
constexpr Class pin_class(size_t index) {
  return static_cast<Class>(static_cast<size_t>(Class::kPin0) + index);
}
// Whether an integer or a floating operand can be of the class.
constexpr bool is_int_class(Class c) { return !is_pin(c) || pin_index(c) < kIntPins; }
constexpr bool is_float_class(Class c) { return !is_pin(c) || pin_index(c) < kFloatPins; }
template <Class... C>
inline constexpr bool kIntClasses = (is_int_class(C) && ...);
// Operands of an operator that commutes, in the one order that has handlers: constants last.
constexpr bool in_order(Class a, Class b) {
  return a != Class::kConst && (b == Class::kConst || a <= b);
}
constexpr int pins_among(auto... classes) { return (0 + ... + (is_pin(classes) ? 1 : 0)); }
// Of what is not constant: results, and operands of what is folded or has no constant form.
constexpr bool is_int_variable(Class c) { return c != Class::kConst && is_int_class(c); }
constexpr bool is_float_variable(Class c) { return c != Class::kConst && is_float_class(c); }

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
// A vector whose first 64 bits are `value`, zero-extended. Those above are unspecified where the
// compiler can be told so: to clear them would cost an instruction behind each result.
template <class F>
TAPPET_INLINE Vector from_scalar(F value) {
  if constexpr (sizeof(F) == 4) {
    return Vector{value, 0, 0, 0};
  } else {
#if defined(__clang__) && defined(TAPPET_FLOAT_REGISTER)
    using One [[gnu::vector_size(8)]] = double;
    DoubleVector whole = __builtin_shufflevector(One{value}, One{value}, 0, -1);
    asm("" : "+" TAPPET_FLOAT_REGISTER(whole));  // what is in the register, not poison
    return (Vector)whole;
#else
    return (Vector)DoubleVector{value, 0};
#endif
  }
}
// The result of an operation whose left operand was in `left`. To keep that one's other lanes is
// free where they cannot be left unspecified, and right: those of a scalar are zero.
template <class F>
TAPPET_INLINE Vector result_of([[maybe_unused]] Vector left, F value) {
#if defined(__clang__)
  if constexpr (sizeof(F) == 8) return from_scalar(value);
#endif
  return with_lane0<F>(left, value);
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
  } else if constexpr (C == Class::kAcc) {
    return static_cast<U>(s.t);
  } else {
    static_assert(is_int_class(C));
    return static_cast<U>(s.p[pin_index(C)]);
  }
}

template <Class D>
TAPPET_INLINE void write_int(State& s, uint32_t slot, uint64_t value) {
  if constexpr (D == Class::kAcc) {
    s.t = value;
  } else {
    static_assert(is_int_class(D));
    s.fp[slot] = value;
    if constexpr (is_pin(D)) s.p[pin_index(D)] = value;
  }
}

template <class F, Class C>
TAPPET_INLINE F read_float(const State& s, uint32_t slot, int const_index) {
  const auto* bytes =
      reinterpret_cast<const uint8_t*>(C == Class::kConst ? s.pc + 2 + const_index : s.fp + slot);
  if constexpr (C == Class::kAcc) {
    return lane0<F>(s.f);
  } else if constexpr (is_pin(C)) {
    return lane0<F>((Vector)DoubleVector{s.q[pin_index(C)], 0});
  } else {
    return load_le<F>(bytes);
  }
}

// Writes lane 0 of `v`, always as a whole slot: a 4-byte store would stall a later 8-byte move.
template <Class D>
TAPPET_INLINE void write_float(State& s, uint32_t slot, Vector v) {
  if constexpr (D == Class::kAcc) {
    s.f = v;
  } else {
    const double whole = ((DoubleVector)v)[0];
    __builtin_memcpy(s.fp + slot, &whole, sizeof whole);
    if constexpr (is_pin(D)) s.q[pin_index(D)] = whole;
  }
}

// What a load extends the memory's type M to, U at least: an i32 lies zero-extended, so where zeros
// are added i32 and i64 are loaded alike.
template <class M, class U>
using Loaded = std::conditional_t<std::is_signed_v<M>, U, uint64_t>;

// Where a branch leads: forward, or to the header of a loop, where interruptions are noticed. The
// header of a loop with pins is in a register. Where fuel counts, branches to loops are metered:
// the word behind the instruction is what another round costs, and interruptions are noticed when a
// slice of fuel is used up (Store::set_fuel).
enum class Target : uint8_t { kForward, kLoop, kPinnedLoop, kMeteredLoop, kMeteredPinnedLoop };
inline constexpr size_t kTargets = 5;
constexpr bool is_metered(Target target) { return target >= Target::kMeteredLoop; }

// Takes a branch, an instruction of so many words. True if it has to see handle_limit() before what
// it leads to.
template <Target kTarget>
TAPPET_INLINE bool go_to(State& s, int length) {
  bool stop = false;
  if constexpr (is_metered(kTarget)) stop = charge(s, s.pc[length]);
  if constexpr (kTarget == Target::kPinnedLoop || kTarget == Target::kMeteredPinnedLoop) {
    s.pc = s.head;
  } else {
    s.pc += static_cast<int32_t>(field_high(s));
  }
  if constexpr (kTarget == Target::kLoop || kTarget == Target::kPinnedLoop)
    stop = limit_requested(s);
  return stop;
}

}  // namespace tappet::exec
