// resource.new, resource.drop and resource.rep (CanonicalABI.md, sections of these names).
#pragma once

#include "canonical-abi/runtime/func_inst.h"

namespace tappet::component {

HostOutcome canon_resource_new(CanonFunction& self, HostCall& call);
HostOutcome canon_resource_drop(CanonFunction& self, HostCall& call);
HostOutcome canon_resource_rep(CanonFunction& self, HostCall& call);

}  // namespace tappet::component
