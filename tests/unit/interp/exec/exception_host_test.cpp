// Exceptions and host functions: between the guests that throw and those that catch.
#include "tests/unit/interp/support/linked.h"

namespace tappet::test {
namespace {

const FuncType kI32ToI32{{kI32}, {kI32}};

constexpr const char* kThroughHost = R"((module
  (import "host" "f" (func $host (param i32) (result i32)))
  (tag $e (param i32))
  (func (export "throw") (param i32) (result i32) (throw $e (local.get 0)))
  (func (export "wait_and_throw") (param i32) (result i32)
    (throw $e (call $host (i32.const 0))))
  (func $tail (param i32) (result i32) (return_call $host (local.get 0)))
  (func (export "catch") (param i32) (result i32) (local i32)
    (local.set 1 (i32.const 5))
    (block $l (result i32)
      (try_table (result i32) (catch $e $l) (call $host (local.get 0)))
      (drop) (i32.const -1))
    (i32.add (local.get 1)))
  (func (export "catch_tail") (param i32) (result i32)
    (block $l (result i32)
      (try_table (result i32) (catch $e $l) (call $tail (local.get 0)))
      (drop) (i32.const -1)))
  (func (export "uncaught") (param i32) (result i32) (call $host (local.get 0)))))";

struct Counted : HostContinuation {
  explicit Counted(int& alive_count) : alive(alive_count) { ++alive; }
  ~Counted() override { --alive; }
  HostOutcome resume(HostCall& call) override {
    call.set_result(0, call.callee_result(0));
    return HostOutcome::kReturn;
  }
  int& alive;
};

TEST(Exception, AbandonsHostFunctions) {
  Linked linked;
  int alive = 0;
  linked.host("f", kI32ToI32, [&](HostCall& call) {
    const uint64_t arg = call.arg(0) + 1;
    return call.call(linked.function("m", arg > 10 ? "throw" : "uncaught"), {&arg, 1},
                     std::make_unique<Counted>(alive));
  });
  linked.add("m", kThroughHost);
  EXPECT_EQ(linked.value("catch", {0}), 11u + 5);
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(linked.value("catch_tail", {0}), 11u);
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(linked.trap("uncaught", {0}), "uncaught exception: tag 0 [i32]");
  EXPECT_EQ(alive, 0);
}

struct Barrier : Counted {
  using Counted::Counted;
  bool lets_exceptions_pass() const override { return false; }
};

TEST(Exception, HostFunctionsMayRefuseExceptions) {
  Linked linked;
  int alive = 0;
  linked.host("f", kI32ToI32, [&](HostCall& call) {
    const uint64_t arg = 1;
    return call.call(linked.function("m", "throw"), {&arg, 1}, std::make_unique<Barrier>(alive));
  });
  linked.add("m", kThroughHost);
  EXPECT_EQ(linked.trap("catch", {0}), "uncaught exception: tag 0 [i32]");
  EXPECT_EQ(alive, 0);
}

struct Wait : HostContinuation {
  HostOutcome resume(HostCall& call) override {
    call.set_result(0, 77);
    return HostOutcome::kReturn;
  }
};

// catch -> host -> wait_and_throw -> host, which suspends: the outer host frame is abandoned after
// the thread has been left and entered again.
TEST(Exception, UnwindsFramesThatWereSuspended) {
  Linked linked;
  int alive = 0;
  linked.host("f", kI32ToI32, [&](HostCall& call) {
    if (call.arg(0) == 0) return call.suspend(std::make_unique<Wait>());
    const uint64_t arg = 0;
    return call.call(linked.function("m", "wait_and_throw"), {&arg, 1},
                     std::make_unique<Counted>(alive));
  });
  linked.add("m", kThroughHost);
  Thread thread(*linked.store);
  thread.start(linked.function("m", "catch"), std::vector<uint64_t>{1});
  EXPECT_EQ(run(thread), Outcome::kSuspended);
  EXPECT_EQ(alive, 1);
  EXPECT_EQ(run(thread), Outcome::kReturned);
  EXPECT_EQ(thread.results()[0], 77u + 5);
  EXPECT_EQ(alive, 0);
}

// A nested run ends where the host function is: its trap is not caught outside either.
TEST(Exception, NestedRunsEndWithATrap) {
  Linked linked;
  linked.host("f", kI32ToI32, [&](HostCall& call) {
    const uint64_t arg = call.arg(0);
    uint64_t result = 0;
    const bool ok = call_nested(call, linked.function("m", "throw"), {&arg, 1}, {&result, 1});
    EXPECT_FALSE(ok);
    return HostOutcome::kTrap;
  });
  linked.add("m", kThroughHost);
  EXPECT_EQ(linked.trap("catch", {1}), "uncaught exception: tag 0 [i32]");
}

TEST(Exception, HostTrapsAreNotCaught) {
  Linked linked;
  linked.host("f", kI32ToI32, [](HostCall& call) { return call.trap("no such thing"); });
  linked.add("m", kThroughHost);
  EXPECT_EQ(linked.trap("catch", {1}), "no such thing");
}

}  // namespace
}  // namespace tappet::test
