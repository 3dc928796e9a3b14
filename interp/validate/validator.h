// Validates decoded core modules (core spec 3): one pass over every function body, eager, so that
// whatever runs later was checked.
#pragma once

#include "interp/base/result.h"
#include "interp/module/module.h"
#include "interp/opcodes/opcode.h"

namespace tappet {

// Errors: kMalformed (an instruction that is not of the format), kInvalid, kLimit, or kUnsupported
// for an instruction of a feature that `features` lacks. The message names the function, the
// instruction, and for type errors the expected and the found type; the position is a byte offset.
// Any thread may call.
Result<> validate_module(const Module& module, const FeatureSet& features);

}  // namespace tappet
