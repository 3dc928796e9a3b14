#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/fused.h"

namespace tappet::exec {
namespace {

// By comparison row; the 64-bit ones repeat the 32-bit ones and are not used.
template <Target kTo>
struct IncrementBranches {
  static constexpr PinHandlers3 kRows[] = {
#define INT_COMPARE(name, type, op, negated, swapped) \
  pin_handlers3<IncrementBranch<op, kTo>::template With>(),
#include "interp/exec/ops.def"
  };
};

template <bool kIfZero, Target kTo>
constexpr PinHandlers2 and_branches() {
  return pin_handlers2<AndBranch<kIfZero, kTo>::template With>();
}

}  // namespace

constexpr PinHandlers2 kShiftPairHandlers[] = {
#define SHIFT_PAIR(bits, type, first, op) \
  pin_handlers2<ShiftPair<type, first, op>::template With>(),
#include "interp/exec/fused.def"
};
constexpr PinHandlers3 kMultiplyPairHandlers[] = {
#define MULTIPLY_PAIR(bits, type, op, swapped) \
  pin_handlers3<MultiplyPair<type, F##op, swapped>::template With>(),
#include "interp/exec/fused.def"
};
constexpr const PinHandlers3* kIncrementBranchHandlers[kTargets] = {
    IncrementBranches<Target::kForward>::kRows, IncrementBranches<Target::kLoop>::kRows,
    IncrementBranches<Target::kPinnedLoop>::kRows};
constexpr PinHandlers2 kAndBranchHandlers[2][kTargets] = {
    {and_branches<false, Target::kForward>(), and_branches<false, Target::kLoop>(),
     and_branches<false, Target::kPinnedLoop>()},
    {and_branches<true, Target::kForward>(), and_branches<true, Target::kLoop>(),
     and_branches<true, Target::kPinnedLoop>()}};

}  // namespace tappet::exec
