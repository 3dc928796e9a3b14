// What the compact handler profile leaves out (TAPPET_HANDLER_PROFILE=compact). For hosts with
// little memory for code there are half as many handlers: none for pins (exec/state.h), only some
// superinstructions (FULL in exec/fused.def), and of other operations the combinations of operand
// classes that these predicates keep. The translator need not know: the emitter brings operands
// where a handler can read them (translate/emit_spill.cpp).
#pragma once

#include "interp/exec/arith.h"
#include "interp/exec/classes.h"

namespace tappet::exec {

#if defined(TAPPET_COMPACT_HANDLERS)
inline constexpr bool kCompact = true;
#else
inline constexpr bool kCompact = false;
#endif

// Operations that few programs execute often, or that take much longer than dispatching does: one
// handler, on slots.
constexpr bool keep_rare(auto... classes) {
  return !kCompact || ((classes == Class::kSlot) && ...);
}

// Superinstructions whose rows are not in fused.def.
inline constexpr bool kKeepSuperinstructions = !kCompact;

template <class T, class... Ts>
inline constexpr bool kOneOf = (std::is_same_v<T, Ts> || ...);

// a > b is b < a; so are branches.
template <class Operator>
inline constexpr bool kIsMirror = kOneOf<Operator, GtS, GtU, GeS, GeU, FGt, FGe>;
template <class Operator>
constexpr bool keep_comparison(Class a, Class b) {
  if (!kCompact) return true;
  if (kOneOf<Operator, FEq, FNe>) return in_order(a, b);
  if (kOneOf<Operator, Eq, Ne>) return in_order(a, b);
  // Constants are always the right operand of integers.
  constexpr bool is_float = kOneOf<Operator, FLt, FGt, FLe, FGe>;
  return !kIsMirror<Operator> || (!is_float && b == Class::kConst);
}
// Branches know their negation: a != b is !(a == b) for NaN too.
template <class Operator>
constexpr bool keep_float_branch(Class a, Class b) {
  return keep_comparison<Operator>(a, b) && !(kCompact && kOneOf<Operator, FNe>);
}

// A conditional branch back to a loop, unless its header is in a register and nothing is metered,
// goes around a plain one.
constexpr bool keep_branch(Target target) {
  return !kCompact || target == Target::kForward || target == Target::kPinnedLoop;
}
// Counting up and branching ends loops, at their header in a register.
constexpr bool keep_increment_branch(Target target) {
  return !kCompact || target == Target::kPinnedLoop;
}

// Of division: a slot or the accumulator by a slot or a constant.
constexpr bool keep_division(Class a, Class b) {
  return !kCompact || (a != Class::kConst && b != Class::kAcc);
}

template <class Operator>
constexpr bool keep_float_binary(auto... classes) {
  return !kOneOf<Operator, FMin, FMax, FCopysign> || keep_rare(classes...);
}
template <class Operator>
constexpr bool keep_float_unary(auto... classes) {
  return kOneOf<Operator, FAbs, FNeg, FSqrt> || keep_rare(classes...);
}

template <class M>
inline constexpr bool kIsSignedLoad = std::is_integral_v<M> && std::is_signed_v<M>;
// Loads that extend a sign have no forms for constant addresses and for sums.
template <class M>
constexpr bool keep_address(Class address) {
  return !kCompact || !kIsSignedLoad<M> || address != Class::kConst;
}
template <class M>
constexpr bool keep_sum() {
  return !kCompact || !kIsSignedLoad<M>;
}

}  // namespace tappet::exec
