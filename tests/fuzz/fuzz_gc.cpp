// Generated valid modules that make many objects, run with few collections and with one at every
// allocation: the same must happen.
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/generator.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string module = tappet::generate_module({data, size}, /*with_gc=*/true);
  const std::string lazy = tappet::run_generated(module, {.gc_stress = false});
  const std::string eager = tappet::run_generated(module, {.gc_stress = true});
  if (lazy == eager) return 0;
  std::fprintf(stderr, "%s\nfew collections:\n%s\nmany:\n%s\n", module.c_str(), lazy.c_str(),
               eager.c_str());
  std::abort();
}
