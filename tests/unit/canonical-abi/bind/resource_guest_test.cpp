// The host's resources in a guest's hands: destructors, and parents that stay while they have
// children (wasi:io and wasi:http rely on it).
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "canonical-abi/bind/interface.h"
#include "tests/unit/canonical-abi/support/program.h"

namespace tappet::component::test {
namespace {

using V = ComponentValue;

struct Record {
  std::vector<uint32_t> destroyed;
};
struct Node {
  Node(Record& kept_in, uint32_t number) : record(kept_in), n(number) {}
  ~Node() { record.destroyed.push_back(n); }
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  Record& record;
  uint32_t n;
};

HostInterfaceDef family() {
  return HostInterface<Record>("test:host/family", version("1.0.0"))
      .resource<Node>("node")
      .constructor({"n"}, [](Record& record, uint32_t n) { return make_own<Node>(record, n); })
      .method("child", {"n"},
              [](Record& record, Borrow<Node> self, uint32_t n) {
                return make_own<Node>(record, n).child_of(self);
              })
      .method("name", [](const Node& node) { return node.n; })
      .static_func("consume", {"node"}, [](Own<Node> node) { return node->n; });
}

class Family : public ::testing::Test {
 protected:
  Family() : p(assemble(text())) {
    EXPECT_TRUE(p.linker().define(family()).ok());
    ComponentLimits limits;
    limits.resources = 10;
    p.prepare(limits);
    p.store().environment().set(&record);
    EXPECT_EQ(p.instantiate(), Outcome::kReturned);
  }
  static std::string text() {
    const Bytes bytes = read_data("host/resources.wat");
    return {bytes.begin(), bytes.end()};
  }
  uint32_t handle(const std::string& text) { return static_cast<uint32_t>(std::stoul(text)); }
  uint32_t make(uint32_t n) { return handle(p.call("new", {V::u32(n)})); }
  uint32_t child(uint32_t of, uint32_t n) {
    return handle(p.call("child", {V::u32(of), V::u32(n)}));
  }
  std::string drop(uint32_t node) { return p.call("drop", {V::u32(node)}); }

  Record record;
  Program p;
  using Destroyed = std::vector<uint32_t>;
};

TEST_F(Family, DroppingDestroys) {
  const uint32_t a = make(1);
  EXPECT_EQ(p.call("name", {V::u32(a)}), "1");
  EXPECT_EQ(drop(a), "");
  EXPECT_EQ(record.destroyed, Destroyed{1});
  EXPECT_EQ(p.call("name", {V::u32(a)}), fmt::format("trap: unknown handle index {}", a));
}

TEST_F(Family, AParentWithChildrenCannotBeDropped) {
  const uint32_t parent = make(1);
  child(parent, 2);
  EXPECT_EQ(drop(parent), "trap: a node resource still has children");
  EXPECT_EQ(record.destroyed, Destroyed());
  p.prepare();
  EXPECT_EQ(record.destroyed, (Destroyed{2, 1})) << "children go first";
}

TEST_F(Family, ChildrenGoFirst) {
  const uint32_t parent = make(1);
  const uint32_t a = child(parent, 2);
  const uint32_t grandchild = child(a, 3);
  const uint32_t b = child(parent, 4);
  EXPECT_EQ(drop(grandchild), "");
  EXPECT_EQ(drop(a), "");
  EXPECT_EQ(drop(b), "");
  EXPECT_EQ(drop(parent), "");
  EXPECT_EQ(record.destroyed, (Destroyed{3, 2, 4, 1}));
}

TEST_F(Family, AParentWithChildrenCannotBeGivenAway) {
  const uint32_t parent = make(1);
  child(parent, 2);
  EXPECT_EQ(p.call("consume", {V::u32(parent)}), "trap: a node resource still has children");
}

TEST_F(Family, AChildThatWasGivenAwayKeepsNobody) {
  const uint32_t parent = make(1);
  const uint32_t a = child(parent, 2);
  EXPECT_EQ(p.call("consume", {V::u32(a)}), "2");
  EXPECT_EQ(record.destroyed, Destroyed{2});
  EXPECT_EQ(p.call("consume", {V::u32(parent)}), "1");
}

TEST_F(Family, IsDestroyedWithItsStoreChildrenFirst) {
  const uint32_t parent = make(1);
  const uint32_t a = child(parent, 2);
  child(a, 3);
  make(4);
  p.prepare();
  ASSERT_EQ(record.destroyed.size(), 4U);
  const auto place = [&](uint32_t n) {
    return std::find(record.destroyed.begin(), record.destroyed.end(), n);
  };
  EXPECT_LT(place(3), place(2));
  EXPECT_LT(place(2), place(1));
}

TEST_F(Family, IsLimited) {
  for (uint32_t i = 0; i < 10; ++i) make(i);
  EXPECT_EQ(p.call("new", {V::u32(11)}), "trap: resource table has no free keys");
  EXPECT_EQ(record.destroyed, Destroyed{11});
}

}  // namespace
}  // namespace tappet::component::test
