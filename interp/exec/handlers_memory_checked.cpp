#include "interp/exec/handler_tables.h"
#include "interp/exec/handlers/fused_branch.h"
#include "interp/exec/handlers/fused_memory.h"

namespace tappet::exec {
namespace {

constexpr bool kChecked = true;
#include "interp/exec/handlers/memory_tables.inc"

}  // namespace

constexpr MemoryHandlers kCheckedMemoryHandlers = kHandlers;

}  // namespace tappet::exec
