// Calls without detours.
//
// A lowered function that needs its caller's memory is made after the caller, which nonetheless has
// to import something. So the tools that make components put two core instances around it: a shim,
// which comes first and exports functions that only call through its table, and a fixup, which
// comes last and fills the table. A plan knows all of them beforehand.
#pragma once

#include "canonical-abi/linker/plan.h"

namespace tappet::component {

// Lets core instances that import a shim's functions have what these call, where that is a function
// made by a canonical definition. Leaves shims and fixups out that are of no more use. What changes
// is how many instructions a call takes (and so, how much fuel), that a trap's backtrace lacks the
// shim, and that tables left out do not count against limits. `plan` is complete.
void bypass_shims(Plan& plan);

}  // namespace tappet::component
