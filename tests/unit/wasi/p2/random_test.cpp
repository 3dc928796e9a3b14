#include "wasi/p2/random.h"

#include <algorithm>

#include "tests/unit/canonical-abi/bind/caller.h"
#include "wasi/host/random.h"

namespace tappet::wasi::p2 {
namespace {

using component::testing::Caller;
using V = component::ComponentValue;

// A system that has run dry.
class NoRandom final : public Random {
 public:
  bool fill_secure(std::span<uint8_t>) override { return false; }
  void fill_insecure(std::span<uint8_t> out) override { std::ranges::fill(out, uint8_t{7}); }
  std::pair<uint64_t, uint64_t> insecure_seed() override { return {1, UINT64_MAX}; }
};

class P2Random : public ::testing::Test {
 protected:
  P2Random() {
    secure.environment().set(numbers.get());
    insecure.environment().set(numbers.get());
  }
  std::unique_ptr<Random> numbers = deterministic_random(1);
  NoRandom none;
  Caller secure{random()};
  Caller insecure{insecure_random()};
};

TEST_F(P2Random, GivesAsManyBytesAsWereAskedFor) {
  for (const uint64_t length : {0, 1, 9, 100'000}) {
    EXPECT_EQ(secure.value("get-random-bytes", {V::u64(length)}).bytes().size(), length);
    EXPECT_EQ(insecure.value("get-insecure-random-bytes", {V::u64(length)}).bytes().size(), length);
  }
  EXPECT_NE(secure.value("get-random-u64"), secure.value("get-random-u64"));
  EXPECT_NE(insecure.value("get-insecure-random-u64"), insecure.value("get-insecure-random-u64"));
}

TEST_F(P2Random, HasAMost) {
  for (const uint64_t length : {Random::kMostBytes + 1, UINT64_MAX}) {
    EXPECT_EQ(secure.trap("get-random-bytes", {V::u64(length)}),
              "more than 64 MiB of random bytes at once");
    EXPECT_EQ(insecure.trap("get-insecure-random-bytes", {V::u64(length)}),
              "more than 64 MiB of random bytes at once");
  }
}

TEST_F(P2Random, NeverPassesOffInsecureNumbersAsSecure) {
  Caller dry(random());
  dry.environment().set<Random>(&none);
  EXPECT_EQ(dry.trap("get-random-bytes", {V::u64(1)}), "the system has no random numbers to give");
  EXPECT_EQ(dry.trap("get-random-u64"), "the system has no random numbers to give");
  Caller sevens(insecure_random());
  sevens.environment().set<Random>(&none);
  EXPECT_EQ(sevens.value("get-insecure-random-u64"), V::u64(0x0707'0707'0707'0707));
}

TEST_F(P2Random, TheSeedIsAPair) {
  Caller seed(insecure_seed());
  seed.environment().set<Random>(&none);
  EXPECT_EQ(seed.value("insecure-seed"), V::tuple({V::u64(1), V::u64(UINT64_MAX)}));
}

}  // namespace
}  // namespace tappet::wasi::p2
