#include "interp/runtime/shared_memory.h"

#include <gtest/gtest.h>

#include "interp/runtime/store.h"
#include "tests/unit/interp/support/guest.h"

namespace tappet::test {
namespace {

MemoryType shared_pages(uint64_t min, uint64_t max) {
  MemoryType type;
  type.limits = {min, max, true};
  type.shared = true;
  return type;
}

class SharedMemoryTest : public testing::TestWithParam<MemoryStrategy> {
 protected:
  std::unique_ptr<Store> make_store(uint64_t memory_bytes = uint64_t{4} << 30) {
    StoreLimits limits;
    limits.memory_bytes = memory_bytes;
    return std::make_unique<Store>(std::make_shared<TypeRegistry>(), GetParam(), limits);
  }
};
INSTANTIATE_TEST_SUITE_P(Strategies, SharedMemoryTest, testing::ValuesIn(strategies()),
                         [](const auto& info) {
                           return info.param == MemoryStrategy::kGuard ? "Guard" : "Checked";
                         });

TEST_P(SharedMemoryTest, OutlivesTheStoreThatMadeIt) {
  auto first = make_store();
  auto second = make_store();
  Memory& made = **first->add_memory(shared_pages(1, 3));
  made.base()[5] = 7;
  Memory& view = **second->add_memory(made.shared());
  EXPECT_EQ(view.type(), made.type());
  first = nullptr;
  EXPECT_EQ(view.base()[5], 7);
  EXPECT_EQ(view.grow(2), 1);
  EXPECT_EQ(view.base()[3 * kPageBytes - 1], 0);
  EXPECT_EQ(view.grow(1), -1);
}

TEST_P(SharedMemoryTest, NeverMovesAndGrowsForEverybody) {
  auto first = make_store();
  auto second = make_store();
  Memory& made = **first->add_memory(shared_pages(0, 100));
  Memory& view = **second->add_memory(made.shared());
  uint8_t* const base = made.base();
  for (int64_t pages = 0; pages < 100; ++pages) EXPECT_EQ((pages % 2 ? made : view).grow(1), pages);
  EXPECT_EQ(made.base(), base);
  EXPECT_EQ(view.base(), base);
  EXPECT_EQ(made.size(), 100 * kPageBytes);
  EXPECT_EQ(view.pages(), 100u);
}

TEST_P(SharedMemoryTest, EachStoreGrowsItWithinItsOwnLimit) {
  auto large = make_store();
  auto small = make_store(2 * kPageBytes);
  Memory& made = **large->add_memory(shared_pages(1, 10));
  Memory& view = **small->add_memory(made.shared());
  EXPECT_EQ(view.grow(2), -1);
  EXPECT_EQ(view.grow(1), 1);
  EXPECT_EQ(view.grow(UINT64_MAX), -1);
  EXPECT_EQ(made.grow(8), 2);
  EXPECT_EQ(view.grow(0), 10);
  EXPECT_EQ(view.grow(1), -1);
}

TEST_P(SharedMemoryTest, IsOneMemoryInEachStore) {
  auto first = make_store();
  auto second = make_store();
  Memory& made = **first->add_memory(shared_pages(1, 1));
  EXPECT_EQ(*first->add_memory(made.shared()), &made);
  EXPECT_EQ(*second->add_memory(made.shared()), *second->add_memory(made.shared()));
}

TEST_P(SharedMemoryTest, StartsWithItsImage) {
  const Bytes bytes(100'000, 0x5a);
  const MemoryImage::Piece all{0, bytes};
  const auto image = MemoryImage::create(bytes.size(), {&all, 1});
  ASSERT_NE(image, nullptr);
  auto store = make_store();
  Memory& memory = **store->add_memory(shared_pages(2, 2), image);
  EXPECT_EQ(memory.base()[99'999], 0x5a);
  EXPECT_EQ(memory.base()[100'000], 0);
}

TEST(SharedMemory, GuardPagesCannotBeAddedLater) {
  if (best_memory_strategy() != MemoryStrategy::kGuard)
    GTEST_SKIP() << "this host has no guard pages";
  const auto memory =
      *Memory::create(shared_pages(1, 1), MemoryStrategy::kChecked, kPageBytes, nullptr);
  const auto view = Memory::view_of(memory->shared(), MemoryStrategy::kGuard, kPageBytes);
  ASSERT_FALSE(view.ok());
  EXPECT_EQ(view.error().kind, ErrorKind::kUsage);
  const auto guarded =
      *Memory::create(shared_pages(1, 1), MemoryStrategy::kGuard, kPageBytes, nullptr);
  EXPECT_TRUE(Memory::view_of(guarded->shared(), MemoryStrategy::kChecked, kPageBytes).ok());
}

TEST(SharedMemory, TimeoutsBeyondTheClockAreForEver) {
  const auto memory =
      *Memory::create(shared_pages(1, 1), MemoryStrategy::kChecked, kPageBytes, nullptr);
  const auto& shared = memory->shared();
  EXPECT_EQ(Waiter::join<uint32_t>(shared, 8, 1, INT64_MAX), nullptr);
  const auto waiter = Waiter::join<uint32_t>(shared, 8, 0, INT64_MAX);
  ASSERT_NE(waiter, nullptr);
  EXPECT_EQ(waiter->wait(std::chrono::milliseconds(1)), Waiter::State::kWaiting);
  EXPECT_EQ(shared->notify(8, 1), 1u);
  EXPECT_EQ(waiter->wait(std::chrono::milliseconds(1)), Waiter::State::kNotified);
}

}  // namespace
}  // namespace tappet::test
