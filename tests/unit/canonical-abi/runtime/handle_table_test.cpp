#include "canonical-abi/runtime/handle_table.h"

#include <gtest/gtest.h>

#include "canonical-abi/runtime/lend_scope.h"

namespace tappet::component {
namespace {

uint32_t add(HandleTable& table, uint64_t rep) {
  const auto i = table.add({.rt = nullptr, .rep = rep});
  EXPECT_TRUE(i.has_value());
  return i.value_or(0);
}

TEST(HandleTable, IndicesStartAtOne) {
  Quota quota(100);
  HandleTable table(100, quota);
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
  Quota quota(100);
  HandleTable table(100, quota);
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
  Quota quota(100);
  HandleTable table(2, quota);
  add(table, 1);
  add(table, 2);
  EXPECT_FALSE(table.add(ResourceHandle()).has_value());
  table.remove(1);
  EXPECT_EQ(add(table, 3), 1U);
}

TEST(HandleTable, SeveralShareAQuota) {
  Quota quota(3);
  HandleTable a(100, quota);
  HandleTable b(100, quota);
  add(a, 1);
  add(a, 2);
  add(b, 1);
  EXPECT_FALSE(b.add(ResourceHandle()).has_value());
  a.remove(1);
  EXPECT_FALSE(b.add(ResourceHandle()).has_value()) << "tables do not shrink";
  EXPECT_EQ(add(a, 3), 1U);
  EXPECT_EQ(quota.used(), 3U);
}

TEST(LendScope, TakesOfTheQuotaWhatItKeepsElsewhere) {
  Quota quota(3);
  HandleTable table(100, quota);
  ResourceHandle& handle = *table.get(add(table, 1));
  LendScope first;
  LendScope second;
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(first.add_lender(table, 1, handle));
  EXPECT_EQ(quota.used(), 1U);
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(second.add_lender(table, 1, handle));
  EXPECT_EQ(quota.used(), 3U);
  EXPECT_FALSE(first.add_lender(table, 1, handle));
  EXPECT_EQ(handle.num_lends, 8U);
  second.give_back(table);
  EXPECT_EQ(handle.num_lends, 3U);
  EXPECT_EQ(quota.used(), 1U);
  EXPECT_TRUE(first.add_lender(table, 1, handle));
  first.give_back(table);
  EXPECT_EQ(handle.num_lends, 0U);
  EXPECT_EQ(quota.used(), 1U);
}

TEST(HandleTable, ANewHandleHasNoLends) {
  Quota quota(100);
  HandleTable table(2, quota);
  add(table, 1);
  table.get(1)->num_lends = 7;
  table.remove(1);
  add(table, 2);
  EXPECT_EQ(table.get(1)->num_lends, 0U);
}

}  // namespace
}  // namespace tappet::component
