// Handles: of the host's resources, and of the guest's own.
#include <gtest/gtest.h>

#include "tests/unit/canonical-abi/support/api.h"

namespace tappet::component::test {
namespace {

using V = ComponentValue;

V thing(GuestProgram& p, TypeKind kind, uint32_t n) {
  return V::handle(
      kind, *p.store().environment().resources().add(p.api.thing, std::make_shared<uint32_t>(n)));
}

TEST(Resources, OfTheHostLiveAndDie) {
  GuestProgram p;
  EXPECT_EQ(p.call("things", {V::u32(5)}), "205");
  EXPECT_EQ(p.api.consumed, std::vector<std::string>{"100"});
  EXPECT_EQ(p.store().environment().resources().size(), 0U);
  EXPECT_EQ(p.tree().root().handles.size(), 0U);
}

TEST(Resources, StaleHandlesTrap) {
  EXPECT_EQ(GuestProgram().call("use-dropped"), "trap: unknown handle index 1");
  EXPECT_EQ(GuestProgram().call("drop-twice"), "trap: unknown handle index 1");
  EXPECT_EQ(GuestProgram().call("consume-twice"), "trap: unknown handle index 1");
  EXPECT_EQ(GuestProgram().call("use-zero"), "trap: unknown handle index 0");
  EXPECT_EQ(GuestProgram().call("use-max"), "trap: unknown handle index 4294967295");
}

TEST(Resources, HandlesOfAnotherTypeTrap) {
  EXPECT_EQ(GuestProgram().call("use-local-as-thing"),
            "trap: handle index 1 used with the wrong type, expected host-defined resource but "
            "found a guest-defined resource");
  EXPECT_EQ(GuestProgram().call("use-thing-as-local"),
            "trap: handle index 1 used with the wrong type, expected guest-defined resource but "
            "found a host-defined resource");
}

TEST(Resources, OwnHandlesPassToTheGuestAndBack) {
  GuestProgram p;
  EXPECT_EQ(p.call("take-own", {thing(p, TypeKind::kOwn, 8)}), "8");
  Task task(p.store(), p.function("make"), {V::u32(9)});
  ASSERT_EQ(task.run(), Outcome::kReturned);
  EXPECT_EQ(task.result().kind(), TypeKind::kOwn);
  EXPECT_EQ(*static_cast<uint32_t*>(p.store().environment().resources().get(
                p.api.thing, static_cast<uint32_t>(task.result().rep()))),
            9U);
  EXPECT_EQ(p.tree().root().handles.size(), 0U);
}

TEST(Resources, BorrowsEndWithTheCall) {
  GuestProgram p;
  EXPECT_EQ(p.call("drop-borrow", {thing(p, TypeKind::kBorrow, 6)}), "6");
  EXPECT_EQ(p.tree().root().handles.size(), 0U);
  EXPECT_EQ(p.store().environment().resources().size(), 1U);  // still the host's
  EXPECT_EQ(p.call("keep-borrow", {thing(p, TypeKind::kBorrow, 6)}),
            "trap: borrow handles still remain at the end of the call");
}

TEST(Resources, ABorrowIsNotOwned) {
  GuestProgram p;
  EXPECT_EQ(p.call("consume-borrow", {thing(p, TypeKind::kBorrow, 6)}),
            "trap: cannot lift own resource from a borrow");
}

TEST(Resources, StaleRepresentationsOfTheHostTrapWhenDropped) {
  GuestProgram p;
  const V handle = thing(p, TypeKind::kOwn, 6);
  ASSERT_TRUE(p.store()
                  .environment()
                  .resources()
                  .remove(p.api.thing, static_cast<uint32_t>(handle.rep()))
                  .ok());
  EXPECT_EQ(p.call("take-own", {handle}).substr(0, 30), "trap: there is no thing resour");
}

TEST(Resources, TheHostsTableIsLimited) {
  ComponentLimits limits;
  limits.resources = 10;
  EXPECT_EQ(GuestProgram(limits).call("make-many", {V::u32(10)}), "");
  EXPECT_EQ(GuestProgram(limits).call("make-many", {V::u32(11)}),
            "trap: resource table has no free keys");
}

TEST(Resources, TheHandleTableIsLimited) {
  ComponentLimits limits;
  limits.handles = 10;
  EXPECT_EQ(GuestProgram(limits).call("new-many", {V::u32(10)}), "");
  EXPECT_EQ(GuestProgram(limits).call("new-many", {V::u32(11)}),
            "trap: the component's handle table is full");
}

TEST(Resources, OwnDestructorsRun) {
  GuestProgram p;
  EXPECT_EQ(p.call("destroy", {V::u32(5)}), "");
  EXPECT_EQ(p.call("last-destroyed"), "5");
  EXPECT_EQ(p.call("destroy", {V::u32(13)}), "trap: unreachable");
  EXPECT_EQ(p.call("last-destroyed"), "trap: cannot enter component instance");
}

TEST(Resources, ADestructorThatReentersTraps) {
  GuestProgram p;
  std::string inner;
  p.api.call_back = [&] {
    inner = p.call("add-one", {V::u32(1)});
    return HostReturn::value(V::u32(0));
  };
  EXPECT_EQ(p.call("destroy", {V::u32(14)}), "");
  EXPECT_EQ(inner, "trap: cannot enter component instance");
  EXPECT_EQ(p.call("last-destroyed"), "14");
}

TEST(Resources, OwnResourcesPassThroughTheHost) {
  GuestProgram p;
  Task make(p.store(), p.function("new-local"), {V::u32(77)});
  ASSERT_EQ(make.run(), Outcome::kReturned);
  EXPECT_EQ(make.result(), V::handle(TypeKind::kOwn, 77));
  EXPECT_EQ(p.call("get-local", {V::handle(TypeKind::kBorrow, 77)}), "77");
}

}  // namespace
}  // namespace tappet::component::test
