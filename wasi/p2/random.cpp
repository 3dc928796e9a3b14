#include "wasi/p2/random.h"

#include <array>
#include <cstring>

#include "wasi/host/random.h"
#include "wasi/p2/version.h"

namespace tappet::wasi::p2 {
namespace {

using component::HostInterface;
using component::HostInterfaceDef;
using component::HostResult;
using component::Trap;

bool fill(Random& random, bool secure, std::span<uint8_t> out) {
  if (secure) return random.fill_secure(out);
  random.fill_insecure(out);
  return true;
}

auto no_random_numbers() { return fail(Trap("the system has no random numbers to give")); }

HostResult<Bytes> bytes(Random& random, bool secure, uint64_t length) {
  if (length > Random::kMostBytes) return fail(Trap("more than 64 MiB of random bytes at once"));
  Bytes out(static_cast<size_t>(length));
  if (!fill(random, secure, out)) return no_random_numbers();
  return out;
}

HostResult<uint64_t> number(Random& random, bool secure) {
  std::array<uint8_t, sizeof(uint64_t)> out{};
  if (!fill(random, secure, out)) return no_random_numbers();
  uint64_t n = 0;
  std::memcpy(&n, out.data(), sizeof n);
  return n;
}

}  // namespace

HostInterfaceDef random() {
  return HostInterface<Random>("wasi:random/random", kVersion)
      .func("get-random-bytes", {"len"},
            [](Random& random, uint64_t length) { return bytes(random, true, length); })
      .func("get-random-u64", [](Random& random) { return number(random, true); });
}

HostInterfaceDef insecure_random() {
  return HostInterface<Random>("wasi:random/insecure", kVersion)
      .func("get-insecure-random-bytes", {"len"},
            [](Random& random, uint64_t length) { return bytes(random, false, length); })
      .func("get-insecure-random-u64", [](Random& random) { return number(random, false); });
}

HostInterfaceDef insecure_seed() {
  return HostInterface<Random>("wasi:random/insecure-seed", kVersion)
      .func("insecure-seed", &Random::insecure_seed);
}

}  // namespace tappet::wasi::p2
