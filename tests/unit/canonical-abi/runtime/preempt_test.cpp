// Guests that are interrupted while others of their store are under way, above or below them.
#include <gtest/gtest.h>

#include "tests/unit/canonical-abi/support/api.h"

namespace tappet::component::test {
namespace {

using V = ComponentValue;

// `spin` counts up to n; `call-then-spin` calls the host first, and adds what it gives.
constexpr auto kGuest = R"((component
  (import "test:host/api" (instance $host (export "call-back" (func (result u32)))))
  (core func $call-back (canon lower (func $host "call-back")))
  (core module $m
    (import "host" "call-back" (func $call-back (result i32)))
    (func $spin (export "spin") (param $n i32) (result i32) (local $i i32)
      (loop $l
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $l (i32.lt_u (local.get $i) (local.get $n))))
      (local.get $i))
    (func (export "call-then-spin") (param $n i32) (result i32)
      (i32.add (call $call-back) (call $spin (local.get $n)))))
  (core instance $i (instantiate $m
    (with "host" (instance (export "call-back" (func $call-back))))))
  (func (export "spin") (param "n" u32) (result u32) (canon lift (core func $i "spin")))
  (func (export "call-then-spin") (param "n" u32) (result u32)
    (canon lift (core func $i "call-then-spin")))))";

class Preempt : public ::testing::Test {
 protected:
  Preempt() : p(assemble(kGuest)) {
    EXPECT_TRUE(p.linker().define(api.interface("")).ok());
    p.start();
    Instantiation another(p.shared_pre(), p.store());
    EXPECT_EQ(another.run(), Outcome::kReturned);
    other = &another.instance();
  }
  const FuncInst& function_of_other(std::string_view name) {
    return other->function(p.pre().find_function("", name)->ref);
  }

  Api api;
  Program p;
  InstanceTree* other = nullptr;
};

TEST_F(Preempt, AnotherTaskCompletesWhatWasInterruptedFirst) {
  Task first(p.store(), p.function("spin"), {V::u32(1000)});
  p.store().preempt();
  ASSERT_EQ(first.run(), Outcome::kInterrupted);
  Task second(p.store(), function_of_other("spin"), {V::u32(2000)});
  ASSERT_EQ(second.run(), Outcome::kReturned);
  EXPECT_EQ(second.result(), V::u32(2000));
  ASSERT_EQ(first.run(), Outcome::kReturned);
  EXPECT_EQ(first.result(), V::u32(1000));
}

TEST_F(Preempt, ANestedTaskGoesOnWithinTheHostFunction) {
  api.call_back = [&] {
    Task inner(p.store(), function_of_other("spin"), {V::u32(2000)});
    p.store().preempt();
    EXPECT_EQ(inner.run(), Outcome::kInterrupted);
    EXPECT_TRUE(inner.runnable());
    EXPECT_EQ(inner.run(), Outcome::kReturned);
    return HostReturn::value(std::move(inner.result()));
  };
  EXPECT_EQ(p.call("call-then-spin", {V::u32(1000)}), "3000");
}

TEST_F(Preempt, ANestedTaskMayBeLeftAndTheOuterOneInterruptedToo) {
  for (const bool inner_first : {true, false}) {
    std::optional<Task> inner;
    api.call_back = [&] {
      inner.emplace(p.store(), function_of_other("spin"), std::vector<V>{V::u32(2000)});
      p.store().preempt();
      EXPECT_EQ(inner->run(), Outcome::kInterrupted);
      p.store().preempt();
      return HostReturn::value(V::u32(1));
    };
    Task outer(p.store(), p.function("call-then-spin"), {V::u32(1000)});
    ASSERT_EQ(outer.run(), Outcome::kInterrupted);
    Task& first = inner_first ? *inner : outer;
    Task& second = inner_first ? outer : *inner;
    ASSERT_EQ(first.run(), Outcome::kReturned) << first.trap().message;
    ASSERT_EQ(second.run(), Outcome::kReturned) << second.trap().message;
    EXPECT_EQ(outer.result(), V::u32(1001));
    EXPECT_EQ(inner->result(), V::u32(2000));
  }
}

TEST_F(Preempt, ASecondNestedTaskRunsWhileTheFirstIsInterrupted) {
  InstanceTree* third = nullptr;
  Instantiation another(p.shared_pre(), p.store());
  ASSERT_EQ(another.run(), Outcome::kReturned);
  third = &another.instance();
  api.call_back = [&] {
    Task inner(p.store(), function_of_other("spin"), {V::u32(2000)});
    p.store().preempt();
    EXPECT_EQ(inner.run(), Outcome::kInterrupted);
    Task next(p.store(), third->function(p.pre().find_function("", "spin")->ref), {V::u32(30)});
    EXPECT_EQ(next.run(), Outcome::kReturned);
    EXPECT_EQ(inner.run(), Outcome::kReturned);
    return HostReturn::value(V::u32(next.result().as_u32() + inner.result().as_u32()));
  };
  EXPECT_EQ(p.call("call-then-spin", {V::u32(1000)}), "3030");
}

TEST_F(Preempt, ANestedTaskThatIsGivenUpEndsTheStore) {
  api.call_back = [&] {
    Task inner(p.store(), function_of_other("spin"), {V::u32(2000)});
    p.store().preempt();
    EXPECT_EQ(inner.run(), Outcome::kInterrupted);
    return HostReturn::value(V::u32(1));
  };
  EXPECT_EQ(p.call("call-then-spin", {V::u32(1000)}), "trap: cannot enter component instance");
}

}  // namespace
}  // namespace tappet::component::test
