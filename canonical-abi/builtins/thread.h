// thread (CanonicalABI.md, sections "canon thread.*").
#pragma once

#include "canonical-abi/runtime/func_inst.h"

namespace tappet::component {

HostOutcome canon_thread_index(CanonFunction& self, HostCall& call);
HostOutcome canon_thread_new_indirect(CanonFunction& self, HostCall& call);
HostOutcome canon_thread_resume_later(CanonFunction& self, HostCall& call);
HostOutcome canon_thread_suspend(CanonFunction& self, HostCall& call);
HostOutcome canon_thread_yield(CanonFunction& self, HostCall& call);
HostOutcome canon_thread_suspend_then_resume(CanonFunction& self, HostCall& call);
HostOutcome canon_thread_yield_then_resume(CanonFunction& self, HostCall& call);
HostOutcome canon_thread_suspend_then_promote(CanonFunction& self, HostCall& call);
HostOutcome canon_thread_yield_then_promote(CanonFunction& self, HostCall& call);

}  // namespace tappet::component
