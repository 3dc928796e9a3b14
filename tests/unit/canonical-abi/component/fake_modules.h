// Core modules for tests of components: reads declarations, not code. So these tests depend on the
// contracts of modules alone.
#pragma once

#include "canonical-abi/component/component.h"

namespace tappet::component {

// Knows function types, imports, functions, tables, memories, globals of constants, and exports.
ModuleLoader fake_module_loader(std::shared_ptr<TypeRegistry> registry);

}  // namespace tappet::component
