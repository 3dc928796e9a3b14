// The custom "name" section (core spec A.4.1): read only when a name is wanted, and never trusted.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "interp/module/module.h"

namespace tappet {

struct Names {
  std::string module;
  std::unordered_map<uint32_t, std::string> functions;
};

// Reads what can be read; a malformed name section yields fewer names, never an error.
// Functions that the module does not have are left out.
Names read_names(const Module& module);

// "function 12 (name)", for messages; the name comes from the name section or else from an export,
// and is left out where there is neither. Not for hot paths: reads the name section.
std::string function_label(const Module& module, uint32_t function);

}  // namespace tappet
