// Typed function references: calls through them, branches on them, tables and locals of them.
#include "tests/unit/interp/support/linked.h"

namespace tappet::test {
namespace {

constexpr const char* kCalls = R"((module
  (type $t (func (param i32) (result i32)))
  (type $f (func (param f64) (result f64)))
  (type $void (func))
  (func $double (type $t) (i32.mul (local.get 0) (i32.const 2)))
  (func $half (type $f) (f64.mul (local.get 0) (f64.const 0.5)))
  (func (export "call") (param i32) (result i32)
    (call_ref $t (i32.add (local.get 0) (i32.const 1)) (ref.func $double)))
  (func (export "float") (param f64) (result f64)
    (f64.add (call_ref $f (local.get 0) (ref.func $half)) (f64.const 1)))
  (func (export "null") (result i32) (call_ref $t (i32.const 1) (ref.null $t)))
  (func (export "tail_null") (result i32) (return_call_ref $t (i32.const 1) (ref.null $t)))
  (func (export "local_null") (result i32) (local (ref null $t))
    (call_ref $t (i32.const 1) (local.get 0)))
  (global $self (mut (ref null $t)) (ref.null $t))
  (func $down (export "down") (type $t)
    (if (i32.eqz (local.get 0)) (then (return (i32.const 7))))
    (global.set $self (ref.func $down))
    (return_call_ref $t (i32.sub (local.get 0) (i32.const 1)) (global.get $self)))
  (elem declare func $double $half $down)))";

TEST(CallRef, CallsAndTraps) {
  Linked linked;
  linked.add("m", kCalls);
  EXPECT_EQ(linked.value("call", {20}), 42u);
  EXPECT_EQ(linked.value("float", {0x4008'0000'0000'0000}), 0x4004'0000'0000'0000u);
  for (const char* name : {"null", "tail_null", "local_null"})
    EXPECT_EQ(linked.trap(name), "null function reference") << name;
}

TEST(CallRef, TenMillionTailCallsTakeConstantSpace) {
  StoreLimits limits;
  limits.stack_bytes = 4096;
  Linked linked(limits);
  linked.add("m", kCalls);
  EXPECT_EQ(linked.value("down", {10'000'000}), 7u);
}

TEST(CallRef, ReachesOtherInstancesAndTheHost) {
  Linked linked;
  linked.host("f", {{kI32}, {kI32}}, [](HostCall& call) {
    call.set_result(0, call.arg(0) + 1);
    return HostOutcome::kReturn;
  });
  linked.add("a", R"((module (memory 1) (data (i32.const 0) "A")
    (func (export "f") (param i32) (result i32) (i32.load8_u (local.get 0)))))");
  linked.add("m", R"((module
    (type $t (func (param i32) (result i32)))
    (import "a" "f" (func $a (type $t)))
    (import "host" "f" (func $host (type $t)))
    (memory 1) (data (i32.const 0) "m")
    (func $either (param i32) (result (ref $t))
      (if (result (ref $t)) (local.get 0) (then (ref.func $a)) (else (ref.func $host))))
    (func (export "call") (param i32) (result i32)
      (i32.add (i32.load8_u (i32.const 0))
        (i32.mul (i32.const 1000) (call_ref $t (i32.const 0) (call $either (local.get 0))))))
    (func (export "tail") (param i32) (result i32)
      (return_call_ref $t (i32.const 0) (call $either (local.get 0))))
    (elem declare func $a $host)))");
  EXPECT_EQ(linked.value("call", {0}), 1000u + 'm');
  EXPECT_EQ(linked.value("call", {1}), 1000u * 'A' + 'm');
  EXPECT_EQ(linked.value("tail", {0}), 1u);
  EXPECT_EQ(linked.value("tail", {1}), uint64_t{'A'});
}

