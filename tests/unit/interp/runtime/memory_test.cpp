#include "interp/runtime/memory.h"

#include <gtest/gtest.h>

#include "tests/unit/interp/support/guest.h"

namespace tappet::test {
namespace {

MemoryType pages(uint64_t min, std::optional<uint64_t> max = std::nullopt) {
  MemoryType type;
  type.limits = {min, max.value_or(0), max.has_value()};
  return type;
}

struct MemoryTest : testing::TestWithParam<MemoryStrategy> {};
INSTANTIATE_TEST_SUITE_P(Strategies, MemoryTest, testing::ValuesIn(strategies()),
                         [](const auto& info) {
                           return info.param == MemoryStrategy::kGuard ? "Guard" : "Checked";
                         });

TEST_P(MemoryTest, StartsZeroedAndGrowsZeroed) {
  auto memory = *Memory::create(pages(1, 3), GetParam(), uint64_t{4} << 30, nullptr);
  EXPECT_EQ(memory->size(), kPageBytes);
  memory->base()[kPageBytes - 1] = 7;
  EXPECT_EQ(memory->grow(2), 1);
  EXPECT_EQ(memory->base()[kPageBytes - 1], 7);
  EXPECT_EQ(memory->base()[3 * kPageBytes - 1], 0);
  EXPECT_EQ(memory->grow(1), -1);
  EXPECT_EQ(memory->grow(0), 3);
}

TEST_P(MemoryTest, RespectsCapAndHugeDeltas) {
  auto memory = *Memory::create(pages(1), GetParam(), 10 * kPageBytes, nullptr);
  EXPECT_EQ(memory->grow(10), -1);
  EXPECT_EQ(memory->grow(UINT64_MAX), -1);
  EXPECT_EQ(memory->grow(9), 1);
  auto refused = Memory::create(pages(11), GetParam(), 10 * kPageBytes, nullptr);
  EXPECT_FALSE(refused.ok());
}

TEST_P(MemoryTest, ViewsAreBoundsChecked) {
  auto memory = *Memory::create(pages(1), GetParam(), kPageBytes, nullptr);
  EXPECT_EQ(memory->view(kPageBytes - 4, 4).size(), 4u);
  EXPECT_TRUE(memory->view(kPageBytes - 3, 4).empty());
  EXPECT_TRUE(memory->view(UINT64_MAX, 2).empty());
}

TEST_P(MemoryTest, ImagesAreCopiedOnWrite) {
  const Bytes bytes(100'000, 0x5a);
  const MemoryImage::Piece all{0, bytes};
  const auto image = MemoryImage::create(bytes.size(), {&all, 1});
  ASSERT_NE(image, nullptr);
  for (const uint64_t size : {2, 256}) {  // in the host's pages, in huge ones
    const uint64_t most = size * kPageBytes;
    auto first = *Memory::create(pages(size), GetParam(), most, image);
    first->base()[0] = 1;
    auto second = *Memory::create(pages(size), GetParam(), most, image);
    EXPECT_EQ(second->base()[0], 0x5a);
    EXPECT_EQ(second->base()[99'999], 0x5a);
    EXPECT_EQ(second->base()[100'000], 0);
    EXPECT_EQ(first->base()[1], 0x5a);
  }
}

TEST_P(MemoryTest, ImagesConsistOfPieces) {
  const Bytes ones(70'000, 1);
  const Bytes twos(10, 2);
  const Bytes threes(10, 3);
  const ByteSpan one(ones);
  const MemoryImage::Piece pieces[] = {
      {300'000, one.first(4)},  // a long gap before
      {300'014, threes},        // a short one
      {300'004, twos},          // which is filled later
      {1'000, one},             // more than is written at once
      {2'000, twos},
      {1'995, threes},
      {9'999, {}},
  };
  const auto image = MemoryImage::create(400'000, pieces);
  ASSERT_NE(image, nullptr);
  auto memory = *Memory::create(pages(7), GetParam(), 7 * kPageBytes, image);
  Bytes expected(7 * kPageBytes);
  for (const auto& [offset, bytes] : pieces) {
    std::copy(bytes.begin(), bytes.end(), expected.begin() + static_cast<ptrdiff_t>(offset));
  }
  const ByteSpan actual(memory->base(), expected.size());
  EXPECT_TRUE(std::equal(actual.begin(), actual.end(), expected.begin(), expected.end()));
}

// Every access width, at the last place where it fits and one further.
TEST_P(MemoryTest, AccessesTrapExactlyAtTheEnd) {
  struct Access {
    const char* load;
    const char* store;
    int align;
    uint32_t bytes;
    ValueType type;
  };
  const Access accesses[] = {
      {"i32.load8_u", "i32.store8", 0, 1, kI32}, {"i32.load16_u", "i32.store16", 1, 2, kI32},
      {"i32.load", "i32.store", 2, 4, kI32},     {"i64.load", "i64.store", 3, 8, kI64},
      {"f32.load", "f32.store", 2, 4, kF32},     {"f64.load", "f64.store", 3, 8, kF64}};
  for (const Access& a : accesses) {
    ModuleBuilder m;
    m.memory(1);
    m.export_func("load", m.func({kI32}, {a.type}, code("local.get", 0, a.load, a.align, 0)));
    m.export_func("offset", m.func({kI32}, {a.type}, code("local.get", 0, a.load, a.align, 65000)));
    m.export_func("far", m.func({kI32}, {a.type},
                                code("local.get", 0, a.load, a.align, int64_t{0xffffffff})));
    m.export_func("sum",
                  m.func({kI32, kI32}, {a.type},
                         code("local.get", 0, "local.get", 1, "i32.add", a.load, a.align, 0)));
    m.export_func("store", m.func({kI32, a.type}, {},
                                  code("local.get", 0, "local.get", 1, a.store, a.align, 0)));
    Guest guest(m, GetParam());
    const uint64_t last = kPageBytes - a.bytes;
    const std::string out = "out of bounds memory access";
    EXPECT_EQ(guest.call("load", {last}).outcome, Outcome::kReturned) << a.load;
    EXPECT_EQ(guest.trap("load", {last + 1}), out) << a.load;
    EXPECT_EQ(guest.trap("load", {0xffffffff}), out) << a.load;
    EXPECT_EQ(guest.call("offset", {last - 65000}).outcome, Outcome::kReturned) << a.load;
    EXPECT_EQ(guest.trap("offset", {last - 64999}), out) << a.load;
    EXPECT_EQ(guest.trap("far", {0xffffffff}), out) << a.load;
    // Address sums wrap at 32 bits.
    EXPECT_EQ(guest.call("sum", {0xffffffff, last + 1}).outcome, Outcome::kReturned) << a.load;
    EXPECT_EQ(guest.trap("sum", {1, last}), out) << a.load;
    EXPECT_EQ(guest.call("store", {last, 0}).outcome, Outcome::kReturned) << a.store;
    EXPECT_EQ(guest.trap("store", {last + 1, 0}), out) << a.store;
  }
}

}  // namespace
}  // namespace tappet::test
