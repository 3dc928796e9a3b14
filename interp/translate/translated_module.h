// Makes a validated module executable.
#pragma once

#include <memory>

#include "interp/runtime/code.h"

namespace tappet {

// Functions are translated on their first call. `module` was validated. Any thread may use the
// result.
std::shared_ptr<const ModuleCode> translate_module(std::shared_ptr<const Module> module,
                                                   CodeOptions options);

}  // namespace tappet
