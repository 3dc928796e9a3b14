#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/floating.h"

namespace tappet::exec {

constexpr PinHandlers3 kFloatBinaryHandlers[] = {
#define FLOAT_BINARY(name, type, op) pin_handlers3<FloatBinary<op, type>::template With>(),
#include "interp/exec/ops.def"
};
constexpr PinHandlers3 kFloatCompareHandlers[] = {
#define FLOAT_COMPARE(name, type, op, swapped) \
  pin_handlers3<FloatCompare<op, type>::template With>(),
#include "interp/exec/ops.def"
};
constexpr PinHandlers2 kFloatUnaryHandlers[] = {
#define FLOAT_UNARY(name, type, op) pin_handlers2<FloatUnary<op, type>::template With>(),
#include "interp/exec/ops.def"
};
constexpr PinHandlers2 kTruncateHandlers[] = {
#define TRUNCATE(name, from, to) pin_handlers2<Truncate<from, to>::template With>(),
#include "interp/exec/ops.def"
};
constexpr PinHandlers2 kTruncateSatHandlers[] = {
#define TRUNCATE_SAT(name, from, to) pin_handlers2<TruncateSat<from, to>::template With>(),
#include "interp/exec/ops.def"
};
constexpr PinHandlers2 kConvertHandlers[] = {
#define CONVERT(name, from, to) pin_handlers2<Convert<from, to>::template With>(),
#include "interp/exec/ops.def"
};
constexpr PinHandlers2 kFloatCastHandlers[] = {
#define FLOAT_CAST(name, from, to) pin_handlers2<FloatCast<from, to>::template With>(),
#include "interp/exec/ops.def"
};

constexpr PinHandlers2 kMoveFloatHandlers = pin_handlers2<MoveFloat>();
constexpr Handlers4 kSelectFloatHandlers = handlers4<SelectFloat>();
constexpr PinHandlers2 kFloatToIntHandlers[2] = {pin_handlers2<FloatToInt<false>::With>(),
                                                 pin_handlers2<FloatToInt<true>::With>()};
constexpr PinHandlers2 kIntToFloatHandlers = pin_handlers2<IntToFloat>();

}  // namespace tappet::exec
