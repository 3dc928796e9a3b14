#include "interp/runtime/memory_pool.h"

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>

namespace tappet {
namespace {

MemoryType pages(uint64_t min) {
  MemoryType type;
  type.limits = {.min = min, .max = 100, .has_max = true};
  return type;
}

// Two thirds of a page more than one page of wasm: its last host page is partly of the image.
std::shared_ptr<const MemoryImage> make_image() {
  const Bytes bytes(kPageBytes + 2731, 0x5a);
  const MemoryImage::Piece all{0, bytes};
  return MemoryImage::create(bytes.size(), {&all, 1});
}

std::unique_ptr<Memory> make(MemoryPool& pool, uint64_t min,
                             const std::shared_ptr<const MemoryImage>& image,
                             MemoryStrategy strategy = MemoryStrategy::kGuard) {
  return *Memory::create(pages(min), strategy, uint64_t{4} << 30, image, &pool);
}

bool is_new(Memory& memory, uint64_t min, const MemoryImage* image) {
  if (memory.size() != min * kPageBytes) return false;
  const uint64_t split = image != nullptr ? image->size() : 0;
  const auto has = [&](uint64_t from, uint64_t to, uint8_t byte) {
    return std::all_of(memory.base() + from, memory.base() + to,
                       [&](uint8_t b) { return b == byte; });
  };
  return has(0, split, 0x5a) && has(split, memory.size(), 0);
}

// With pages that are restored one by one, and with pages that are dropped.
using MemoryPoolTest = testing::TestWithParam<uint64_t>;

TEST_P(MemoryPoolTest, MemoriesComeBackAsTheyBegan) {
  for (const auto& image : {make_image(), std::shared_ptr<const MemoryImage>()}) {
    MemoryPool pool({.memories = 2, .memory_bytes = GetParam()});
    auto memory = make(pool, 3, image);
    uint8_t* const base = memory->base();
    for (int round = 0; round < 3; ++round) {
      EXPECT_EQ(memory->base(), base) << "used again";
      EXPECT_TRUE(is_new(*memory, 3, image.get()));
      memory->base()[0] = 1;
      memory->base()[kPageBytes + 2730] = 2;
      memory->base()[kPageBytes + 2731] = 3;
      memory->base()[3 * kPageBytes - 1] = 4;
      // What it grows by is gone when it comes back, and zero when it grows again.
      ASSERT_EQ(memory->grow(2), 3);
      EXPECT_EQ(memory->base()[5 * kPageBytes - 1], 0);
      memory->base()[5 * kPageBytes - 1] = 5;
      memory.reset();
      EXPECT_EQ(pool.kept(), 1u);
      memory = make(pool, 3, image);
      EXPECT_EQ(pool.kept(), 0u);
    }
    std::fill_n(memory->base(), memory->size(), 7);
    memory.reset();
    memory = make(pool, 3, image);
    EXPECT_TRUE(is_new(*memory, 3, image.get()));
  }
}

INSTANTIATE_TEST_SUITE_P(Restored, MemoryPoolTest, testing::Values(uint64_t{1} << 20, 0));

// Whoever looks at other pages makes the thread fault, and the pool look again.
TEST(MemoryPool, RestoresWhatWasWrittenWithoutPageFaults) {
  MemoryPool pool;
  const auto image = make_image();
  auto memory = make(pool, 3, image);
  for (const std::vector<uint64_t>& written : std::vector<std::vector<uint64_t>>{
           {0, 2730}, {0, 2730}, {2730}, {0, 20'000, 2730}, {20'000}, {0, 150'000}, {150'000}}) {
    std::vector<uint8_t> before;
    for (const uint64_t at : written) {
      before.push_back(memory->base()[at]);
      memory->base()[at] = static_cast<uint8_t>(~before.back());
    }
    memory.reset();
    memory = make(pool, 3, image);
    for (size_t i = 0; i < written.size(); ++i) {
      EXPECT_EQ(memory->base()[written[i]], before[i]) << written[i];
    }
  }
  EXPECT_TRUE(is_new(*memory, 3, image.get()));
}

// Where the kernel makes a huge page of small ones, pages become writable without a page fault.
TEST(MemoryPool, RestoresWhatAHugePageMadeWritable) {
  MemoryType type = pages(64);
  type.limits.max = 512;
  MemoryPool pool;
  const auto fresh = [&] {
    return *Memory::create(type, MemoryStrategy::kGuard, uint64_t{4} << 30, nullptr, &pool);
  };
  auto memory = fresh();
  memory->base()[0] = 1;
  ASSERT_EQ(memory->grow(256), 64);  // where huge pages are asked for
  memory.reset();
  memory = fresh();
  memory->base()[0] = 1;
  memory.reset();
  memory = fresh();
#if defined(__linux__)
  constexpr int kCollapse = 25;  // MADV_COLLAPSE: what khugepaged does in its own time
  (void)madvise(memory->base(), memory->size(), kCollapse);
#endif
  memory->base()[1'000'000] = 1;
  memory.reset();
  memory = fresh();
  EXPECT_TRUE(is_new(*memory, 64, nullptr));
}

TEST(MemoryPool, KeepsThoseOfOneKindApart) {
  MemoryPool pool;
  const auto image = make_image();
  const auto same_contents = make_image();
  make(pool, 3, image);
  EXPECT_EQ(pool.kept(), 1u);
  const auto other = make(pool, 3, same_contents);
  const auto larger = make(pool, 4, image);
  const auto without = make(pool, 3, nullptr);
  EXPECT_EQ(pool.kept(), 1u);
  const auto same = make(pool, 3, image);
  EXPECT_EQ(pool.kept(), 0u);
}

TEST(MemoryPool, KeepsNoMoreThanItsLimits) {
  MemoryPool few({.memories = 2});
  {
    const auto a = make(few, 1, nullptr);
    const auto b = make(few, 1, nullptr);
    const auto c = make(few, 1, nullptr);
  }
  EXPECT_EQ(few.kept(), 2u);
  MemoryPool small({.bytes = 3 * kPageBytes});
  {
    const auto a = make(small, 2, nullptr);
    const auto b = make(small, 2, nullptr);
    std::fill_n(a->base(), a->size(), 1);
    std::fill_n(b->base(), b->size(), 1);
  }
  EXPECT_LE(small.resident_bytes(), 3 * kPageBytes);
  EXPECT_GE(small.kept(), 1u);
  MemoryPool none({.memories = 0});
  make(none, 1, nullptr);
  EXPECT_EQ(none.kept(), 0u);
}

TEST(MemoryPool, CheckedMemoriesAreNotPooled) {
  MemoryPool pool;
  make(pool, 1, nullptr, MemoryStrategy::kChecked);
  EXPECT_EQ(pool.kept(), 0u);
}

}  // namespace
}  // namespace tappet