// The checked value stays where it was checked, whatever becomes of it afterwards.
TEST(RefAsNonNull, ChecksValuesWhereverTheyAre) {
  Linked linked;
  linked.add("m", R"((module
    (type $t (func (result i32)))
    (func $one (type $t) (i32.const 1))
    (func $two (type $t) (i32.const 2))
    (global $g (mut (ref null $t)) (ref.null $t))
    (func (export "set") (param i32)
      (global.set $g (if (result (ref null $t)) (local.get 0)
        (then (ref.func $one)) (else (ref.null $t)))))
    (func (export "global") (result i32) (local $r (ref null $t))
      (local.set $r (ref.as_non_null (global.get $g)))
      (call_ref $t (local.get $r)))
    (func (export "local") (result i32) (local $r (ref null $t))
      (local.set $r (global.get $g))
      (ref.as_non_null (local.get $r))
      (local.set $r (ref.func $two))
      (call_ref $t) (i32.add (i32.mul (call_ref $t (local.get $r)) (i32.const 10))))
    (func (export "constant") (result i32) (call_ref $t (ref.as_non_null (ref.null $t))))
    (func (export "selected") (param i32) (result i32)
      (call_ref $t (ref.as_non_null (select (result (ref null $t))
        (global.get $g) (ref.null $t) (local.get 0)))))
    (elem declare func $one $two)))");
  const auto set = [&](uint64_t to) {
    EXPECT_EQ(linked.call(linked.function("m", "set"), {to}).outcome, Outcome::kReturned);
  };
  set(0);
  for (const char* name : {"global", "local", "constant"})
    EXPECT_EQ(linked.trap(name), "null reference") << name;
  set(1);
  EXPECT_EQ(linked.value("global"), 1u);
  EXPECT_EQ(linked.value("local"), 21u);
  EXPECT_EQ(linked.value("selected", {1}), 1u);
  EXPECT_EQ(linked.trap("selected", {0}), "null reference");
}

// Labels that take no, one and several values, with others below them, and the function's own.
constexpr const char* kBranches = R"((module
  (type $t (func (result i32)))
  (func $one (type $t) (i32.const 1))
  (func $get (param i32) (result (ref null $t))
    (if (result (ref null $t)) (local.get 0) (then (ref.func $one)) (else (ref.null $t))))
  (func (export "null_none") (param i32) (result i32)
    (block $l
      (return (call_ref $t (br_on_null $l (call $get (local.get 0))))))
    (i32.const 100))
  (func (export "null_value") (param i32) (result i32)
    (block $l (result i32)
      (i32.const 9) (i32.const 8) (i32.const 7)
      (br_on_null $l (call $get (local.get 0)))
      (i32.add (call_ref $t)) (i32.add) (i32.add)))
  (func (export "null_pair") (param i32) (result i32)
    (block $l (result i32 i32)
      (i32.const 9) (local.get 0) (i32.const 7)
      (br_on_null $l (call $get (local.get 0)))
      (i32.add (call_ref $t)) (i32.mul (i32.const 10)) (i32.add))
    (i32.sub))
  (func (export "null_function") (param i32) (result i32)
    (i32.const 3) (local.get 0) (i32.add (i32.const 40))
    (br_on_null 0 (call $get (local.get 0)))
    (i32.add (call_ref $t)) (i32.add))
  (func $pair (param i32) (result i32 i64)
    (i32.const 3) (local.get 0) (i64.const 6)
    (br_on_null 0 (call $get (local.get 0)))
    (drop) (i64.add (i64.const 1)) (local.set 0 (i32.const 30)) (drop) (drop) (drop)
    (local.get 0) (i64.const 60))
  (func (export "null_function_pair") (param i32) (result i64) (local i64)
    (call $pair (local.get 0)) (local.set 1)
    (i64.extend_i32_u) (i64.mul (i64.const 100)) (i64.add (local.get 1)))
  (func (export "null_local") (param i32) (result i32) (local $r (ref null $t))
    (local.set $r (call $get (local.get 0)))
    (block $l
      (br_on_null $l (local.get $r))
      (local.set $r (ref.null $t))
      (return (call_ref $t)))
    (i32.const 50))
  (func (export "non_null") (param i32) (result i32)
    (block $l (result (ref $t))
      (br_on_non_null $l (call $get (local.get 0)))
      (return (i32.const 100)))
    (call_ref $t))
  (func (export "non_null_values") (param i32) (result i32)
    (block $l (result i32 (ref $t))
      (i32.const 5) (i32.const 6) (local.get 0)
      (br_on_non_null $l (call $get (local.get 0)))
      (return (i32.add (i32.mul (i32.const 10)) (i32.const 2)) (drop)))
    (i32.add (call_ref $t)))
  (func $non_null_function (param i32) (result (ref null $t))
    (br_on_non_null 0 (call $get (local.get 0)))
    (ref.null $t))
  (func (export "non_null_function") (param i32) (result i32)
    (ref.is_null (call $non_null_function (local.get 0))))
  (func (export "loop") (param i32) (result i32) (local $r (ref null $t)) (local $n i32)
    (local.set $r (ref.func $one))
    (loop $l
      (local.set $n (i32.add (local.get $n) (i32.const 1)))
      (if (i32.eq (local.get $n) (local.get 0)) (then (local.set $r (ref.null $t))))
      (block (br_on_null 0 (local.get $r)) (drop) (br $l)))
    (local.get $n))
  (elem declare func $one)))";

