#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/fused_branch.h"
#include "interp/exec/handlers/fused_memory.h"

namespace tappet::exec {
namespace {

constexpr bool kChecked = false;
#include "interp/exec/handlers/memory_tables.inc"

}  // namespace

constexpr MemoryHandlers kGuardedMemoryHandlers = kHandlers;

}  // namespace tappet::exec
