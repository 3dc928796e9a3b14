// Guests with garbage-collected objects: what the official scripts do not reach.
#include <fmt/format.h>

#include "tests/unit/interp/support/gc_guest.h"

namespace tappet::test {
namespace {

TEST_F(GcGuest, VectorsAndPackedFieldsLieBetweenOthers) {
  load(R"((module
    (type $s (struct (field (mut i8)) (field (mut v128)) (field (mut i16)) (field (mut f32))
                     (field (mut f64)) (field anyref) (field (mut i64))))
    (type $v (array (mut v128)))
    (func $make (result (ref $s))
      (struct.new $s (i32.const 0x1fe) (v128.const i64x2 11 22) (i32.const 0x1ffff)
        (f32.const 1.5) (f64.const 2.5) (ref.i31 (i32.const 77)) (i64.const -1)))
    (func (export "get") (param $field i32) (result i64)
      (local $s (ref $s))
      (local.set $s (call $make))
      (struct.set $s 1 (local.get $s)
        (i64x2.add (struct.get $s 1 (local.get $s)) (v128.const i64x2 100 200)))
      (struct.set $s 3 (local.get $s) (f32.add (struct.get $s 3 (local.get $s)) (f32.const 1)))
      (struct.set $s 4 (local.get $s) (f64.mul (struct.get $s 4 (local.get $s)) (f64.const 4)))
      (block (block (block (block (block (block (block (block
        (br_table 0 1 2 3 4 5 6 7 (local.get $field)))
        (return (i64.extend_i32_u (struct.get_s $s 0 (local.get $s)))))
        (return (i64.extend_i32_u (struct.get_u $s 0 (local.get $s)))))
        (return (i64x2.extract_lane 1 (struct.get $s 1 (local.get $s)))))
        (return (i64.extend_i32_u (struct.get_u $s 2 (local.get $s)))))
        (return (i64.trunc_f32_s (f32.mul (struct.get $s 3 (local.get $s)) (f32.const 10)))))
        (return (i64.trunc_f64_s (struct.get $s 4 (local.get $s)))))
        (return (i64.extend_i32_u
          (i31.get_u (ref.cast (ref i31) (struct.get $s 5 (local.get $s)))))))
      (struct.get $s 6 (local.get $s)))
    (func (export "vectors") (param $n i32) (result i64)
      (local $v (ref $v)) (local $w (ref $v))
      (local.set $v (array.new $v (v128.const i64x2 1 2) (local.get $n)))
      (local.set $w (array.new_fixed $v 2 (v128.const i64x2 3 4) (v128.const i64x2 5 6)))
      (array.copy $v $v (local.get $v) (i32.const 1) (local.get $w) (i32.const 0) (i32.const 2))
      (array.set $v (local.get $v) (i32.const 3) (array.get $v (local.get $v) (i32.const 2)))
      (array.fill $v (local.get $v) (i32.const 4) (v128.const i64x2 7 8) (i32.const 1))
      (i64.add
        (i64x2.extract_lane 0 (array.get $v (local.get $v) (i32.const 3)))
        (i64.mul (i64.const 10)
          (i64x2.extract_lane 1 (array.get $v (local.get $v) (i32.const 4))))))
  ))");
  const uint64_t expected[] = {0xffff'fffe, 0xfe, 222, 0xffff, 25, 10, 77, UINT64_MAX};
  for (uint64_t i = 0; i < 8; ++i) EXPECT_EQ(value("get", {i}), expected[i]) << i;
  EXPECT_EQ(value("vectors", {5}), 85u);
  EXPECT_EQ(trap("vectors", {4}), "out of bounds array access");
}

TEST_F(GcGuest, LongCopiesCanBeInterrupted) {
  load(R"((module
    (type $a (array (mut i32)))
    (func (export "f") (param $n i32) (result i32)
      (local $a (ref $a)) (local $sum i32)
      (local.set $a (array.new_default $a (local.get $n)))
      (array.fill $a (local.get $a) (i32.const 0) (i32.const 3) (local.get $n))
      (array.set $a (local.get $a) (i32.const 0) (i32.const 9))
      (array.copy $a $a (local.get $a) (i32.const 1) (local.get $a) (i32.const 0)
        (i32.sub (local.get $n) (i32.const 1)))
      (i32.add (array.get $a (local.get $a) (i32.const 1))
        (array.get $a (local.get $a) (i32.sub (local.get $n) (i32.const 1)))))
  ))",
       false);
  Thread thread(*store);
  thread.start(function("f"), std::vector<uint64_t>{5'000'000});
  store->preempt();
  int interruptions = 0;
  Outcome outcome = run(thread);
  for (; outcome == Outcome::kInterrupted; outcome = run(thread)) {
    ++interruptions;
    heap().collect();
    store->preempt();
  }
  EXPECT_EQ(outcome, Outcome::kReturned) << thread.trap().to_string();
  EXPECT_EQ(thread.results()[0], 12u);
  EXPECT_GE(interruptions, 8);
}

