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

template <Target kTo>
struct IncrementTwoBranches {
  static constexpr PinHandlers3 kRows[] = {
#define INT_COMPARE(name, type, op, negated, swapped) \
  pin_handlers3<IncrementTwoBranch<op, kTo>::template With>(),
#include "interp/exec/ops.def"
  };
};

template <bool kIfZero, Target kTo>
constexpr PinHandlers2 and_branches() {
  return pin_handlers2<AndBranch<kIfZero, kTo>::template With>();
}

}  // namespace

constexpr PinHandlers3 kOpOpHandlers[][2] = {
#define OP_OP(bits, type, first, op)                                                 \
  {pin_handlers3<OpOp<type, first, op>::template By<Class::kSlot>::template With>(), \
   pin_handlers3<OpOp<type, first, op>::template By<Class::kConst>::template With>()},
#define OP_OP_SWAPPED(bits, type, first, op) OP_OP(bits, type, first, Swapped<op>)
#include "interp/exec/fused.def"
};
constexpr PinHandlers3 kFloatOpOpHandlers[][3] = {
#define FLOAT_OP_OP(bits, type, first, op, swapped)                                            \
  {pin_handlers3<                                                                              \
       FloatOpOp<type, F##first, F##op, swapped>::template By<Class::kSlot>::template With>(), \
   pin_handlers3<                                                                              \
       FloatOpOp<type, F##first, F##op, swapped>::template By<Class::kAcc>::template With>(),  \
   pin_handlers3<                                                                              \
       FloatOpOp<type, F##first, F##op, swapped>::template By<Class::kPin0>::template With>()},
#include "interp/exec/fused.def"
};
constexpr const PinHandlers3* kIncrementTwoBranchHandlers[2] = {
    IncrementTwoBranches<Target::kPinnedLoop>::kRows,
    IncrementTwoBranches<Target::kMeteredPinnedLoop>::kRows};
constexpr PinHandlers2 kIncrementTwoHandlers = pin_handlers2<IncrementTwo>();
constexpr PinHandlers3 kCompareSelectHandlers[] = {
#define INT_COMPARE(name, type, op, negated, swapped) \
  pin_handlers3<CompareSelect<op>::template With>(),
#include "interp/exec/ops.def"
};
constexpr const PinHandlers3* kIncrementBranchHandlers[kTargets] = {
    IncrementBranches<Target::kForward>::kRows, IncrementBranches<Target::kLoop>::kRows,
    IncrementBranches<Target::kPinnedLoop>::kRows, IncrementBranches<Target::kMeteredLoop>::kRows,
    IncrementBranches<Target::kMeteredPinnedLoop>::kRows};
constexpr PinHandlers2 kAndBranchHandlers[2][kTargets] = {
    {and_branches<false, Target::kForward>(), and_branches<false, Target::kLoop>(),
     and_branches<false, Target::kPinnedLoop>(), and_branches<false, Target::kMeteredLoop>(),
     and_branches<false, Target::kMeteredPinnedLoop>()},
    {and_branches<true, Target::kForward>(), and_branches<true, Target::kLoop>(),
     and_branches<true, Target::kPinnedLoop>(), and_branches<true, Target::kMeteredLoop>(),
     and_branches<true, Target::kMeteredPinnedLoop>()}};

}  // namespace tappet::exec
