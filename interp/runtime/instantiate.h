// Instantiation of core modules (core spec 4.5.4).
#pragma once

#include <memory>
#include <span>

#include "interp/runtime/store.h"

namespace tappet {

// Why instantiation failed: an import or a limit (Error), or a trap of an active segment.
using InstantiateError = std::variant<Error, Trap>;
std::string to_string(const InstantiateError& error);

// The type of an import or export, as text for messages: "function [i32] -> []".
std::string describe(const Module& module, ExternKind kind, uint32_t index);

// Checks `imports` (one per module.imports, in order) against their declared types, makes the
// instance, initialises globals and tables, and copies active segments. The start function is not
// run: the caller runs `instance.module().start` on a Thread if has_start.
//
// Errors: kUnlinkable (names module, field, expected and given type), kLimit, kResource; traps:
// kMemoryOutOfBounds, kTableOutOfBounds, and the heap's (see Allocated). The instance then stays in
// the store: functions that an active element segment has put into an imported table can still be
// called.
Result<Instance*, InstantiateError> instantiate(Store& store,
                                                std::shared_ptr<const ModuleCode> code,
                                                std::span<const Extern> imports);

}  // namespace tappet
