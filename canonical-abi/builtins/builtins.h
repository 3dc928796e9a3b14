// The canonical definitions that make core functions, by kind (canon.def).
#pragma once

#include "canonical-abi/component/canon.h"
#include "canonical-abi/runtime/func_inst.h"

namespace tappet::component {

// What core functions of that kind do; null if it is not executed.
CanonFunction::Body find_builtin(CanonKind kind);

}  // namespace tappet::component
