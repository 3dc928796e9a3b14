// memory.copy and memory.fill of memory 0, as far as a handler can do them by itself.
#pragma once

#include "interp/exec/state.h"

namespace tappet::exec {

// An instruction of kBulkWords, before the one that is executed out of line, which has as many: the
// second word is the first operand's slot. It does what is in bounds and does not take long, and
// goes on behind both; or it does nothing. Null for other opcodes.
inline constexpr int kBulkWords = 3;
Handler bulk_handler(Opcode opcode);

}  // namespace tappet::exec
