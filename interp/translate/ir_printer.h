// Ir as text, one instruction a line: what tests compare and people read.
#pragma once

#include <string>

#include "interp/translate/ir.h"

namespace tappet::translate {

std::string to_string(const Ir& ir);

// An operation and its operands' classes, as a profile names it.
std::string op_name(const IrInstruction& i);

}  // namespace tappet::translate
