#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/control.h"
#include "interp/exec/handlers/tail_call.h"
#include "interp/exec/slow_ops.h"

namespace tappet::exec {
namespace {

// By comparison row.
template <Target kTo>
struct IntBranches {
  static constexpr PinHandlers2 kRows[] = {
#define INT_COMPARE(name, type, op, negated, swapped) \
  pin_handlers2<IntBranch<op, type, kTo>::template With>(),
#include "interp/exec/ops.def"
  };
};
template <bool kNegated, Target kTo>
struct FloatBranches {
  static constexpr PinHandlers2 kRows[] = {
#define FLOAT_COMPARE(name, type, op, swapped) \
  pin_handlers2<FloatBranch<op, type, kNegated, kTo>::template With>(),
#include "interp/exec/ops.def"
  };
};

template <class Op>
constexpr PinHandlers1 by_class() {
  return pin_handlers1<Op::template With>();
}

}  // namespace

constexpr const PinHandlers2* kIntBranchHandlers[kTargets] = {
    IntBranches<Target::kForward>::kRows, IntBranches<Target::kLoop>::kRows,
    IntBranches<Target::kPinnedLoop>::kRows};
constexpr const PinHandlers2* kFloatBranchHandlers[2][kTargets] = {
    {FloatBranches<false, Target::kForward>::kRows, FloatBranches<false, Target::kLoop>::kRows,
     FloatBranches<false, Target::kPinnedLoop>::kRows},
    {FloatBranches<true, Target::kForward>::kRows, FloatBranches<true, Target::kLoop>::kRows,
     FloatBranches<true, Target::kPinnedLoop>::kRows}};
constexpr Handler kBranchHandlers[kTargets] = {&execute<Branch<Target::kForward>>,
                                               &execute<Branch<Target::kLoop>>,
                                               &execute<Branch<Target::kPinnedLoop>>};
constexpr PinHandlers1 kBranchTableHandlers[2] = {by_class<BranchTable<false>>(),
                                                  by_class<BranchTable<true>>()};

constexpr PinHandlers1 kGlobalGetIntHandlers[2] = {by_class<GlobalGetInt<false>>(),
                                                   by_class<GlobalGetInt<true>>()};
constexpr PinHandlers1 kGlobalGetFloatHandlers[2] = {by_class<GlobalGetFloat<false>>(),
                                                     by_class<GlobalGetFloat<true>>()};
constexpr PinHandlers1 kGlobalSetIntHandlers[2] = {by_class<GlobalSetInt<false>>(),
                                                   by_class<GlobalSetInt<true>>()};
constexpr PinHandlers1 kGlobalSetFloatHandlers[2] = {by_class<GlobalSetFloat<false>>(),
                                                     by_class<GlobalSetFloat<true>>()};

constexpr Handler kCallHandler = &execute<Call>;
constexpr Handler kCallMovingHandlers[2] = {&execute<CallMoving<Class::kSlot>>,
                                            &execute<CallMoving<Class::kConst>>};
constexpr Handler kCallMovingTwoHandlers[2][2] = {
    {&execute<CallMoving<Class::kSlot, Class::kSlot>>,
     &execute<CallMoving<Class::kSlot, Class::kConst>>},
    {&execute<CallMoving<Class::kConst, Class::kSlot>>,
     &execute<CallMoving<Class::kConst, Class::kConst>>}};
constexpr Handler kCallImportHandler = &execute<CallImport>;
constexpr PinHandlers1 kCallIndirectHandlers = pin_handlers1<CallIndirect>();
constexpr PinHandlers1 kCallRefHandlers = pin_handlers1<CallRef>();
constexpr Handler kReturnCallHandler = &execute<ReturnCall>;
constexpr Handler kReturnCallImportHandler = &execute<ReturnCallImport>;
constexpr Handlers1 kReturnCallIndirectHandlers = handlers1<ReturnCallIndirect>();
constexpr Handlers1 kReturnCallRefHandlers = handlers1<ReturnCallRef>();
constexpr Handler kReturnHandler = &execute<Return>;
constexpr PinHandlers1 kReturnIntHandlers = pin_handlers1<ReturnInt>();
constexpr PinHandlers1 kReturnFloatHandlers = pin_handlers1<ReturnFloat>();
constexpr Handler kLoadPinsHandler = &execute<LoadPins>;
constexpr Handler kCountHandler = &execute<Count>;
constexpr Handler kThrowHandler = &execute<Throw>;
constexpr Handler kThrowRefHandler = &execute<ThrowRef>;
constexpr Handlers1 kCheckNonNullHandlers = handlers1<CheckNonNull>();
constexpr std::array<Handler, kFewZeroSlots> kZeroFewHandlers =
    []<size_t... I>(std::index_sequence<I...>) {
      return std::array<Handler, kFewZeroSlots>{&execute<ZeroFew<I + 1>>...};
    }(std::make_index_sequence<kFewZeroSlots>{});
constexpr Handler kZeroManyHandler = &execute<ZeroMany>;
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
