// Tail calls: constant space whatever is called, and nothing of the replaced frame left over.
#include <atomic>
#include <chrono>
#include <thread>

#include "tests/unit/interp/support/linked.h"

namespace tappet::test {
namespace {

StoreLimits small_stack() {
  StoreLimits limits;
  limits.stack_bytes = 4096;
  return limits;
}

constexpr const char* kEvenOdd = R"((module
  (type $t (func (param i32) (result i32)))
  (table funcref (elem $even2 $odd2))
  (func $even (export "even") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
    (return_call $odd (i32.sub (local.get 0) (i32.const 1))))
  (func $odd (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (return_call $even (i32.sub (local.get 0) (i32.const 1))))
  (func $even2 (export "even_indirect") (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 1))))
    (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 1)))
  (func $odd2 (param i32) (result i32)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 0))))
    (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1)) (i32.const 0)))
))";

TEST(TailCall, TenMillionTakeConstantSpace) {
  Linked linked(small_stack());
  linked.add("m", kEvenOdd);
  EXPECT_EQ(linked.value("even", {10'000'000}), 1u);
  EXPECT_EQ(linked.value("even", {10'000'001}), 0u);
  EXPECT_EQ(linked.value("even_indirect", {10'000'000}), 1u);
  EXPECT_EQ(linked.value("even_indirect", {9'999'999}), 0u);
}

// Every frame size meets every other: parameters overwrite what the caller's frame held, its
// return address included, and locals start at zero each time.
TEST(TailCall, FramesOfAllSizesReplaceEachOther) {
  Linked linked;
  linked.add("m", R"((module
    (func $none (result i64 f64 i32)
      (return_call $many (i64.const 1) (i64.const 2) (f64.const 3) (i32.const 4) (i64.const 5)
        (i64.const 6) (i64.const 7) (i64.const 8) (i64.const 9)))
    (func $many (param i64 i64 f64 i32 i64 i64 i64 i64 i64) (result i64 f64 i32)
      (local i64 i64 i64)
      (local.set 10 (i64.add (local.get 9) (i64.const 100)))
      (return_call $few (i64.add (local.get 0) (local.get 8)) (local.get 3)
        (f64.mul (local.get 2) (local.get 2))))
    (func $few (param i64 i32 f64) (result i64 f64 i32)
      (local i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64)
      (i64.add (i64.add (local.get 0) (local.get 13)) (local.get 12)) (local.get 2) (local.get 1))
    (func (export "run") (result i64 f64 i32) (call $none))
    (func (export "run_tail") (param i32 i32) (result i64 f64 i32) (return_call $none))
    (func (export "first") (result i64) (call $none) (drop) (drop))))");
  const std::vector<uint64_t> expected{10, 0x4022'0000'0000'0000, 4};
  EXPECT_EQ(linked.call(linked.function("m", "run")).results, expected);
  EXPECT_EQ(linked.call(linked.function("m", "run_tail"), {1, 2}).results, expected);
  EXPECT_EQ(linked.value("first"), 10u);
}

