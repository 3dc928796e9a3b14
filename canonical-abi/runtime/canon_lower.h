// Calling component-level functions from core code (CanonicalABI.md, "canon lower").
#pragma once

#include "canonical-abi/runtime/func_inst.h"

namespace tappet::component {

// The body of a core function made by canon lower.
HostOutcome canon_lower(CanonFunction& self, HostCall& call);

}  // namespace tappet::component
