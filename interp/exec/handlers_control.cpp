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

template <bool kMetered, Class... Before>
constexpr CallMovingHandlers call_moving() {
  return {&execute<CallMoving<kMetered, Before..., Class::kSlot>>,
          &execute<CallMoving<kMetered, Before..., Class::kConst>>};
}

}  // namespace

constexpr const PinHandlers2* kIntBranchHandlers[kTargets] = {
    IntBranches<Target::kForward>::kRows, IntBranches<Target::kLoop>::kRows,
    IntBranches<Target::kPinnedLoop>::kRows, IntBranches<Target::kMeteredLoop>::kRows,
    IntBranches<Target::kMeteredPinnedLoop>::kRows};
constexpr const PinHandlers2* kFloatBranchHandlers[2][kTargets] = {
    {FloatBranches<false, Target::kForward>::kRows, FloatBranches<false, Target::kLoop>::kRows,
     FloatBranches<false, Target::kPinnedLoop>::kRows,
     FloatBranches<false, Target::kMeteredLoop>::kRows,
     FloatBranches<false, Target::kMeteredPinnedLoop>::kRows},
    {FloatBranches<true, Target::kForward>::kRows, FloatBranches<true, Target::kLoop>::kRows,
     FloatBranches<true, Target::kPinnedLoop>::kRows,
     FloatBranches<true, Target::kMeteredLoop>::kRows,
     FloatBranches<true, Target::kMeteredPinnedLoop>::kRows}};
constexpr Handler kBranchHandlers[kTargets] = {
    &execute<Branch<Target::kForward>>, &execute<Branch<Target::kLoop>>,
    &execute<Branch<Target::kPinnedLoop>>, &execute<Branch<Target::kMeteredLoop>>,
    &execute<Branch<Target::kMeteredPinnedLoop>>};
constexpr PinHandlers1 kBranchTableHandlers[3] = {by_class<BranchTable<Target::kForward>>(),
                                                  by_class<BranchTable<Target::kLoop>>(),
                                                  by_class<BranchTable<Target::kMeteredLoop>>()};

constexpr PinHandlers1 kGlobalGetIntHandlers[2] = {by_class<GlobalGetInt<false>>(),
                                                   by_class<GlobalGetInt<true>>()};
constexpr PinHandlers1 kGlobalGetFloatHandlers[2] = {by_class<GlobalGetFloat<false>>(),
                                                     by_class<GlobalGetFloat<true>>()};
constexpr PinHandlers1 kGlobalSetIntHandlers[2] = {by_class<GlobalSetInt<false>>(),
                                                   by_class<GlobalSetInt<true>>()};
constexpr PinHandlers1 kGlobalSetFloatHandlers[2] = {by_class<GlobalSetFloat<false>>(),
                                                     by_class<GlobalSetFloat<true>>()};

constexpr Handler kCallHandler[2] = {&execute<Call<false>>, &execute<Call<true>>};
constexpr CallMovingHandlers kCallMovingHandlers[2] = {call_moving<false>(), call_moving<true>()};
constexpr CallMovingHandlers kCallMovingTwoHandlers[2][2] = {
    {call_moving<false, Class::kSlot>(), call_moving<false, Class::kConst>()},
    {call_moving<true, Class::kSlot>(), call_moving<true, Class::kConst>()}};
constexpr Handler kCallImportHandler = &execute<CallImport>;
constexpr PinHandlers1 kCallIndirectHandlers[2] = {by_class<CallIndirect<false>>(),
                                                   by_class<CallIndirect<true>>()};
constexpr PinHandlers1 kCallRefHandlers[2] = {by_class<CallRef<false>>(),
                                              by_class<CallRef<true>>()};
constexpr Handler kReturnCallHandler[2] = {&execute<ReturnCall<false>>, &execute<ReturnCall<true>>};
constexpr Handler kReturnCallImportHandler = &execute<ReturnCallImport>;
constexpr Handlers1 kReturnCallIndirectHandlers[2] = {
    handlers1<ReturnCallIndirect<false>::template With>(),
    handlers1<ReturnCallIndirect<true>::template With>()};
constexpr Handlers1 kReturnCallRefHandlers[2] = {handlers1<ReturnCallRef<false>::template With>(),
                                                 handlers1<ReturnCallRef<true>::template With>()};
constexpr Handler kReturnHandler[2] = {handler_if<Return<false>>(), handler_if<Return<true>>()};
constexpr PinHandlers1 kReturnIntHandlers[2] = {by_class<ReturnInt<false>>(),
                                                by_class<ReturnInt<true>>()};
constexpr PinHandlers1 kReturnFloatHandlers[2] = {by_class<ReturnFloat<false>>(),
                                                  by_class<ReturnFloat<true>>()};
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
