// The call of a component's function that --invoke asks for: `name(argument, ...)`, in WAVE.
#pragma once

#include <string_view>

#include "canonical-abi/linker/instance_pre.h"
#include "canonical-abi/values/value.h"

namespace tappet::cli {

struct ComponentCall {
  const component::ExportedFunction* function = nullptr;  // lives as long as the InstancePre
  component::ComponentValue::List args;
};

// The function is named as it is exported; or, if it is in an interface, by
// `interface#function`, where the interface's version, and its package, may be left out, or as
// wasmtime writes it, `package/interface.function@version`. Its name alone is enough if no other
// interface has such a function.
//
// Errors: kUsage for a text that is no call, for arguments that do not fit, saying what the
// function wants, and for a function whose values have no text; kUnlinkable if there is no such
// function, or several, naming those that there are.
Result<ComponentCall> parse_component_call(const component::InstancePre& pre,
                                           std::string_view text);

// "ok(5)\n"; "()\n" for a function without a result.
std::string print_component_result(const component::FuncType& type,
                                   const component::ComponentValue& result);

}  // namespace tappet::cli
