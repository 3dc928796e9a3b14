// Generated valid modules, run with guard pages and with checks, with fuel and without: the same
// must happen.
#include <cstdio>
#include <cstdlib>

#include "tests/fuzz/generator.h"

namespace {

void compare(const std::string& module, const tappet::RunOptions& first,
             const tappet::RunOptions& second) {
  const std::string one = tappet::run_generated(module, first);
  const std::string other = tappet::run_generated(module, second);
  if (one == other) return;
  std::fprintf(stderr, "%s\none way:\n%s\nanother:\n%s\n", module.c_str(), one.c_str(),
               other.c_str());
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string module = tappet::generate_module({data, size}, /*with_gc=*/false);
  constexpr uint64_t kPlenty = uint64_t{1} << 50;
  compare(module, {.guard_pages = true}, {.guard_pages = false});
  compare(module, {.guard_pages = true}, {.guard_pages = true, .fuel = kPlenty});
  // Where fuel ends is the same, too.
  constexpr uint64_t kLittle = 2'000;
  compare(module, {.guard_pages = true, .fuel = kLittle}, {.guard_pages = false, .fuel = kLittle});
  return 0;
}
