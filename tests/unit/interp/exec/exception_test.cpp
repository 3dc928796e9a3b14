// Exceptions: what catches what, with which values, and what is left of the frames in between.
#include <atomic>
#include <chrono>
#include <thread>

#include "interp/runtime/gc_heap.h"
#include "tests/unit/interp/support/linked.h"

namespace tappet::test {
namespace {

constexpr const char* kBasics = R"((module
  (tag $e (export "e") (param i32 i64))
  (tag $f (param f64))
  (tag $g (export "unseen"))
  (func $throw (param i32)
    (if (i32.eq (local.get 0) (i32.const 1)) (then (throw $e (i32.const 10) (i64.const 20))))
    (if (i32.eq (local.get 0) (i32.const 2)) (then (throw $f (f64.const 1.5))))
    (if (i32.eq (local.get 0) (i32.const 3)) (then (throw $g)))
    (if (i32.eq (local.get 0) (i32.const 4)) (then (unreachable))))
  (func (export "throw") (param i32) (call $throw (local.get 0)))
  (func (export "catch") (param i32) (result i64) (local i64)
    (block $all
      (block $f (result f64)
        (block $e (result i32 i64)
          (i32.const 1000) (i32.const 2000)
          (try_table (catch $e $e) (catch $f $f) (catch_all $all)
            (call $throw (local.get 0)))
          (drop) (drop)
          (return (i64.const -1)))
        (local.set 1)
        (return (i64.add (i64.extend_i32_u) (local.get 1))))
      (return (i64.trunc_f64_u (f64.mul (f64.const 100)))))
    (i64.const 7))
  (func (export "catch_ref") (param i32) (result i64)
    (local $x exnref) (local $v i64)
    (block $all (result exnref)
      (block $e (result i32 i64 exnref)
        (try_table (catch_ref $e $e) (catch_all_ref $all)
          (call $throw (local.get 0)))
        (return (i64.const -1)))
      (local.set $x)
      (drop) (drop)
      (block $again (result i32 i64)
        (try_table (catch $e $again) (throw_ref (local.get $x)))
        (unreachable))
      (local.set $v)
      (return (i64.add (i64.add (i64.extend_i32_u) (local.get $v)) (i64.const 1))))
    (local.set $x)
    (throw_ref (local.get $x)))
  ;; Labels that return.
  (func (export "to_function") (param i32) (result i32 i64)
    (i32.const 5)
    (try_table (catch $e 0) (call $throw (local.get 0)))
    (i64.const 6))
  (func $single (param i32) (result f64)
    (try_table (catch $f 0) (call $throw (local.get 0)))
    (f64.const 3))
  (func (export "single") (param i32) (result i64)
    (i64.trunc_f64_u (f64.mul (f64.const 100) (call $single (local.get 0)))))
  (func (export "null") (throw_ref (ref.null exn)))))";

TEST(Exception, ClausesAreTriedInOrder) {
  Linked linked;
  linked.add("m", kBasics);
  EXPECT_EQ(linked.value("catch", {0}), UINT64_MAX);
  EXPECT_EQ(linked.value("catch", {1}), 30u);
  EXPECT_EQ(linked.value("catch", {2}), 150u);
  EXPECT_EQ(linked.value("catch", {3}), 7u);
  EXPECT_EQ(linked.trap("catch", {4}), "unreachable") << "traps are not caught";
}

TEST(Exception, ReferencesCanBeThrownAgain) {
  Linked linked;
  linked.add("m", kBasics);
  EXPECT_EQ(linked.value("catch_ref", {1}), 31u);
  EXPECT_EQ(linked.trap("catch_ref", {3}), "uncaught exception: tag \"unseen\" []");
  EXPECT_EQ(linked.trap("null"), "null exception reference");
}

TEST(Exception, LabelsMayBeTheFunctions) {
  Linked linked;
  linked.add("m", kBasics);
  const std::vector<uint64_t> thrown{10, 20};
  const std::vector<uint64_t> returned{5, 6};
  EXPECT_EQ(linked.call(linked.function("m", "to_function"), {1}).results, thrown);
  EXPECT_EQ(linked.call(linked.function("m", "to_function"), {0}).results, returned);
  EXPECT_EQ(linked.trap("to_function", {2}), "uncaught exception: tag 1 [f64]");
  EXPECT_EQ(linked.value("single", {2}), 150u);
  EXPECT_EQ(linked.value("single", {0}), 300u);
}