TEST(TailCall, ArgumentsMayBePermutedParameters) {
  Linked linked;
  linked.add("m", R"((module
    (func $f (export "f") (param i32 i32 i32 i32) (result i32)
      (if (i32.eqz (local.get 3)) (then (return
        (i32.add (local.get 0) (i32.add (i32.mul (local.get 1) (i32.const 10))
          (i32.mul (local.get 2) (i32.const 100)))))))
      (return_call $f (local.get 1) (local.get 2) (local.get 0)
        (i32.sub (local.get 3) (i32.const 1))))))");
  EXPECT_EQ(linked.value("f", {1, 2, 3, 0}), 321u);
  EXPECT_EQ(linked.value("f", {1, 2, 3, 1}), 132u);
  EXPECT_EQ(linked.value("f", {1, 2, 3, 2}), 213u);
  EXPECT_EQ(linked.value("f", {1, 2, 3, 3'000}), 321u);
}

TEST(TailCall, FloatsReturnInTheirAccumulator) {
  Linked linked;
  linked.add("m", R"((module
    (func $f (param f32) (result f32) (f32.sqrt (local.get 0)))
    (func $g (param f32) (result f32) (return_call $f (f32.mul (local.get 0) (local.get 0))))
    (func (export "f") (param f32) (result f32) (f32.add (call $g (local.get 0)) (f32.const 1)))
    (func (export "g") (param f32) (result f32) (return_call $g (local.get 0)))))");
  EXPECT_EQ(linked.value("f", {0x4040'0000}), 0x4080'0000u);
  EXPECT_EQ(linked.value("g", {0x4040'0000}), 0x4040'0000u);
}

// The first call of $g happens through a tail call; the return address there is the call of $f,
// which must go on calling $f.
TEST(TailCall, TranslationLeavesTheCallersCallAlone) {
  Linked linked;
  linked.add("m", R"((module
    (type $t (func (result i32)))
    (global $count (mut i32) (i32.const 0))
    (table funcref (elem $g))
    (func $f (result i32)
      (global.set $count (i32.add (global.get $count) (i32.const 1)))
      (return_call_indirect (type $t) (i32.const 0)))
    (func $g (result i32) (i32.const 1000))
    (func (export "run") (result i32) (local i32 i32)
      (loop
        (local.set 1 (i32.add (local.get 1) (call $f)))
        (br_if 0 (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 3))))
      (i32.add (local.get 1) (global.get $count)))))");
  EXPECT_EQ(linked.value("run"), 3003u);
}

TEST(TailCall, StackGrowsForTheCalleesFrame) {
  std::string large = "(module (func $large (param i32) (result i64) (local";
  for (int i = 0; i < 2000; ++i) large += " i64";
  large +=
      ") (i64.add (local.get 1) (local.get 2000)))"
      "(func (export \"f\") (result i64) (return_call $large (i32.const 1)))"
      "(func (export \"g\") (result i64) (i64.add (i64.const 1) "
      "(call $large (i32.const 1)))))";
  Linked linked;
  linked.add("m", large);
  EXPECT_EQ(linked.value("f"), 0u);
  EXPECT_EQ(linked.value("g"), 1u);
  Linked limited(small_stack());
  limited.add("m", large);
  EXPECT_EQ(limited.trap("f"), "call stack exhausted");
}

TEST(TailCall, ThousandParametersFromNone) {
  std::string text = "(module (func $large (param";
  for (int i = 0; i < 1000; ++i) text += " i64";
  text +=
      ") (result i64) (i64.add (local.get 0) (local.get 999)))"
      "(func (export \"f\") (result i64) (return_call $large";
  for (int i = 0; i < 1000; ++i) text += " (i64.const " + std::to_string(i + 1) + ")";
  Linked linked;
  linked.add("m", text + ")))");
  EXPECT_EQ(linked.value("f"), 1001u);
}

// Two instances call each other: one side frame in all, not one for each call.
TEST(TailCall, AcrossInstancesTakesConstantSpace) {
  Linked linked(small_stack());
  linked.add("tables", "(module (table (export \"t\") 2 funcref))");
  const auto side = [](int mine, int other) {
    return R"((module
      (type $t (func (param i32 i64) (result i64)))
      (import "tables" "t" (table 2 funcref))
      (global $added (mut i64) (i64.const )" +
           std::to_string(mine + 1) + R"())
      (func $f (export "f") (param i32 i64) (result i64)
        (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
        (return_call_indirect (type $t) (i32.sub (local.get 0) (i32.const 1))
          (i64.add (local.get 1) (global.get $added)) (i32.const )" +
           std::to_string(other) + R"()))
      (func (export "call") (param i32) (result i64)
        (i64.add (call $f (local.get 0) (i64.const 0)) (global.get $added)))
      (elem (i32.const )" +
           std::to_string(mine) + ") $f))";
  };
  linked.add("m", side(0, 1));
  linked.add("n", side(1, 0));
  constexpr uint64_t kCalls = 1'000'000;
  EXPECT_EQ(linked.value("call", {kCalls}), kCalls / 2 * 3 + 1);
  EXPECT_EQ(linked.value("f", {kCalls + 1, 0}), kCalls / 2 * 3 + 1);
}

TEST(TailCall, ImportsAreCalledInPlace) {
  Linked linked(small_stack());
  linked.add("a", R"((module (memory 1) (data (i32.const 0) "A")
    (func (export "get") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "trap") (param i32) (result i32) unreachable)))");
  linked.add("m", R"((module
    (import "a" "get" (func $get (param i32) (result i32)))
    (import "a" "trap" (func $trap (param i32) (result i32)))
    (memory 1) (data (i32.const 0) "m")
    (func $f (result i32) (return_call $get (i32.const 0)))
    (func (export "f") (result i32)
      (i32.add (i32.mul (call $f) (i32.const 256)) (i32.load8_u (i32.const 0))))
    (func (export "g") (result i32) (return_call $get (i32.const 0)))
    (func $t (result i32) (return_call $trap (i32.const 0)))
    (func (export "trap") (result i32) (i32.add (call $t) (i32.const 1)))))");
  EXPECT_EQ(linked.value("f"), 'A' * 256u + 'm');
  EXPECT_EQ(linked.value("g"), uint64_t{'A'});
  const auto called = linked.call(linked.function("m", "trap"));
  ASSERT_EQ(called.trap.backtrace.size(), 2u) << called.trap.to_string();
  EXPECT_EQ(called.trap.backtrace[0].function, "trap");
  EXPECT_EQ(called.trap.backtrace[1].function_index, 6u);
}

const FuncType kI32ToI32{{kI32}, {kI32}};

constexpr const char* kTailCallsHost = R"((module
  (import "host" "f" (func $host (param i32) (result i32)))
  (memory 1) (data (i32.const 0) "\07")
  (func $f (export "tail") (param i32) (result i32)
    (return_call $host (i32.add (local.get 0) (i32.const 1))))
  (func (export "call") (param i32) (result i32) (local i32)
    (local.set 1 (i32.const 1000))
    (i32.add (i32.load8_u (i32.const 0)) (i32.add (call $f (local.get 0)) (local.get 1))))
  (func (export "twice") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 2)))))";

TEST(TailCall, HostFunctionsReturnToTheCaller) {
  Linked linked(small_stack());
  linked.host("f", kI32ToI32, [](HostCall& call) {
    call.set_result(0, call.arg(0) * 10);
    return HostOutcome::kReturn;
  });
  linked.add("m", kTailCallsHost);
  EXPECT_EQ(linked.value("tail", {4}), 50u);
  EXPECT_EQ(linked.value("call", {4}), 1057u);
}

TEST(TailCall, HostFunctionsTrapWithTheCallersBacktrace) {
  Linked linked;
  linked.host("f", kI32ToI32, [](HostCall& call) { return call.trap("no such thing"); });
  linked.add("m", kTailCallsHost);
  EXPECT_EQ(linked.trap("tail", {4}), "no such thing");
  const auto called = linked.call(linked.function("m", "call"), {4});
  EXPECT_EQ(called.trap.message, "no such thing");
  ASSERT_EQ(called.trap.backtrace.size(), 1u);
  EXPECT_EQ(called.trap.backtrace[0].function, "call");
}

struct Wait : HostContinuation {
  HostOutcome resume(HostCall& call) override {
    call.set_result(0, call.arg(0) * 10);
    return HostOutcome::kReturn;
  }
};

TEST(TailCall, HostFunctionsMaySuspend) {
  Linked linked;
  linked.host("f", kI32ToI32,
              [](HostCall& call) { return call.suspend(std::make_unique<Wait>()); });
  linked.add("m", kTailCallsHost);
  for (const auto& [name, expected] : {std::pair{"tail", 50u}, std::pair{"call", 1057u}}) {
    Thread thread(*linked.store);
    thread.start(linked.function("m", name), std::vector<uint64_t>{4});
    EXPECT_EQ(run(thread), Outcome::kSuspended);
    EXPECT_EQ(run(thread), Outcome::kReturned);
    EXPECT_EQ(thread.results()[0], expected);
  }
}

struct AddCallee : HostContinuation {
  HostOutcome resume(HostCall& call) override {
    call.set_result(0, call.callee_result(0) + call.arg(0));
    return HostOutcome::kReturn;
  }
};

// A host function calls a function that tail-calls a host function, which calls again.
TEST(TailCall, HostFunctionsMayCall) {
  Linked linked;
  linked.host("f", kI32ToI32, [&](HostCall& call) {
    const uint64_t arg = call.arg(0) - 2;
    const char* callee = arg == 0 ? "twice" : "tail";
    return call.call(linked.function("m", callee), {&arg, 1}, std::make_unique<AddCallee>());
  });
  linked.add("m", kTailCallsHost);
  // 5, 4, 3, 2: the last one asks for twice(0).
  EXPECT_EQ(linked.value("tail", {4}), 5u + 4 + 3 + 2);
  EXPECT_EQ(linked.value("call", {4}), 14u + 1007);
}

TEST(TailCall, NestedRunsEndWithTheReplacement) {
  Linked linked;
  linked.host("f", kI32ToI32, [&](HostCall& call) {
    uint64_t result = 7;
    const uint64_t arg = call.arg(0) - 1;
    if (arg != 0 && !call_nested(call, linked.function("m", "tail"), {&arg, 1}, {&result, 1}))
      return HostOutcome::kTrap;
    call.set_result(0, result + 1);
    return HostOutcome::kReturn;
  });
  linked.add("m", kTailCallsHost);
  // Each nested call adds one to its argument again: it nests until that is refused.
  EXPECT_EQ(linked.trap("tail", {4}), "call stack exhausted");
  EXPECT_EQ(linked.value("call", {0}), 8u + 1007);
}

TEST(TailCall, EndlessLoopsCanBeStopped) {
  for (const char* name : {"direct", "indirect", "across"}) {
    Linked linked(small_stack());
    linked.add("t", "(module (table (export \"t\") 2 funcref))");
    const char* text = R"((module
      (type $t (func (param i32)))
      (import "t" "t" (table 2 funcref))
      (func $direct (export "direct") (param i32) (return_call $direct (local.get 0)))
      (func $indirect (export "indirect") (param i32)
        (return_call_indirect (type $t) (local.get 0) (i32.const 0)))
      (func $across (export "across") (param i32)
        (return_call_indirect (type $t) (i32.xor (local.get 0) (i32.const 1)) (local.get 0)))
      (elem (i32.const 0) $across)))";
    linked.add("n", text);
    std::string other = text;
    other.replace(other.find("(elem (i32.const 0) $across)"), 28, "(elem (i32.const 1) $across)");
    linked.add("m", other);
    if (std::string_view(name) == "indirect")
      linked.instances["m"]->table(0)->elements()[0] = to_ref(&linked.function("m", name));
    std::atomic<bool> started{false};
    std::thread stopper([&] {
      while (!started) std::this_thread::yield();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      linked.store->kill();
    });
    started = true;
    EXPECT_EQ(linked.trap(name, {0}), "interrupted") << name;
    stopper.join();
  }
}

