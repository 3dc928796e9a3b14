// Calling component-level functions from core code (CanonicalABI.md, "canon lower").
#pragma once

#include "canonical-abi/runtime/func_inst.h"

namespace tappet::component {

class Caller;

// The body of a core function made by canon lower.
HostOutcome canon_lower(CanonFunction& self, HostCall& call);

// What follows when a host function of synchronous type has returned: `call` waits, traps, or
// returns the result.
HostOutcome finish_host_call(HostCall& call, Caller& caller, HostReturn returned);

}  // namespace tappet::component
