#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/fused_hash.h"

namespace tappet::exec {

constexpr PinHandlers2 kAddXorRotlHandlers[2] = {
    pin_handlers2<AddXorRotl<uint32_t>::template With>(),
    pin_handlers2<AddXorRotl<uint64_t>::template With>()};
constexpr PinHandlers2 kRotlXorRotlHandlers[2] = {
    pin_handlers2<RotlXorRotl<uint32_t>::template With>(),
    pin_handlers2<RotlXorRotl<uint64_t>::template With>()};
constexpr PinHandlers2 kShiftXorMulHandlers[2] = {
    pin_handlers2<ShiftXorMul<uint32_t>::template With>(),
    pin_handlers2<ShiftXorMul<uint64_t>::template With>()};

}  // namespace tappet::exec
