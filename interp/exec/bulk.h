// memory.copy and memory.fill of memory 0, as far as a handler can do them by itself.
#pragma once

#include "interp/exec/state.h"

namespace tappet::exec {

// An instruction of two words, before the one that is executed out of line (slow_ops.h): the second
// is the first operand's slot. It does what is in bounds and does not take long, and goes on behind
// both; or it does nothing. Null for other opcodes.
Handler bulk_handler(Opcode opcode);

}  // namespace tappet::exec
