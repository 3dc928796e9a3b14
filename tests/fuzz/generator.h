// Valid modules from arbitrary bytes: every choice takes one byte, and where there are none left
// expressions become constants. So small inputs make small modules, and a fuzzer can learn.
#pragma once

#include <string>

#include "interp/base/bytes.h"

namespace tappet {

// A module in the text format that exports functions "f0", "f1", ... without parameters, a memory
// "memory" and globals. It imports nothing, always ends (loops and calls use up a budget and then
// trap), and uses all of WebAssembly 3.0 that has a fixed type; `with_gc` favours objects.
std::string generate_module(ByteSpan choices, bool with_gc);

// What happened when all of its exports were called, in words: the same for every way to run it.
struct RunOptions {
  bool guard_pages = true;
  bool gc_stress = false;
  uint64_t fuel = 0;  // for each export; 0: code that takes none
};
std::string run_generated(const std::string& module, const RunOptions& options);

}  // namespace tappet