TEST(BrOnNull, TakesEveryKindOfLabel) {
  Linked linked;
  linked.add("m", kBranches);
  const auto both = [&](const char* name) {
    return std::pair{linked.value(name, {0}), linked.value(name, {1})};
  };
  using Pair = std::pair<uint64_t, uint64_t>;
  EXPECT_EQ(both("null_none"), Pair(100, 1));
  EXPECT_EQ(both("null_value"), Pair(7, 7 + 1 + 8 + 9));
  EXPECT_EQ(both("null_pair"), Pair(uint32_t(0 - 7), uint32_t(9 - 81)));
  EXPECT_EQ(both("null_function"), Pair(40, 41 + 1 + 3));
  EXPECT_EQ(both("null_function_pair"), Pair(6, 3060));
  EXPECT_EQ(both("null_local"), Pair(50, 1));
  EXPECT_EQ(linked.value("loop", {1000}), 1000u);
}

TEST(BrOnNonNull, TakesEveryKindOfLabel) {
  Linked linked;
  linked.add("m", kBranches);
  EXPECT_EQ(linked.value("non_null", {0}), 100u);
  EXPECT_EQ(linked.value("non_null", {1}), 1u);
  EXPECT_EQ(linked.value("non_null_values", {0}), 6u);
  EXPECT_EQ(linked.value("non_null_values", {1}), 1u + 1);
  EXPECT_EQ(linked.value("non_null_function", {0}), 1u);
  EXPECT_EQ(linked.value("non_null_function", {1}), 0u);
}

TEST(FunctionReferences, TablesStartWithTheirInitialiser) {
  Linked linked;
  linked.add("m", R"((module
    (type $t (func (result i32)))
    (func $one (export "one") (type $t) (i32.const 1))
    (table $table 3 (ref $t) (ref.func $one))
    (table $other 2 (ref null $t) (ref.func $one))
    (func (export "call") (param i32) (result i32)
      (call_ref $t (table.get $table (local.get 0))))
    (func (export "indirect") (param i32) (result i32)
      (call_indirect $other (type $t) (local.get 0)))
    (func (export "unset") (table.set $other (i32.const 1) (ref.null $t)))))");
  EXPECT_EQ(linked.value("call", {2}), 1u);
  EXPECT_EQ(linked.trap("call", {3}), "out of bounds table access");
  EXPECT_EQ(linked.value("indirect", {1}), 1u);
  EXPECT_EQ(linked.call(linked.function("m", "unset")).outcome, Outcome::kReturned);
  EXPECT_EQ(linked.trap("indirect", {1}), "uninitialized element 1");
}

FeatureSet with_subtypes() {
  FeatureSet features = FeatureSet::defaults();
  features.set(Feature::kGc);
  return features;
}

// Only declared subtypes are accepted, in one direction.
TEST(FunctionReferences, IndirectCallsAcceptSubtypes) {
  Linked linked({}, with_subtypes());
  linked.add("m", R"((module
    (type $base (sub (func (result (ref null func)))))
    (type $derived (sub $base (func (result (ref null func)))))
    (type $unrelated (sub (func (result (ref null func)) )))
    (type $other (sub $unrelated (func (result (ref null nofunc)))))
    (func $b (type $base) (ref.null func))
    (func $d (type $derived) (ref.func $d))
    (func $o (type $other) (ref.null nofunc))
    (table funcref (elem $b $d $o))
    (func (export "base") (param i32) (result i32)
      (ref.is_null (call_indirect (type $base) (local.get 0))))
    (func (export "derived") (param i32) (result i32)
      (ref.is_null (call_indirect (type $derived) (local.get 0))))
    (func $tail (param i32) (result funcref) (return_call_indirect (type $base) (local.get 0)))
    (func (export "tail") (param i32) (result i32) (ref.is_null (call $tail (local.get 0))))
    (elem declare func $d)))");
  EXPECT_EQ(linked.value("base", {0}), 1u);
  EXPECT_EQ(linked.value("base", {1}), 0u);
  EXPECT_EQ(linked.value("tail", {0}), 1u);
  EXPECT_EQ(linked.value("tail", {1}), 0u);
  EXPECT_EQ(linked.value("derived", {1}), 0u);
  EXPECT_EQ(linked.trap("derived", {0}), "indirect call type mismatch");
  EXPECT_EQ(linked.trap("derived", {2}), "indirect call type mismatch");
  EXPECT_EQ(linked.value("base", {2}), 1u) << "equal types are one type, declared twice or not";
}

}  // namespace
}  // namespace tappet::test
