// Generated valid modules, run with guard pages and with checks: the same must happen.
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/generator.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string module = tappet::generate_module({data, size}, /*with_gc=*/false);
  const std::string guarded = tappet::run_generated(module, {.guard_pages = true});
  const std::string checked = tappet::run_generated(module, {.guard_pages = false});
  if (guarded == checked) return 0;
  std::fprintf(stderr, "%s\nguarded:\n%s\nchecked:\n%s\n", module.c_str(), guarded.c_str(),
               checked.c_str());
  std::abort();
}
