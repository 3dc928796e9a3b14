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

TEST(Resources, AllHandleTablesAreLimitedTogether) {
  ComponentLimits limits;
  limits.total_handles = 10;
  GuestProgram p(limits);
  Instantiation second(p.shared_pre(), p.store());
  ASSERT_EQ(second.run(), Outcome::kReturned);
  const FuncInst& new_many = second.instance().function(p.pre().find_function("", "new-many")->ref);
  EXPECT_EQ(p.call("new-many", {V::u32(6)}), "");
  Task task(p.store(), new_many, {V::u32(4)});
  EXPECT_EQ(task.run(), Outcome::kReturned);
  Task one_more(p.store(), new_many, {V::u32(1)});
  EXPECT_EQ(one_more.run(), Outcome::kTrapped);
  EXPECT_EQ(one_more.trap().kind, TrapKind::kResource);
  EXPECT_EQ(one_more.trap().message, "the component's handle table is full");
}

// $Callee takes calls that do not return, and so keeps what $Caller lends it: one handle, again and
// again.
constexpr std::string_view kLends = R"((component
  (component $Callee
    (core module $Memory (memory (export "mem") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 16)))
    (core instance $memory (instantiate $Memory))
    (type $local (resource (rep i32)))
    (core func $new (canon resource.new $local))
    (core func $set.new (canon waitable-set.new))
    (core module $M
      (import "" "set.new" (func $set.new (result i32)))
      (import "" "new" (func $new (param i32) (result i32)))
      (func (export "make") (result i32) (call $new (i32.const 7)))
      (func (export "keep") (param i32 i32) (result i32)
        (i32.or (i32.const 2) (i32.shl (call $set.new) (i32.const 4))))
      (func (export "go-on") (param i32 i32 i32) (result i32) (unreachable)))
    (core instance $m (instantiate $M (with "" (instance
      (export "set.new" (func $set.new)) (export "new" (func $new))))))
    (export $r "r" (type $local))
    (func (export "make") (result (own $r)) (canon lift (core func $m "make")))
    (func (export "keep") async (param "l" (list (borrow $r)))
      (canon lift (core func $m "keep") async (callback (core func $m "go-on"))
        (memory (core memory $memory "mem")) (realloc (core func $memory "realloc")))))
  (component $Caller
    (import "callee" (instance $callee
      (export "r" (type $r (sub resource)))
      (export "make" (func (result (own $r))))
      (export "keep" (func async (param "l" (list (borrow $r)))))))
    (core module $Memory (memory (export "mem") 1))
    (core instance $memory (instantiate $Memory))
    (core func $make (canon lower (func $callee "make")))
    (core func $keep
      (canon lower (func $callee "keep") async (memory (core memory $memory "mem"))))
    (core module $M
      (import "" "mem" (memory 1))
      (import "" "make" (func $make (result i32)))
      (import "" "keep" (func $keep (param i32 i32) (result i32)))
      (func (export "lend") (param $calls i32) (param $each i32)
        (local $i i32)
        (i32.store (i32.const 0) (call $make))
        (loop $fill
          (i32.store (i32.mul (local.get $i) (i32.const 4)) (i32.load (i32.const 0)))
          (br_if $fill (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                                 (local.get $each))))
        (loop $again
          (drop (call $keep (i32.const 0) (local.get $each)))
          (br_if $again (local.tee $calls (i32.sub (local.get $calls) (i32.const 1)))))))
    (core instance $m (instantiate $M (with "" (instance
      (export "mem" (memory $memory "mem")) (export "make" (func $make))
      (export "keep" (func $keep))))))
    (func (export "lend") (param "calls" u32) (param "each" u32)
      (canon lift (core func $m "lend"))))
  (instance $callee (instantiate $Callee))
  (instance $caller (instantiate $Caller (with "callee" (instance $callee))))
  (func (export "lend") (alias export $caller "lend"))))";

TEST(Resources, WhatCallsUnderWayWereLentIsLimited) {
  const auto lend = [](uint32_t calls, uint32_t each) {
    Program p(assemble(kLends));
    ComponentLimits limits;
    limits.total_handles = 1000;
    p.start(limits);
    return p.call("lend", {V::u32(calls), V::u32(each)});
  };
  EXPECT_EQ(lend(9, 100), "");
  EXPECT_EQ(lend(11, 100), "trap: too many handles are lent");
  EXPECT_EQ(lend(1, 1100), "trap: too many handles are lent");
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
