#include "wasi/host/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

namespace tappet::wasi {
namespace {

using Block = std::array<uint8_t, 37>;

Block secure(Random& random) {
  Block block{};
  EXPECT_TRUE(random.fill_secure(block));
  return block;
}
Block insecure(Random& random) {
  Block block{};
  random.fill_insecure(block);
  return block;
}

TEST(Random, TheSystemsNumbersDiffer) {
  const auto a = system_random();
  const auto b = system_random();
  EXPECT_NE(secure(*a), secure(*a));
  EXPECT_NE(insecure(*a), insecure(*a));
  EXPECT_NE(insecure(*a), insecure(*b));
  EXPECT_NE(a->insecure_seed(), b->insecure_seed());
  EXPECT_EQ(a->insecure_seed(), a->insecure_seed());
  const Block block = secure(*a);
  EXPECT_NE(std::count(block.begin() + 30, block.end(), 0), 7) << "the tail is filled, too";
}

TEST(Random, TheDeterministicOnesFollowFromTheSeed) {
  const auto a = deterministic_random(1);
  const auto b = deterministic_random(1);
  const auto c = deterministic_random(2);
  EXPECT_EQ(a->insecure_seed(), b->insecure_seed());
  EXPECT_NE(a->insecure_seed(), c->insecure_seed());
  EXPECT_EQ(secure(*a), secure(*b));
  EXPECT_EQ(insecure(*a), insecure(*b));
  EXPECT_NE(insecure(*a), insecure(*a));
}

TEST(Random, NothingIsAskedForByAnEmptyRequest) {
  const auto random = system_random();
  EXPECT_TRUE(random->fill_secure({}));
  random->fill_insecure({});
}

}  // namespace
}  // namespace tappet::wasi
