#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/wide.h"

namespace tappet::exec {

constexpr Handlers3 kWideSumHandlers[2] = {handlers3<WideSum<Add128>::With>(),
                                           handlers3<WideSum<Sub128>::With>()};
constexpr Handlers3 kWideProductHandlers[2] = {handlers3<WideProduct<MulWideS>::With>(),
                                               handlers3<WideProduct<MulWideU>::With>()};

}  // namespace tappet::exec
