// Superinstructions that end in a branch, a call or a return.
#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/fused_branch.h"
#include "interp/exec/handlers/fused_call.h"
#include "interp/exec/handlers/fused_jump.h"

namespace tappet::exec {
namespace {

template <Target kTo>
constexpr PinHandlers2 move_jumps() {
  return pin_handlers2<MoveJump<kTo>::template With>();
}
template <Target kTo>
constexpr PinHandlers2 add_jumps() {
  return pin_handlers2<AddJump<kTo>::template With>();
}

template <bool kHeld>
struct ReturnBinaries {
  static constexpr PinHandlers2 kRows[] = {
#define INT_BINARY(name, type, op, commutes) \
  pin_handlers2<ReturnBinary<op, type, kHeld>::template With>(),
#include "interp/exec/ops.def"
  };
};

template <bool kChecked, bool kHeld>
struct ReturnLoads {
  static constexpr PinHandlers1 kRows[] = {
      pin_handlers1<ReturnLoad<kChecked, uint32_t, kHeld>::template With>(),
      pin_handlers1<ReturnLoad<kChecked, uint8_t, kHeld>::template With>(),
      pin_handlers1<ReturnLoad<kChecked, uint16_t, kHeld>::template With>()};
};

template <bool kNegated>
struct FloatSumBranches {
  static constexpr PinHandlers3 kRows[] = {
#define FLOAT_COMPARE(name, type, op, swapped) \
  pin_handlers3<FloatOpBranch<type, FAdd, op, kNegated>::template With>(),
#include "interp/exec/ops.def"
  };
};

template <bool kIfZero, Target kTo>
constexpr PinHandlers2 and_keep_branches() {
  return pin_handlers2<AndKeepBranch<kIfZero, kTo>::template With>();
}
template <Target kTo>
struct RangeBranches {
  static constexpr PinHandlers1 kRows[] = {
#define INT_COMPARE(name, type, op, negated, swapped) \
  pin_handlers1<RangeBranch<op, kTo>::template With>(),
#include "interp/exec/ops.def"
  };
};

template <Target kTo, class Operator, Class Bound>
constexpr PinHandlers3 move_increment_branches() {
  return pin_handlers3<MoveIncrementBranch<Operator, kTo>::template By<Bound>::template With>();
}
template <Target kTo>
struct MoveIncrementBranches {
  static constexpr PinHandlers3 kRows[2][2] = {
      {move_increment_branches<kTo, Ne, Class::kSlot>(),
       move_increment_branches<kTo, Ne, Class::kConst>()},
      {move_increment_branches<kTo, LtU, Class::kSlot>(),
       move_increment_branches<kTo, LtU, Class::kConst>()}};
};

}  // namespace

constexpr const PinHandlers3 (*const kMoveIncrementBranchHandlers[2])[2] = {
    MoveIncrementBranches<Target::kLoop>::kRows, MoveIncrementBranches<Target::kPinnedLoop>::kRows};
constexpr const PinHandlers3* kFloatSumBranchHandlers[2] = {FloatSumBranches<false>::kRows,
                                                            FloatSumBranches<true>::kRows};
constexpr PinHandlers2 kAndKeepBranchHandlers[2][kTargets] = {
    {and_keep_branches<false, Target::kForward>(), and_keep_branches<false, Target::kLoop>(),
     and_keep_branches<false, Target::kPinnedLoop>(),
     and_keep_branches<false, Target::kMeteredLoop>(),
     and_keep_branches<false, Target::kMeteredPinnedLoop>()},
    {and_keep_branches<true, Target::kForward>(), and_keep_branches<true, Target::kLoop>(),
     and_keep_branches<true, Target::kPinnedLoop>(),
     and_keep_branches<true, Target::kMeteredLoop>(),
     and_keep_branches<true, Target::kMeteredPinnedLoop>()}};
// The rows of 64-bit comparisons repeat the 32-bit ones and are not used.
constexpr const PinHandlers1* kRangeBranchHandlers[kTargets] = {
    RangeBranches<Target::kForward>::kRows, RangeBranches<Target::kLoop>::kRows,
    RangeBranches<Target::kPinnedLoop>::kRows, RangeBranches<Target::kMeteredLoop>::kRows,
    RangeBranches<Target::kMeteredPinnedLoop>::kRows};
constexpr PinHandlers1 kCallIndirectMovingHandlers[2] = {
    pin_handlers1<CallIndirectMoving<false>::With>(),
    pin_handlers1<CallIndirectMoving<true>::With>()};
constexpr Handler kCallAddingHandlers[2] = {&execute<CallAdding<false>>,
                                            &execute<CallAdding<true>>};
constexpr Handler kCallLoadingHandlers[2][2][2] = {
    {{handler_if<CallLoading<false, false, false>>(),
      handler_if<CallLoading<false, false, true>>()},
     {handler_if<CallLoading<false, true, false>>(), handler_if<CallLoading<false, true, true>>()}},
    {{handler_if<CallLoading<true, false, false>>(), handler_if<CallLoading<true, false, true>>()},
     {handler_if<CallLoading<true, true, false>>(), handler_if<CallLoading<true, true, true>>()}}};
constexpr PinHandlers1 kStoreReturnHandlers[2][2] = {
    {pin_handlers1<StoreReturn<false, false>::With>(),
     pin_handlers1<StoreReturn<true, false>::With>()},
    {pin_handlers1<StoreReturn<false, true>::With>(),
     pin_handlers1<StoreReturn<true, true>::With>()}};
constexpr const PinHandlers2* kReturnBinaryHandlers[2] = {ReturnBinaries<false>::kRows,
                                                          ReturnBinaries<true>::kRows};
constexpr const PinHandlers1* kReturnLoadHandlers[2][2] = {
    {ReturnLoads<false, false>::kRows, ReturnLoads<true, false>::kRows},
    {ReturnLoads<false, true>::kRows, ReturnLoads<true, true>::kRows}};
constexpr PinHandlers2 kMoveJumpHandlers[kTargets] = {
    move_jumps<Target::kForward>(), move_jumps<Target::kLoop>(), move_jumps<Target::kPinnedLoop>(),
    move_jumps<Target::kMeteredLoop>(), move_jumps<Target::kMeteredPinnedLoop>()};
constexpr PinHandlers2 kAddJumpHandlers[kTargets] = {
    add_jumps<Target::kForward>(), add_jumps<Target::kLoop>(), add_jumps<Target::kPinnedLoop>(),
    add_jumps<Target::kMeteredLoop>(), add_jumps<Target::kMeteredPinnedLoop>()};

}  // namespace tappet::exec
