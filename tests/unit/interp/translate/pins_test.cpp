// Loops whose locals are in registers: that nothing can tell.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/interp/support/linked.h"

namespace tappet::test {
namespace {

std::string function(std::string_view body) { return "(module " + std::string(body) + ")"; }

class Pins : public testing::Test {
 protected:
  uint64_t value(std::string_view module, std::vector<uint64_t> args) {
    linked_.add("m", module);
    return linked_.value("f", std::move(args));
  }

  Linked linked_{{}, FeatureSet::all()};
};

TEST_F(Pins, MoreLocalsThanRegisters) {
  const std::string module = function(R"(
    (func (export "f") (param $n i32) (result i32)
      (local $a i32) (local $b i32) (local $c i32) (local $d i32) (local $e i32) (local $i i32)
      (loop $l
        (local.set $a (i32.add (local.get $a) (local.get $i)))
        (local.set $b (i32.xor (local.get $b) (local.get $a)))
        (local.set $c (i32.sub (local.get $b) (local.get $c)))
        (local.set $d (i32.mul (i32.add (local.get $d) (local.get $c)) (i32.const 3)))
        (local.set $e (i32.rotl (i32.xor (local.get $e) (local.get $d)) (i32.const 7)))
        (br_if $l (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                            (local.get $n))))
      (i32.add (local.get $e) (i32.mul (local.get $a) (local.get $b)))))");
  uint32_t a = 0, b = 0, c = 0, d = 0, e = 0;
  for (uint32_t i = 0; i < 100; ++i) {
    a += i, b ^= a, c = b - c, d = (d + c) * 3;
    e = (e ^ d) << 7 | (e ^ d) >> 25;
  }
  EXPECT_EQ(value(module, {100}), e + a * b);
}

// A branch that leaves for an outer loop, which has no pins, is not fused with what changes one.
TEST_F(Pins, BranchesToAnOuterLoop) {
  const auto module = [](std::string_view leave) {
    return function(R"(
      (func (export "f") (param $n i32) (result i32) (local $x i32) (local $y i32) (local $k i32)
        (loop $outer
          (local.set $k (i32.add (local.get $k) (i32.const 1)))
          (local.set $x (i32.const 0))
          (loop $inner
            (local.set $y (i32.add (local.get $y) (local.get $x)))
            (local.set $x (i32.add (local.get $x) (i32.const 1)))
            (br_if $outer )" +
                    std::string(leave) + R"()
            (br_if $inner (i32.lt_u (local.get $x) (local.get $n)))))
        (i32.add (i32.mul (local.get $y) (i32.const 1000)) (local.get $k))))");
  };
  // Sums of 0 to k for k up to 9, then of 0 to 9.
  EXPECT_EQ(value(module("(i32.gt_u (local.get $x) (local.get $k))"), {10}), 210'010u);
  EXPECT_EQ(value(module("(i32.eqz (i32.and (local.get $k) (local.get $n)))"), {8}), 28'008u);
}

TEST_F(Pins, CallsThatHaveLoopsOfTheirOwn) {
  const std::string module = function(R"(
    (func $double (param $n i32) (result i32) (local $s i32)
      (loop $l
        (local.set $s (i32.add (local.get $s) (i32.const 2)))
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $s))
    (func (export "f") (param $n i32) (result i32)
      (local $s i32) (local $i i32) (local $x i32) (local $y i32)
      (loop $l
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (local.set $x (i32.add (local.get $x) (local.get $i)))
        (local.set $x (i32.xor (local.get $x) (local.get $s)))
        (local.set $x (i32.add (local.get $x) (local.get $i)))
        (local.set $y (i32.add (local.get $y) (local.get $x)))
        (local.set $y (i32.xor (local.get $y) (local.get $i)))
        (local.set $y (i32.sub (local.get $y) (local.get $x)))
        (local.set $s (i32.add (local.get $s) (call $double (local.get $i))))
        (br_if $l (i32.ne (local.get $i) (local.get $n))))
      (i32.add (i32.add (local.get $s) (local.get $x)) (local.get $y))))");
  uint32_t s = 0, x = 0, y = 0;
  for (uint32_t i = 1; i <= 40; ++i) {
    x = ((x + i) ^ s) + i;
    y = ((y + x) ^ i) - x;
    s += 2 * i;
  }
  EXPECT_EQ(value(module, {40}), s + x + y);
}

TEST_F(Pins, TwoCounters) {
  // The first of the two decides, and the bound changes with it.
  const std::string module = function(R"(
    (func (export "f") (param $n i32) (result i32) (local $i i32) (local $j i32)
      (loop $l
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (local.set $j (i32.add (local.get $j) (i32.const 5)))
        (br_if $l (i32.lt_u (local.get $i) (local.get $n))))
      (loop $l
        (local.set $j (i32.add (local.get $j) (i32.const 2)))
        (local.set $i (i32.add (local.get $i) (i32.const -1)))
        (br_if $l (i32.gt_u (local.get $i) (local.get $j))))
      (i32.add (i32.mul (local.get $i) (i32.const 1000)) (local.get $j))))");
  EXPECT_EQ(value(module, {10}), 9 * 1000 + 52U);
}

TEST_F(Pins, FloatsAndTheirBits) {
  const std::string module = function(R"(
    (func (export "f") (param $n i32) (param $nan i32) (result i32)
      (local $x f64) (local $y f64) (local $z f32)
      (local.set $z (f32.reinterpret_i32 (local.get $nan)))
      (local.set $x (f64.const 1))
      (loop $l
        (local.set $y (f64.add (f64.mul (local.get $x) (f64.const 0.5)) (local.get $y)))
        (local.set $x (f64.sub (local.get $y) (f64.mul (local.get $x) (local.get $x))))
        (local.set $z (f32.copysign (local.get $z) (f32.demote_f64 (local.get $x))))
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (i32.xor (i32.reinterpret_f32 (local.get $z))
               (i32.wrap_i64 (i64.reinterpret_f64 (local.get $y))))))");
  double x = 1, y = 0;
  for (int i = 0; i < 9; ++i) {
    y = x * 0.5 + y;
    x = y - x * x;
  }
  uint64_t bits = 0;
  std::memcpy(&bits, &y, sizeof bits);
  const uint32_t nan = 0x7fa1'2345U | (std::signbit(x) ? 0x8000'0000U : 0);
  EXPECT_EQ(value(module, {9, 0x7fa1'2345}), nan ^ static_cast<uint32_t>(bits));
}

TEST_F(Pins, SteppingAsideInALoop) {
  linked_.add("m", function(R"(
    (func (export "f") (param $n i32) (result i32) (local $s i32) (local $x f64)
      (loop $l
        (local.set $s (i32.add (local.get $s) (local.get $n)))
        (local.set $x (f64.add (local.get $x) (f64.const 1)))
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (i32.add (local.get $s) (i32.trunc_f64_u (local.get $x)))))"));
  Thread first(*linked_.store), second(*linked_.store);
  first.start(linked_.function("m", "f"), std::vector<uint64_t>{1000});
  second.start(linked_.function("m", "f"), std::vector<uint64_t>{2000});
  for (Thread* thread : {&first, &second, &first}) {
    linked_.store->preempt();
    EXPECT_EQ(run(*thread), Outcome::kInterrupted);
  }
  EXPECT_EQ(run(second), Outcome::kReturned);
  EXPECT_EQ(run(first), Outcome::kReturned);
  EXPECT_EQ(first.results()[0], 500'500U + 1000);
  EXPECT_EQ(second.results()[0], 2'001'000U + 2000);
}

TEST_F(Pins, AHandlerInTheLoop) {
  const std::string module = function(R"(
    (tag $e (param i32))
    (func $odd (param $n i32)
      (if (i32.and (local.get $n) (i32.const 1)) (then (throw $e (local.get $n)))))
    (func (export "f") (param $n i32) (result i32) (local $s i32)
      (loop $l
        (block $next
          (local.set $s (i32.add (local.get $s)
            (block $caught (result i32)
              (try_table (catch $e $caught) (call $odd (local.get $n)))
              (br $next)))))
        (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
      (local.get $s)))");
  EXPECT_EQ(value(module, {9}), 25U);
}

TEST_F(Pins, ATrapFindsTheFunctionOfALoop) {
  linked_.add("m", function(R"((memory 1)
    (func (export "f") (param $n i32) (result i32)
      (loop $l (result i32)
        (i32.store (local.get $n) (local.get $n))
        (local.set $n (i32.add (local.get $n) (i32.const 4096)))
        (br $l))))"));
  const auto called = linked_.call(linked_.function("m", "f"), {0});
  ASSERT_EQ(called.outcome, Outcome::kTrapped);
  EXPECT_EQ(called.trap.kind, TrapKind::kMemoryOutOfBounds);
  EXPECT_EQ(called.trap.backtrace.size(), 1U);
}

}  // namespace
}  // namespace tappet::test
