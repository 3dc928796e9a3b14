#include <gtest/gtest.h>

#include <set>

#include "canonical-abi/runtime/host_interface.h"

namespace tappet::component {
namespace {

const HostResourceType kA{"apple"};
const HostResourceType kB{"pear"};

std::shared_ptr<int> number(int n) { return std::make_shared<int>(n); }

TEST(HostResources, AreFoundByTypeAndRepresentation) {
  HostResources table;
  const uint32_t a = *table.add(kA, number(1));
  const uint32_t b = *table.add(kB, number(2));
  EXPECT_NE(a, b);
  EXPECT_EQ(*static_cast<int*>(table.get(kA, a)), 1);
  EXPECT_EQ(*static_cast<int*>(table.get(kB, b)), 2);
  EXPECT_EQ(table.get(kA, b), nullptr);
  EXPECT_EQ(table.get(kA, 12345), nullptr);
  EXPECT_EQ(table.get(kA, UINT32_MAX), nullptr);
  EXPECT_EQ(table.size(), 2U);
}

TEST(HostResources, AreRemovedOnce) {
  HostResources table;
  const uint32_t a = *table.add(kA, number(1));
  EXPECT_FALSE(table.remove(kB, a).ok());
  EXPECT_EQ(*std::static_pointer_cast<int>(*table.remove(kA, a)), 1);
  const auto again = table.remove(kA, a);
  ASSERT_FALSE(again.ok());
  EXPECT_EQ(again.error().kind, ErrorKind::kUsage);
  EXPECT_NE(again.error().message.find("apple"), std::string::npos);
  EXPECT_EQ(table.size(), 0U);
}

TEST(HostResources, RepresentationsComeBackLate) {
  HostResources table;
  std::set<uint32_t> seen;
  for (int i = 0; i < 4000; ++i) {
    const uint32_t rep = *table.add(kA, number(i));
    EXPECT_TRUE(seen.insert(rep).second);
    ASSERT_TRUE(table.remove(kA, rep).ok());
  }
}

TEST(HostResources, FreeSlotsAreReusedInTurn) {
  HostResources table;
  const uint32_t a = *table.add(kA, number(1));
  const uint32_t b = *table.add(kA, number(2));
  ASSERT_TRUE(table.remove(kA, a).ok());
  ASSERT_TRUE(table.remove(kA, b).ok());
  constexpr uint32_t kSlot = (1U << 20) - 1;
  EXPECT_EQ(*table.add(kA, number(3)) & kSlot, a & kSlot);
  EXPECT_EQ(*table.add(kA, number(4)) & kSlot, b & kSlot);
  EXPECT_EQ(table.get(kA, a), nullptr);
}

TEST(HostResources, AreLimited) {
  HostResources table(2);
  const uint32_t a = *table.add(kA, number(1));
  ASSERT_TRUE(table.add(kA, number(2)).has_value());
  EXPECT_FALSE(table.add(kA, number(3)).has_value());
  EXPECT_FALSE(table.add_child(kA, number(3), a).has_value());
  EXPECT_FALSE(table.has_children(a));
  ASSERT_TRUE(table.remove(kA, a).ok());
  EXPECT_TRUE(table.add(kA, number(4)).has_value());
}

TEST(HostResources, ParentsOutliveTheirChildren) {
  HostResources table;
  const uint32_t parent = *table.add(kA, number(1));
  const uint32_t child = *table.add_child(kB, number(2), parent);
  const uint32_t grandchild = *table.add_child(kB, number(3), child);
  EXPECT_TRUE(table.has_children(parent));
  EXPECT_FALSE(table.remove(kA, parent).ok());
  EXPECT_FALSE(table.remove(kB, child).ok());
  EXPECT_TRUE(table.remove(kB, grandchild).ok());
  EXPECT_TRUE(table.remove(kB, child).ok());
  EXPECT_FALSE(table.has_children(parent));
  EXPECT_TRUE(table.remove(kA, parent).ok());
}

TEST(HostResources, GoChildrenFirst) {
  std::vector<int> gone;
  const auto object = [&gone](int n) {
    return std::shared_ptr<void>(new int(n), [&gone](int* p) {
      gone.push_back(*p);
      delete p;
    });
  };
  {
    HostResources table;
    const uint32_t parent = *table.add(kA, object(1));
    const uint32_t child = *table.add_child(kA, object(2), parent);
    table.add_child(kA, object(3), child);
    table.add_child(kA, object(4), parent);
  }
  EXPECT_EQ(gone, (std::vector<int>{3, 2, 4, 1}));
}

TEST(HostEnvironment, FindsObjectsByTheirType) {
  HostEnvironment environment;
  int n = 1;
  double x = 2;
  environment.set(&n);
  environment.set(&x);
  EXPECT_EQ(&environment.get<int>(), &n);
  EXPECT_EQ(&environment.get<double>(), &x);
  EXPECT_EQ(environment.find(HostEnvironment::key<char>()), nullptr);
}

}  // namespace
}  // namespace tappet::component
