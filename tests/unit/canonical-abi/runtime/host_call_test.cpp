// A guest that calls its host, and the other way round.
#include <gtest/gtest.h>

#include "tests/unit/canonical-abi/support/api.h"

namespace tappet::component::test {
namespace {

using V = ComponentValue;

TEST(HostCall, PassesNumbers) {
  GuestProgram p;
  EXPECT_EQ(p.call("add-one", {V::u32(41)}), "42");
  EXPECT_EQ(p.call("add-one", {V::u32(UINT32_MAX)}), "0");
  EXPECT_EQ(p.call("add-many", {V::u32(1000)}), "1000");
}

TEST(HostCall, PassesStringsBothWays) {
  GuestProgram p;
  EXPECT_EQ(p.call("greet", {V::string("w\xc3\xb6rld")}), "\"hello w\xc3\xb6rld\"");
  EXPECT_EQ(p.call("greet", {V::string("")}), "\"hello \"");
  EXPECT_EQ(p.call("posts"), "2");  // post-return ran after each
}

TEST(HostCall, AStringThatIsNotUtf8IsTheHostsFault) {
  GuestProgram p;
  EXPECT_EQ(p.call("greet", {V::string("\xff")}),
            "trap: argument `name`: a string is not well-formed UTF-8");
  EXPECT_EQ(p.call("greet", {V::string("x")}), "\"hello x\"");  // no guest was harmed
}

TEST(HostCall, ResultPointersAreChecked) {
  GuestProgram p;
  EXPECT_EQ(p.call("greet-unaligned", {V::string("x")}), "trap: value pointer not aligned");
}

TEST(HostCall, ArgumentsAreCheckedAgainstTheirTypes) {
  GuestProgram p;
  EXPECT_EQ(p.call("add-one"), "trap: 0 arguments given, 1 expected");
  EXPECT_EQ(p.call("add-one", {V::string("1")}), "trap: argument `x`: expected u32, found string");
  EXPECT_EQ(p.call("add-one", {V::u32(1)}), "2");
}

TEST(HostCall, ResultsAreCheckedAgainstTheirTypes) {
  GuestProgram p;
  EXPECT_EQ(p.call("wrong"),
            "trap: a host function's result does not fit: expected u32, found string");
}

TEST(HostCall, TheHostTraps) {
  GuestProgram p;
  EXPECT_EQ(p.call("fail"), "trap: the host says no");
  EXPECT_EQ(p.call("add-one", {V::u32(1)}), "trap: cannot enter component instance");
}

TEST(HostCall, TheGuestExits) {
  GuestProgram p;
  Task task(p.store(), p.function("quit"), {});
  EXPECT_EQ(task.run(), Outcome::kTrapped);
  EXPECT_EQ(task.trap().kind, TrapKind::kExit);
  EXPECT_EQ(task.trap().exit_code, 3);
  EXPECT_EQ(task.run(), Outcome::kTrapped);
  EXPECT_TRUE(p.store().poisoned());
}

TEST(HostCall, AnExportedImportIsTheHostsFunction) {
  GuestProgram p;
  EXPECT_EQ(p.call("host-add-one", {V::u32(1)}), "2");
  Task task(p.store(), p.function("host-wait"), {V::u32(4)});
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  p.api.wake();
  EXPECT_TRUE(task.runnable());
  EXPECT_EQ(task.run(), Outcome::kReturned);
  EXPECT_EQ(task.result(), V::u32(8));
  EXPECT_EQ(p.api.waiting, 0);
}

TEST(HostCall, PostReturnMayNotLeave) {
  EXPECT_EQ(GuestProgram().call("post-calls"), "trap: cannot leave component instance");
  EXPECT_EQ(GuestProgram().call("post-drops"), "trap: cannot leave component instance");
  EXPECT_EQ(GuestProgram().call("post-waits"), "trap: cannot leave component instance");
  EXPECT_EQ(GuestProgram().call("post-traps"), "trap: unreachable");
}

TEST(HostCall, AHostMayNotReenterTheGuest) {
  GuestProgram p;
  std::string inner;
  p.api.call_back = [&] {
    inner = p.call("add-one", {V::u32(1)});
    return HostReturn::value(V::u32(7));
  };
  EXPECT_EQ(p.call("call-back"), "7");
  EXPECT_EQ(inner, "trap: cannot enter component instance");
  EXPECT_EQ(p.call("add-one", {V::u32(1)}), "2");
}

TEST(HostCall, AHostMayCallAnotherGuest) {
  GuestProgram p;
  Instantiation second(p.shared_pre(), p.store());
  ASSERT_EQ(second.run(), Outcome::kReturned);
  InstanceTree& other = second.instance();
  p.api.call_back = [&] {
    Task task(p.store(), other.function(p.pre().find_function("", "add-one")->ref), {V::u32(9)});
    EXPECT_EQ(task.run(), Outcome::kReturned);
    return HostReturn::value(std::move(task.result()));
  };
  EXPECT_EQ(p.call("call-back"), "10");
}

TEST(HostCall, ATrapInANestedCallEndsTheOuterOne) {
  GuestProgram p;
  Instantiation second(p.shared_pre(), p.store());
  ASSERT_EQ(second.run(), Outcome::kReturned);
  InstanceTree& other = second.instance();
  p.api.call_back = [&] {
    Task task(p.store(), other.function(p.pre().find_function("", "trap")->ref), {});
    EXPECT_EQ(task.run(), Outcome::kTrapped);
    return HostReturn::value(V::u32(0));
  };
  EXPECT_EQ(p.call("call-back"), "trap: cannot enter component instance");
}

}  // namespace
}  // namespace tappet::component::test