TEST(TailCall, PreemptionGoesOnWhereItStopped) {
  Linked linked(small_stack());
  linked.add("m", kEvenOdd);
  for (const char* name : {"even", "even_indirect"}) {
    Thread thread(*linked.store);
    std::atomic<bool> done{false};
    std::thread ticker([&] {
      while (!done) linked.store->preempt();
    });
    thread.start(linked.function("m", name), std::vector<uint64_t>{100'000});
    linked.store->preempt();
    Outcome outcome = run(thread);
    int interrupted = 0;
    for (; outcome == Outcome::kInterrupted; ++interrupted) outcome = run(thread);
    done = true;
    ticker.join();
    EXPECT_EQ(outcome, Outcome::kReturned);
    EXPECT_EQ(thread.results()[0], 1u);
    EXPECT_GT(interrupted, 0);
  }
}

TEST(TailCall, TrapsAreThoseOfCalls) {
  Linked linked;
  linked.add("m", R"((module
    (type $t (func (result i32)))
    (table 3 funcref)
    (elem (i32.const 0) $void)
    (func $void)
    (func $f (export "f") (param i32) (result i32) (return_call_indirect (type $t) (local.get 0)))
    (func (export "g") (param i32) (result i32) (i32.add (call $f (local.get 0)) (i32.const 1)))))");
  EXPECT_EQ(linked.trap("f", {0}), "indirect call type mismatch");
  EXPECT_EQ(linked.trap("f", {1}), "uninitialized element 1");
  EXPECT_EQ(linked.trap("f", {3}), "undefined element");
  const auto called = linked.call(linked.function("m", "g"), {1});
  ASSERT_EQ(called.trap.backtrace.size(), 2u) << "the frame is not replaced before it is certain";
  EXPECT_EQ(called.trap.backtrace[0].function, "f");
}

}  // namespace
}  // namespace tappet::test