TEST_F(GcGuest, HostReferencesPassThroughAndMadeUpOnesDoNot) {
  load(R"((module
    (func (export "in") (param externref) (result anyref)
      (any.convert_extern (local.get 0)))
    (func (export "round") (param externref) (result externref)
      (extern.convert_any (any.convert_extern (local.get 0))))
    (func (export "eq") (param externref) (result i32)
      (ref.test eqref (any.convert_extern (local.get 0))))
    (func (export "keep") (param externref) (result externref) (local.get 0))
  ))");
  for (const uint64_t number : {uint64_t{0}, uint64_t{7}, (uint64_t{1} << 62) - 1}) {
    EXPECT_EQ(value("in", {host_ref(number)}), host_ref(number));
    EXPECT_EQ(value("round", {host_ref(number)}), host_ref(number));
    EXPECT_EQ(value("eq", {host_ref(number)}), 0u);
  }
  EXPECT_EQ(value("eq", {0}), 1u);
  EXPECT_EQ(value("keep", {0x1000}), 0x1000u);
  EXPECT_EQ(trap("in", {0x1000}), "cast failure");
}

TEST_F(GcGuest, CastsKnowFunctionTypes) {
  load(R"((module
    (type $f (sub (func (result i32))))
    (type $g (sub $f (func (result i32))))
    (type $h (func (result i64)))
    (table 4 funcref)
    (elem (i32.const 0) $a $b $c)
    (func $a (type $f) (i32.const 1))
    (func $b (type $g) (i32.const 2))
    (func $c (type $h) (i64.const 3))
    (func (export "is_f") (param i32) (result i32) (ref.test (ref $f) (table.get (local.get 0))))
    (func (export "is_g") (param i32) (result i32)
      (ref.test (ref null $g) (table.get (local.get 0))))
    (func (export "cast") (param i32) (result i32)
      (drop (ref.cast (ref $g) (table.get (local.get 0)))) (i32.const 1))
    (func (export "br") (param i32) (result i32)
      (block $l (result (ref $f))
        (drop (br_on_cast $l funcref (ref $f) (table.get (local.get 0))))
        (return (i32.const 0)))
      (drop) (i32.const 1))
    (func (export "call") (param i32) (result i32) (call_indirect (type $f) (local.get 0)))
  ))");
  const uint64_t is_f[] = {1, 1, 0, 0};
  const uint64_t is_g[] = {0, 1, 0, 1};
  for (uint64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(value("is_f", {i}), is_f[i]);
    EXPECT_EQ(value("is_g", {i}), is_g[i]);
    EXPECT_EQ(value("br", {i}), is_f[i]);
  }
  EXPECT_EQ(value("cast", {1}), 1u);
  EXPECT_EQ(trap("cast", {0}), "cast failure");
  EXPECT_EQ(trap("cast", {3}), "cast failure");
  EXPECT_EQ(value("call", {1}), 2u);
  EXPECT_EQ(trap("call", {2}), "indirect call type mismatch");
}

