// Translation of whole modules before they run.
#pragma once

#include "interp/runtime/code.h"

namespace tappet {

// Translates every function that is not yet, on up to `threads` OS threads, this one included:
// fewer where the host gives no more, or there is too little to do. Meanwhile other threads may run
// the code, or do the same. Precondition: threads != 0.
void translate_ahead(const ModuleCode& code, uint32_t threads);

}  // namespace tappet
