// What a try_table covers ends with it, also where the instructions around its end become one.
#include "tests/unit/interp/support/linked.h"

namespace tappet::test {
namespace {

constexpr uint64_t kOne = 0x3f800000;
constexpr uint64_t kTwo = 0x40000000;

TEST(ExceptionRange, EndsBeforeABranchOnItsResult) {
  Linked linked;
  linked.add("m", R"((module
    (tag $t)
    (func $throw (throw $t))
    (func (export "br_if") (param f32) (result i32)
      (block $h
        (block $b
          (try_table (result i32) (catch_all $h)
            (i32.eqz (f32.lt (local.get 0) (f32.const 2))))
          (br_if $b)
          (call $throw))
        (return (i32.const 1)))
      (i32.const 2))
    (func (export "if") (param f32) (result i32)
      (block $h
        (try_table (result i32) (catch_all $h)
          (i32.eqz (f32.lt (local.get 0) (f32.const 2))))
        (if (then (throw $t)) (else (throw $t)))
        (unreachable))
      (i32.const 2))))");
  EXPECT_EQ(linked.value("br_if", {kTwo}), 1u);
  for (const uint64_t argument : {kOne, kTwo})
    EXPECT_EQ(linked.trap("if", {argument}), "uncaught exception: tag 0 []");
  EXPECT_EQ(linked.trap("br_if", {kOne}), "uncaught exception: tag 0 []");
}

TEST(ExceptionRange, EndsInsideOut) {
  Linked linked;
  linked.add("m", R"((module
    (tag $t)
    (func $throw (throw $t))
    (func (export "nested") (param f32) (result i32)
      (block $h (block $o (block $x
        (try_table (result i32) (catch_all $o)
          (i32.eqz (try_table (result i32) (catch $t $h) (f32.lt (local.get 0) (f32.const 2)))))
        (br_if $x) (call $throw))
        (return (i32.const 1)))
        (return (i32.const 50)))
      (i32.const 99))
    (func (export "next") (param f32) (result i32)
      (block $h (block $o (block $x
        (try_table (result i32) (catch_all $o) (i32.eqz (f32.lt (local.get 0) (f32.const 2))))
        (br_if $x)
        (try_table (catch $t $h) (call $throw)))
        (return (i32.const 1)))
        (return (i32.const 50)))
      (i32.const 99))))");
  EXPECT_EQ(linked.trap("nested", {kOne}), "uncaught exception: tag 0 []");
  EXPECT_EQ(linked.value("next", {kOne}), 99u);
}

}  // namespace
}  // namespace tappet::test