TEST(Exception, UncaughtIsATrapWithTheThrowersBacktrace) {
  Linked linked;
  linked.add("m", kBasics);
  const auto called = linked.call(linked.function("m", "throw"), {1});
  EXPECT_EQ(called.trap.kind, TrapKind::kUncaughtException);
  EXPECT_EQ(called.trap.message, "uncaught exception: tag \"e\" [i32 i64]");
  ASSERT_EQ(called.trap.backtrace.size(), 2u);
  EXPECT_EQ(called.trap.backtrace[0].function_index, 0u);
  EXPECT_EQ(called.trap.backtrace[1].function, "throw");
}

// Locals are those at the throw, operands below the label those at the block.
TEST(Exception, LocalsAndOperandsSurvive) {
  Linked linked;
  linked.add("m", R"((module
    (tag $e (param i32))
    (func $throw (param i32) (throw $e (local.get 0)))
    (func (export "f") (param i32) (result i32) (local i32)
      (i32.add (local.get 0) (i32.const 100))
      (local.get 0)
      (block $l (result i32)
        (local.set 1 (i32.const 1))
        (try_table (catch $e $l)
          (local.set 0 (i32.const 7))
          (i32.mul (local.get 0) (i32.const 3))
          (local.set 1 (i32.add (local.get 1) (i32.const 1)))
          (call $throw (i32.const 1000))
          (local.set 1 (i32.const 99))
          (local.set 0))
        (i32.const -1))
      (i32.add) (i32.add)
      (i32.add (i32.mul (local.get 0) (i32.const 10000)))
      (i32.add (i32.mul (local.get 1) (i32.const 100000))))))");
  EXPECT_EQ(linked.value("f", {4}), 104u + 4 + 1000 + 70000 + 200000);
}

TEST(Exception, BlocksNest) {
  Linked linked;
  linked.add("m", R"((module
    (tag $a) (tag $b) (tag $c)
    (func $throw (param i32)
      (block $c (block $b (block $a (br_table $a $b $c (local.get 0)))
        (throw $a)) (throw $b)) (throw $c))
    (func (export "f") (param i32) (result i32)
      (block $outer
        (block $inner
          (try_table (catch $a $outer) (catch $c $outer)
            (try_table (result i32) (catch $a $inner)
              (try_table (catch $b $inner))
              (call $throw (local.get 0))
              (i32.const 1))
            (drop))
          (return (i32.const 0)))
        (return (i32.const 2)))
      (i32.const 3))
    ;; A clause does not cover its own block's label, nor what follows the block.
    (func (export "after") (param i32) (result i32)
      (block $l
        (try_table (catch_all $l) (nop))
        (call $throw (local.get 0)))
      (i32.const 1))
    (func (export "rethrow") (param i32) (result i32) (local exnref)
      (block $done
        (try_table (catch_all $done)
          (block $l (result exnref)
            (try_table (catch_all_ref $l) (call $throw (local.get 0)))
            (return (i32.const 0)))
          (throw_ref)))
      (i32.const 9))))");
  EXPECT_EQ(linked.value("f", {0}), 2u);
  EXPECT_EQ(linked.trap("f", {1}), "uncaught exception: tag 1 []");
  EXPECT_EQ(linked.value("f", {2}), 3u);
  EXPECT_EQ(linked.trap("after", {0}), "uncaught exception: tag 0 []");
  EXPECT_EQ(linked.value("rethrow", {1}), 9u);
}

