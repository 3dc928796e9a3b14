#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/integer.h"

namespace tappet::exec {

constexpr Handlers3 kIntBinaryHandlers[] = {
#define INT_BINARY(name, type, op, commutes) \
  handlers3<IntBinary<op, type, commutes>::template With>(),
#include "interp/exec/ops.def"
};
constexpr Handlers3 kIntDivisionHandlers[] = {
#define INT_DIVISION(name, type, op) handlers3<IntDivision<op, type>::template With>(),
#include "interp/exec/ops.def"
};
constexpr Handlers3 kIntCompareHandlers[] = {
#define INT_COMPARE(name, type, op, negated, swapped) \
  handlers3<IntCompare<op, type>::template With>(),
#include "interp/exec/ops.def"
};
constexpr Handlers2 kIntUnaryHandlers[] = {
#define INT_UNARY(name, op) handlers2<IntUnary<op>::template With>(),
#include "interp/exec/ops.def"
};

constexpr Handlers2 kMoveIntHandlers = handlers2<MoveInt>();
constexpr Handler kMoveTwoHandler = &execute<MoveTwo>;
constexpr Handler kMoveFarHandlers[2] = {&execute<MoveFar<false>>, &execute<MoveFar<true>>};
constexpr Handlers4 kSelectIntHandlers = handlers4<SelectInt>();

}  // namespace tappet::exec
