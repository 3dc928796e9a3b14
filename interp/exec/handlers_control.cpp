#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/control.h"
#include "interp/exec/handlers/tail_call.h"
#include "interp/exec/slow_ops.h"

namespace tappet::exec {
namespace {

constexpr Handlers2 kIntBranches[] = {
#define INT_COMPARE(name, type, op, negated, swapped) \
  handlers2<IntBranch<op, type, false>::template With>(),
#include "interp/exec/ops.def"
};
constexpr Handlers2 kIntBranchesToLoop[] = {
#define INT_COMPARE(name, type, op, negated, swapped) \
  handlers2<IntBranch<op, type, true>::template With>(),
#include "interp/exec/ops.def"
};
#define FLOAT_COMPARE(name, type, op) \
  handlers2<FloatBranch<op, type, false, false>::template With>(),
constexpr Handlers2 kFloatBranches[] = {
#include "interp/exec/ops.def"
};
#define FLOAT_COMPARE(name, type, op) \
  handlers2<FloatBranch<op, type, false, true>::template With>(),
constexpr Handlers2 kFloatBranchesToLoop[] = {
#include "interp/exec/ops.def"
};
#define FLOAT_COMPARE(name, type, op) \
  handlers2<FloatBranch<op, type, true, false>::template With>(),
constexpr Handlers2 kNegatedFloatBranches[] = {
#include "interp/exec/ops.def"
};
#define FLOAT_COMPARE(name, type, op) handlers2<FloatBranch<op, type, true, true>::template With>(),
constexpr Handlers2 kNegatedFloatBranchesToLoop[] = {
#include "interp/exec/ops.def"
};

template <class Op>
constexpr Handlers1 by_class() {
  return handlers1<Op::template With>();
}

}  // namespace

constexpr const Handlers2* kIntBranchHandlers[2] = {kIntBranches, kIntBranchesToLoop};
constexpr const Handlers2* kFloatBranchHandlers[2][2] = {
    {kFloatBranches, kFloatBranchesToLoop}, {kNegatedFloatBranches, kNegatedFloatBranchesToLoop}};
constexpr Handler kBranchHandlers[2] = {&execute<Branch<false>>, &execute<Branch<true>>};
constexpr Handlers1 kBranchTableHandlers[2] = {by_class<BranchTable<false>>(),
                                               by_class<BranchTable<true>>()};

constexpr Handlers1 kGlobalGetIntHandlers[2] = {by_class<GlobalGetInt<false>>(),
                                                by_class<GlobalGetInt<true>>()};
constexpr Handlers1 kGlobalGetFloatHandlers[2] = {by_class<GlobalGetFloat<false>>(),
                                                  by_class<GlobalGetFloat<true>>()};
constexpr Handlers1 kGlobalSetIntHandlers[2] = {by_class<GlobalSetInt<false>>(),
                                                by_class<GlobalSetInt<true>>()};
constexpr Handlers1 kGlobalSetFloatHandlers[2] = {by_class<GlobalSetFloat<false>>(),
                                                  by_class<GlobalSetFloat<true>>()};

constexpr Handler kCallHandler = &execute<Call>;
constexpr Handler kCallImportHandler = &execute<CallImport>;
constexpr Handlers1 kCallIndirectHandlers = handlers1<CallIndirect>();
constexpr Handlers1 kCallRefHandlers = handlers1<CallRef>();
constexpr Handler kReturnCallHandler = &execute<ReturnCall>;
constexpr Handler kReturnCallImportHandler = &execute<ReturnCallImport>;
constexpr Handlers1 kReturnCallIndirectHandlers = handlers1<ReturnCallIndirect>();
constexpr Handlers1 kReturnCallRefHandlers = handlers1<ReturnCallRef>();
constexpr Handler kReturnHandler = &execute<Return>;
constexpr Handlers1 kReturnIntHandlers = handlers1<ReturnInt>();
constexpr Handlers1 kReturnFloatHandlers = handlers1<ReturnFloat>();
constexpr Handler kThrowHandler = &execute<Throw>;
constexpr Handler kThrowRefHandler = &execute<ThrowRef>;
constexpr Handlers1 kCheckNonNullHandlers = handlers1<CheckNonNull>();
constexpr Handler kMoveSlotsHandler = &execute<MoveSlots>;
constexpr Handler kUnreachableHandler = &execute<RaiseTrap<TrapKind::kUnreachable>>;

Handler slow_handler(Opcode opcode) {
  switch (opcode) {
#define SLOW(name)      \
  case Opcode::k##name: \
    return &execute<Slow<slow_##name>>;
#include "interp/exec/slow_ops.def"
#undef SLOW
    default:
      return nullptr;
  }
}

}  // namespace tappet::exec
