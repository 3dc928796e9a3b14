#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/integer.h"

namespace tappet::exec {

constexpr PinHandlers3 kIntBinaryHandlers[] = {
#define INT_BINARY(name, type, op, commutes) \
  pin_handlers3<IntBinary<op, type, commutes>::template With>(),
#include "interp/exec/ops.def"
};
constexpr PinHandlers3 kIntDivisionHandlers[] = {
#define INT_DIVISION(name, type, op) pin_handlers3<IntDivision<op, type>::template With>(),
#include "interp/exec/ops.def"
};
constexpr PinHandlers3 kIntCompareHandlers[] = {
#define INT_COMPARE(name, type, op, negated, swapped) \
  pin_handlers3<IntCompare<op, type>::template With>(),
#include "interp/exec/ops.def"
};
constexpr PinHandlers2 kIntUnaryHandlers[] = {
#define INT_UNARY(name, op) pin_handlers2<IntUnary<op>::template With>(),
#include "interp/exec/ops.def"
};

constexpr PinHandlers2 kMoveIntHandlers = pin_handlers2<MoveInt>();
constexpr Handler kMoveTwoHandlers[2][2] = {
    {&execute<MoveTwo<Class::kSlot, Class::kSlot>>, &execute<MoveTwo<Class::kSlot, Class::kConst>>},
    {&execute<MoveTwo<Class::kConst, Class::kSlot>>,
     &execute<MoveTwo<Class::kConst, Class::kConst>>}};
constexpr Handler kMoveFarHandlers[2] = {&execute<MoveFar<false>>, &execute<MoveFar<true>>};
constexpr Handlers4 kSelectIntHandlers = handlers4<SelectInt>();

}  // namespace tappet::exec
