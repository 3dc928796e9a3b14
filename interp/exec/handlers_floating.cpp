#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/floating.h"

namespace tappet::exec {

constexpr Handlers3 kFloatBinaryHandlers[] = {
#define FLOAT_BINARY(name, type, op) handlers3<FloatBinary<op, type>::template With>(),
#include "interp/exec/ops.def"
};
constexpr Handlers3 kFloatCompareHandlers[] = {
#define FLOAT_COMPARE(name, type, op) handlers3<FloatCompare<op, type>::template With>(),
#include "interp/exec/ops.def"
};
constexpr Handlers2 kFloatUnaryHandlers[] = {
#define FLOAT_UNARY(name, type, op) handlers2<FloatUnary<op, type>::template With>(),
#include "interp/exec/ops.def"
};
constexpr Handlers2 kTruncateHandlers[] = {
#define TRUNCATE(name, from, to) handlers2<Truncate<from, to>::template With>(),
#include "interp/exec/ops.def"
};
constexpr Handlers2 kTruncateSatHandlers[] = {
#define TRUNCATE_SAT(name, from, to) handlers2<TruncateSat<from, to>::template With>(),
#include "interp/exec/ops.def"
};
constexpr Handlers2 kConvertHandlers[] = {
#define CONVERT(name, from, to) handlers2<Convert<from, to>::template With>(),
#include "interp/exec/ops.def"
};
constexpr Handlers2 kFloatCastHandlers[] = {
#define FLOAT_CAST(name, from, to) handlers2<FloatCast<from, to>::template With>(),
#include "interp/exec/ops.def"
};

constexpr Handlers2 kMoveFloatHandlers = handlers2<MoveFloat>();
constexpr Handlers4 kSelectFloatHandlers = handlers4<SelectFloat>();
constexpr Handlers2 kFloatToIntHandlers[2] = {handlers2<FloatToInt<false>::With>(),
                                              handlers2<FloatToInt<true>::With>()};
constexpr Handlers2 kIntToFloatHandlers = handlers2<IntToFloat>();

}  // namespace tappet::exec
