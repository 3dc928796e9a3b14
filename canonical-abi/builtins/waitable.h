// waitable-set, waitable and subtask (CanonicalABI.md, sections of these names).
#pragma once

#include "canonical-abi/runtime/func_inst.h"

namespace tappet::component {

HostOutcome canon_waitable_set_new(CanonFunction& self, HostCall& call);
HostOutcome canon_waitable_set_wait(CanonFunction& self, HostCall& call);
HostOutcome canon_waitable_set_poll(CanonFunction& self, HostCall& call);
HostOutcome canon_waitable_set_drop(CanonFunction& self, HostCall& call);
HostOutcome canon_waitable_join(CanonFunction& self, HostCall& call);
HostOutcome canon_subtask_cancel(CanonFunction& self, HostCall& call);
HostOutcome canon_subtask_drop(CanonFunction& self, HostCall& call);

}  // namespace tappet::component
