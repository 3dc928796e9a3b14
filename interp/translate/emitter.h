// Turns Ir into threaded code: chooses handlers by operand classes, packs operands, resolves
// labels.
#pragma once

#include <memory>

#include "interp/runtime/code.h"
#include "interp/translate/ir.h"

namespace tappet::translate {

// `code` gives entries of called functions and the memory strategy.
std::unique_ptr<FunctionCode> emit(const ModuleCode& code, Ir ir);

}  // namespace tappet::translate
