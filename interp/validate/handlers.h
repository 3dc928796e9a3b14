// One handler per opcode, made from the rows of opcodes.def.
#pragma once

#include <array>

#include "interp/opcodes/opcode.h"

namespace tappet {

class FunctionValidator;

using Handler = void (*)(FunctionValidator&);
extern const std::array<Handler, kOpcodeCount> kHandlers;

}  // namespace tappet
