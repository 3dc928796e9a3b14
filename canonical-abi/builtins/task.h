// context, backpressure and task (CanonicalABI.md, sections of these names).
#pragma once

#include "canonical-abi/runtime/func_inst.h"

namespace tappet::component {

HostOutcome canon_context_get(CanonFunction& self, HostCall& call);
HostOutcome canon_context_set(CanonFunction& self, HostCall& call);
HostOutcome canon_backpressure_inc(CanonFunction& self, HostCall& call);
HostOutcome canon_backpressure_dec(CanonFunction& self, HostCall& call);
HostOutcome canon_task_return(CanonFunction& self, HostCall& call);
HostOutcome canon_task_cancel(CanonFunction& self, HostCall& call);

}  // namespace tappet::component
