#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/fused.h"

namespace tappet::exec {
namespace {

constexpr Handlers2 kIncrementBranches[] = {
#define INT_COMPARE(name, type, op, negated, swapped) \
  handlers2<IncrementBranch<op, false>::template With>(),
#include "interp/exec/ops.def"
};
constexpr Handlers2 kIncrementBranchesToLoop[] = {
#define INT_COMPARE(name, type, op, negated, swapped) \
  handlers2<IncrementBranch<op, true>::template With>(),
#include "interp/exec/ops.def"
};

}  // namespace

constexpr Handlers2 kShiftPairHandlers[] = {
#define SHIFT_PAIR(bits, type, first, op) handlers2<ShiftPair<type, first, op>::template With>(),
#include "interp/exec/fused.def"
};
constexpr Handlers3 kMultiplyPairHandlers[] = {
#define MULTIPLY_PAIR(bits, type, op, swapped) \
  handlers3<MultiplyPair<type, F##op, swapped>::template With>(),
#include "interp/exec/fused.def"
};
// The 64-bit rows repeat the 32-bit ones and are not used.
constexpr const Handlers2* kIncrementBranchHandlers[2] = {kIncrementBranches,
                                                          kIncrementBranchesToLoop};
constexpr Handlers2 kAndBranchHandlers[2][2] = {
    {handlers2<AndBranch<false, false>::With>(), handlers2<AndBranch<false, true>::With>()},
    {handlers2<AndBranch<true, false>::With>(), handlers2<AndBranch<true, true>::With>()}};

}  // namespace tappet::exec