// Branches on casts in every constellation of where the reference is and what follows.
TEST_F(GcGuest, BranchesOnCastsKeepTheReference) {
  load(R"((module
    (type $a (sub (struct (field i32))))
    (type $b (sub $a (struct (field i32) (field i32))))
    (func $make (param i32) (result anyref)
      (if (i32.eqz (local.get 0)) (then (return (ref.null any))))
      (if (i32.eq (local.get 0) (i32.const 1)) (then (return (ref.i31 (i32.const 5)))))
      (if (i32.eq (local.get 0) (i32.const 2)) (then (return (struct.new $a (i32.const 10)))))
      (struct.new $b (i32.const 20) (i32.const 30)))
    (func (export "local") (param i32) (result i32)
      (local $r anyref)
      (local.set $r (call $make (local.get 0)))
      (block $l (result (ref $a))
        (br_on_cast $l anyref (ref $a) (local.get $r))
        (drop)
        (return (i32.const -1)))
      (struct.get $a 0))
    (func $narrow (param i32) (result (ref null $a))
      (br_on_cast 0 anyref (ref null $a) (call $make (local.get 0)))
      (drop)
      (struct.new $a (i32.const 99)))
    (func (export "function") (param i32) (result i32)
      (local $r (ref null $a))
      (local.set $r (call $narrow (local.get 0)))
      (if (result i32) (ref.is_null (local.get $r))
        (then (i32.const -1))
        (else (struct.get $a 0 (local.get $r)))))
    (func (export "below") (param i32) (result i32)
      (block $l (result i32 anyref)
        (i32.const 1000)
        (i32.const 7)
        (call $make (local.get 0))
        (br_on_cast_fail $l anyref (ref $b))
        (struct.get $b 1)
        (i32.add) (i32.add)
        (return))
      (drop))
    (func (export "loop") (param i32) (result i32)
      (call $make (local.get 0))
      (loop $l (param anyref) (result i32)
        (drop)
        (local.set 0 (i32.sub (local.get 0) (i32.const 1)))
        (call $make (local.get 0))
        (br_on_cast $l anyref (ref eq))
        (drop)
        (local.get 0)))
    (func (export "null") (result i32)
      (block $l (result nullref)
        (br_on_cast $l anyref nullref (ref.null any))
        (drop)
        (return (i32.const 0)))
      (drop)
      (i32.const 1))
    (func (export "always") (param i32) (result i32)
      (block $l (result anyref)
        (br_on_cast $l anyref anyref (call $make (local.get 0)))
        (return (i32.const 0)))
      (ref.is_null))
  ))");
  const uint32_t expected[4][5] = {
      {UINT32_MAX, UINT32_MAX, 7, 0, 1},
      {UINT32_MAX, 99, 7, 0, 0},
      {10, 10, 7, 0, 0},
      {20, 20, 1037, 0, 0},
  };
  for (uint64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(value("local", {i}), expected[i][0]) << i;
    EXPECT_EQ(value("function", {i}), expected[i][1]) << i;
    EXPECT_EQ(value("below", {i}), expected[i][2]) << i;
    if (i != 0) {
      EXPECT_EQ(value("loop", {i}), expected[i][3]) << i;
    }
    EXPECT_EQ(value("always", {i}), expected[i][4]) << i;
  }
  EXPECT_EQ(value("null"), 1u);
}

// All operands beyond what 16-bit fields reach.
TEST_F(GcGuest, LargeFramesWork) {
  std::string body = "(local";
  for (int i = 0; i < 40'000; ++i) body += " i64";
  body += " (ref null $s) (ref null $a) i32 v128)\n";
  for (int i = 0; i < 30'000; ++i) body += "(i64.extend_i32_u (i32.clz (local.get 0)))";
  load(fmt::format(R"((module
    (type $s (struct (field (mut i32)) (field (mut v128)) (field (mut f64))))
    (type $a (array (mut i32)))
    (func (export "f") (param i32) (result i32) {}
      (local.set 40001 (struct.new $s (i32.const 5) (v128.const i64x2 1 2) (f64.const 8)))
      (local.set 40002 (array.new_fixed $a 3 (i32.const 7) (i32.const 8) (i32.const 9)))
      (struct.set $s 0 (local.get 40001) (i32.add (struct.get $s 0 (local.get 40001)) (i32.const 1)))
      (struct.set $s 1 (local.get 40001) (i64x2.neg (struct.get $s 1 (local.get 40001))))
      (struct.set $s 2 (local.get 40001)
        (f64.add (struct.get $s 2 (local.get 40001)) (f64.const 1)))
      (array.set $a (local.get 40002) (local.get 0)
        (i32.add (array.get $a (local.get 40002) (local.get 0)) (array.len (local.get 40002))))
      (local.set 40003 (ref.test (ref $s) (local.get 40001)))
      (return (i32.add (local.get 40003)
        (i32.add (struct.get $s 0 (ref.cast (ref $s) (local.get 40001)))
          (i32.add (array.get $a (local.get 40002) (local.get 0))
            (i32.add (i32.trunc_f64_s (struct.get $s 2 (local.get 40001)))
              (i32.wrap_i64 (i64x2.extract_lane 1 (struct.get $s 1 (local.get 40001)))))))))
      (unreachable))
  ))",
                   body));
  EXPECT_EQ(value("f", {1}), 1 + 6 + 11 + 9 - 2u);
}

}  // namespace
}  // namespace tappet::test
