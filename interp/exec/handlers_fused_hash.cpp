#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/fused_hash.h"
#include "interp/exec/handlers/fused_jump.h"

namespace tappet::exec {
namespace {

template <Target kTo>
constexpr PinHandlers2 move_jumps() {
  return pin_handlers2<MoveJump<kTo>::template With>();
}
template <Target kTo>
constexpr PinHandlers2 add_jumps() {
  return pin_handlers2<AddJump<kTo>::template With>();
}

}  // namespace

constexpr Handler kAddXorRotlHandlers[2] = {&execute<AddXorRotl<uint32_t>>,
                                            &execute<AddXorRotl<uint64_t>>};
constexpr PinHandlers2 kRotlXorRotlHandlers[2] = {
    pin_handlers2<RotlXorRotl<uint32_t>::template With>(),
    pin_handlers2<RotlXorRotl<uint64_t>::template With>()};
constexpr PinHandlers2 kShiftXorMulHandlers[2] = {
    pin_handlers2<ShiftXorMul<uint32_t>::template With>(),
    pin_handlers2<ShiftXorMul<uint64_t>::template With>()};
constexpr PinHandlers2 kMoveJumpHandlers[kTargets] = {
    move_jumps<Target::kForward>(), move_jumps<Target::kLoop>(), move_jumps<Target::kPinnedLoop>(),
    move_jumps<Target::kMeteredLoop>(), move_jumps<Target::kMeteredPinnedLoop>()};
constexpr PinHandlers2 kAddJumpHandlers[kTargets] = {
    add_jumps<Target::kForward>(), add_jumps<Target::kLoop>(), add_jumps<Target::kPinnedLoop>(),
    add_jumps<Target::kMeteredLoop>(), add_jumps<Target::kMeteredPinnedLoop>()};

}  // namespace tappet::exec
