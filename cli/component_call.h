// What --invoke asks for: the call of a component's function, `name(argument, ...)` in WAVE, or a
// value that it exports, `name`.
#pragma once

#include <string_view>

#include "canonical-abi/linker/instance_pre.h"
#include "canonical-abi/values/value.h"

namespace tappet::cli {

struct ComponentCall {
  // One of them; they live as long as the InstancePre.
  const component::ExportedFunction* function = nullptr;
  const component::ExportedValue* value = nullptr;
  component::ComponentValue::List args;
};

// The function is named as it is exported; or, if it is in an interface, by
// `interface#function`, where the interface's version, and its package, may be left out, or as
// wasmtime writes it, `package/interface.function@version`. Its name alone is enough if no other
// interface has such a function. Values are named likewise.
//
// Errors: kUsage for a text that is no call, for arguments that do not fit, saying what the
// function wants, and for a function whose values have no text; kUnlinkable if there is no such
// function, or several, naming those that there are.
Result<ComponentCall> parse_component_call(const component::InstancePre& pre,
                                           std::string_view text);

// "ok(5)\n"; "()\n" for a function without a result, whose `type` is null.
std::string print_component_result(const component::ValType* type,
                                   const component::ComponentValue& result);

}  // namespace tappet::cli
