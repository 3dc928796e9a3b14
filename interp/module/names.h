// The custom "name" section (core spec A.4.1): read only when a name is wanted, and never trusted.
#pragma once

#include <string>
#include <unordered_map>

#include "interp/module/module.h"

namespace tappet {

struct Names {
  std::string module;
  std::unordered_map<uint32_t, std::string> functions;
};

// Reads what can be read; a malformed name section yields fewer names, never an error.
Names read_names(const Module& module);

}  // namespace tappet
