#include "canonical-abi/runtime/handle_table.h"

#include <gtest/gtest.h>

namespace tappet::component {
namespace {

uint32_t add(HandleTable& table, uint64_t rep) {
  const auto i = table.add({.rt = nullptr, .rep = rep});
  EXPECT_TRUE(i.has_value());
  return i.value_or(0);
}

TEST(HandleTable, IndicesStartAtOne) {
  HandleTable table(100);
  EXPECT_EQ(table.get(0), nullptr);
  EXPECT_EQ(add(table, 10), 1U);
  EXPECT_EQ(add(table, 20), 2U);
  EXPECT_EQ(table.get(1)->rep, 10U);
  EXPECT_EQ(table.get(2)->rep, 20U);
  EXPECT_EQ(table.get(0), nullptr);
  EXPECT_EQ(table.get(3), nullptr);
  EXPECT_EQ(table.get(UINT32_MAX), nullptr);
}

TEST(HandleTable, TheLastRemovedIsTheFirstReused) {
  HandleTable table(100);
  for (uint32_t i = 1; i <= 3; ++i) EXPECT_EQ(add(table, i), i);
  table.remove(1);
  table.remove(3);
  EXPECT_EQ(table.get(1), nullptr);
  EXPECT_EQ(table.get(3), nullptr);
  EXPECT_EQ(table.size(), 1U);
  EXPECT_EQ(add(table, 30), 3U);
  EXPECT_EQ(add(table, 10), 1U);
  EXPECT_EQ(add(table, 40), 4U);
  EXPECT_EQ(table.get(3)->rep, 30U);
}

TEST(HandleTable, IsBounded) {
  HandleTable table(2);
  add(table, 1);
  add(table, 2);
  EXPECT_FALSE(table.add(ResourceHandle()).has_value());
  table.remove(1);
  EXPECT_EQ(add(table, 3), 1U);
}

TEST(HandleTable, ANewHandleHasNoLends) {
  HandleTable table(2);
  add(table, 1);
  table.get(1)->num_lends = 7;
  table.remove(1);
  add(table, 2);
  EXPECT_EQ(table.get(1)->num_lends, 0U);
}

}  // namespace
}  // namespace tappet::component