TEST(Exception, PassesAHundredThousandFrames) {
  StoreLimits limits;
  limits.stack_bytes = 64 << 20;
  Linked linked(limits);
  linked.add("m", R"((module
    (tag $e (param i64)) (tag $other)
    (func $down (param i32) (result i64) (local i64 i64)
      (if (i32.eqz (local.get 0)) (then (throw $e (i64.const 42))))
      (block $l
        (try_table (catch $other $l) (return (i64.add (i64.const 1)
          (call $down (i32.sub (local.get 0) (i32.const 1)))))))
      (i64.const -1))
    (func (export "f") (param i32) (result i64)
      (block $l (result i64)
        (try_table (result i64) (catch $e $l) (call $down (local.get 0)))))
    (func (export "g") (param i32) (result i64) (call $down (local.get 0)))))");
  EXPECT_EQ(linked.value("f", {100'000}), 42u);
  EXPECT_EQ(linked.trap("g", {100'000}), "uncaught exception: tag 0 [i64]");
}

// Loops of throws take no back edge.
TEST(Exception, EndlessThrowingCanBeStopped) {
  for (const char* name : {"f", "g"}) {
    Linked linked;
    linked.add("m", R"((module
      (tag $e)
      (func (export "f") (loop $l (try_table (catch $e $l) (throw $e))))
      (func (export "g") (loop $l
        (block $b (result exnref) (try_table (catch_all_ref $b) (throw $e)) (unreachable))
        (drop) (br $l)))))");
    std::atomic<bool> started{false};
    std::thread stopper([&] {
      while (!started) std::this_thread::yield();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      linked.store->kill();
    });
    started = true;
    EXPECT_EQ(linked.trap(name), "interrupted");
    stopper.join();
  }
}

TEST(Exception, PreemptionGoesOnInTheHandler) {
  Linked linked;
  linked.add("m", R"((module
    (tag $e (param i32))
    (func $throw (param i32) (throw $e (i32.sub (local.get 0) (i32.const 1))))
    (func (export "f") (param i32) (result i32) (local i32)
      (local.get 0)
      (loop $l (param i32)
        (local.set 0)
        (local.set 1 (i32.add (local.get 1) (i32.const 1)))
        (if (i32.eqz (local.get 0)) (then (return (local.get 1))))
        (try_table (catch $e $l) (call $throw (local.get 0))))
      (unreachable))))");
  Thread thread(*linked.store);
  std::atomic<bool> done{false};
  std::thread ticker([&] {
    while (!done) linked.store->preempt();
  });
  thread.start(linked.function("m", "f"), std::vector<uint64_t>{20'000});
  linked.store->preempt();
  Outcome outcome = run(thread);
  int interrupted = 0;
  for (; outcome == Outcome::kInterrupted; ++interrupted) outcome = run(thread);
  done = true;
  ticker.join();
  EXPECT_EQ(outcome, Outcome::kReturned);
  EXPECT_EQ(thread.results()[0], 20'001u);
  EXPECT_GT(interrupted, 0);
}

// Exceptions are objects like others: what nobody refers to is collected, the rest is limited.
TEST(Exception, ReferencesAreToCollectedObjects) {
  StoreLimits limits;
  limits.memory_bytes = 1 << 20;
  Linked linked(limits);
  linked.add("m", R"((module
    (tag $e (param i64 exnref))
    (global $kept (mut exnref) (ref.null exn))
    (func $caught (param i64 exnref) (result exnref)
      (block $b (result exnref)
        (try_table (catch_all_ref $b) (throw $e (local.get 0) (local.get 1)))
        (unreachable)))
    (func (export "dropped") (param i32)
      (loop $l
        (drop (call $caught (i64.const 1) (ref.null exn)))
        (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "chain") (param i32)
      (loop $l
        (global.set $kept (call $caught (i64.extend_i32_u (local.get 0)) (global.get $kept)))
        (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1))))))
    (func (export "sum") (result i64) (local $sum i64)
      (loop $l
        (block $b (result i64 exnref)
          (try_table (catch $e $b) (throw_ref (global.get $kept))) (unreachable))
        (global.set $kept)
        (local.set $sum (i64.add (local.get $sum)))
        (br_if $l (i32.eqz (ref.is_null (global.get $kept)))))
      (local.get $sum))))");
  EXPECT_EQ(linked.call(linked.function("m", "dropped"), {200'000}).outcome, Outcome::kReturned);
  EXPECT_GT(linked.store->heap().collections(), 0u);
  linked.store->heap().set_stress(true);
  EXPECT_EQ(linked.call(linked.function("m", "chain"), {500}).outcome, Outcome::kReturned);
  linked.store->heap().set_stress(false);
  EXPECT_EQ(linked.value("sum"), 500u * 501 / 2);
  EXPECT_EQ(linked.call(linked.function("m", "chain"), {200'000}).trap.kind,
            TrapKind::kOutOfMemory);
}

TEST(Exception, ManyValuesMoveDownTheStack) {
  std::string params, values, sum;
  for (int i = 0; i < 100; ++i) {
    params += " i64";
    values += " (i64.const " + std::to_string(i * i) + ")";
    if (i > 0) sum += " (i64.add)";
  }
  Linked linked;
  linked.add("m", "(module (tag $e (param" + params + ")) (func $throw (throw $e" + values +
                      ")) (func (export \"here\") (result i64) (block (result" + params +
                      ") (try_table (catch $e 0) (throw $e" + values + ")) (unreachable))" + sum +
                      ") (func (export \"there\") (result i64) (block (result" + params +
                      ") (try_table (catch $e 0) (call $throw)) (unreachable))" + sum + "))");
  EXPECT_EQ(linked.value("here"), 328350u);
  EXPECT_EQ(linked.value("there"), 328350u);
}

// An instance that throws its own tag, or that of the module it is given to.
TEST(Exception, TagsAreKnownByIdentity) {
  Linked linked;
  linked.add("a", R"((module
    (tag $e (export "e") (param i32))
    (memory 1) (data (i32.const 0) "A")
    (func (export "throw") (param i32) (throw $e (local.get 0)))))");
  const char* user = R"((module
    (import "a" "e" (tag $e (param i32)))
    (import "a" "throw" (func $throw (param i32)))
    (tag $same (param i32))
    (memory 1) (data (i32.const 0) "m")
    (func (export "f") (param i32) (result i32)
      (block $theirs (result i32)
        (block $own (result i32)
          (try_table (catch $same $own) (catch $e $theirs) (call $throw (local.get 0)))
          (return (i32.const -1)))
        (return (i32.const -2)))
      (i32.add (i32.load8_u (i32.const 0))))
    (func $tail (param i32) (return_call $throw (local.get 0)))
    (func (export "tail") (param i32) (result i32)
      (block $l (result i32)
        (try_table (catch $e $l) (call $tail (local.get 0)))
        (i32.const -1))
      (i32.add (i32.load8_u (i32.const 0))))
    (func (export "uncaught") (param i32) (result i32)
      (block $l (result i32)
        (try_table (catch $same $l) (call $throw (local.get 0)))
        (i32.const -1)))))";
  linked.add("m", user);
  EXPECT_EQ(linked.value("f", {1000}), 1000u + 'm');
  EXPECT_EQ(linked.value("tail", {1000}), 1000u + 'm');
  EXPECT_EQ(linked.trap("uncaught", {1}), "uncaught exception: tag \"e\" [i32]");
  EXPECT_EQ(linked.value("f", {1}), 1u + 'm');
}

TEST(Exception, ImportedTagsMustBeOfTheSameType) {
  Linked linked;
  linked.add("a", "(module (tag (export \"e\") (param i32)))");
  auto bytes = parse_wat("(module (import \"a\" \"e\" (tag (param i64))))");
  ASSERT_TRUE(bytes.ok());
  auto code = linked.engine.compile(std::move(*bytes));
  ASSERT_TRUE(code.ok());
  const std::vector<Extern> imports{linked.instances["a"]->exported_tag("e")};
  auto made = instantiate(*linked.store, *code, imports);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(std::get<Error>(made.error()).message,
            "incompatible import type for a.e: expected tag function [i64] -> [], found tag "
            "function [i32] -> []");
}

// A replaced frame catches nothing any more.
TEST(Exception, TailCallsLeaveTheirBlocks) {
  Linked linked;
  linked.add("m", R"((module
    (tag $e)
    (func $throw (result i32) (throw $e))
    (func $tail (result i32)
      (block $l (try_table (catch $e $l) (return_call $throw)))
      (i32.const 1))
    (func (export "uncaught") (result i32) (call $tail))
    (func (export "caught") (result i32)
      (block $l (try_table (catch $e $l) (return (call $tail))))
      (i32.const 2))))");
  EXPECT_EQ(linked.trap("uncaught"), "uncaught exception: tag 0 []");
  EXPECT_EQ(linked.value("caught"), 2u);
}

// Deep blocks in deep frames: the search itself can be ended.
TEST(Exception, LongSearchesCanBeStopped) {
  constexpr int kDepth = 20'000;
  std::string text = "(module (tag $e) (tag $other) (func $f (export \"f\") (param i32) (block $l ";
  for (int i = 0; i < kDepth; ++i) text += "try_table (catch $other $l) ";
  text +=
      "(if (i32.eqz (local.get 0)) (then (throw $e)))"
      "(call $f (i32.sub (local.get 0) (i32.const 1)))";
  for (int i = 0; i < kDepth; ++i) text += " end";
  Linked linked;
  linked.add("m", text + ")))");
  std::atomic<bool> started{false};
  std::thread stopper([&] {
    while (!started) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    linked.store->kill();
  });
  started = true;
  EXPECT_EQ(linked.trap("f", {80'000}), "interrupted");
  stopper.join();
}

}  // namespace
}  // namespace tappet::test
