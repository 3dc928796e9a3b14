#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/fused.h"

namespace tappet::exec {

constexpr PinHandlers3 kShiftOpHandlers[] = {
#define SHIFT_OP(bits, type, first, op) pin_handlers3<ShiftOp<type, first, op>::template With>(),
#include "interp/exec/fused.def"
};
constexpr PinHandlers3 kOpShiftHandlers[] = {
#define OP_SHIFT(bits, type, first, op) pin_handlers3<OpShift<type, first, op>::template With>(),
#include "interp/exec/fused.def"
};

}  // namespace tappet::exec
