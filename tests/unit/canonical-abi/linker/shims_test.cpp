// Detours through tables, and which of them calls may leave out.
#include "canonical-abi/linker/shims.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/canonical-abi/support/api.h"

namespace tappet::component::test {
namespace {

using V = ComponentValue;

// As wit-component makes it, in small.
constexpr std::string_view kComponent = R"((component
  (import "test:host/api@0.2.3" (instance $api
    (export "add-one" (func (param "x" u32) (result u32)))))
  (core module $Shim
    (type $f (func (param i32) (result i32)))
    (table (export "$imports") 2 2 funcref)
    (func (export "0") (type $f) (call_indirect (type $f) (local.get 0) (i32.const 0)))
    (func (export "1") (type $f) (call_indirect (type $f) (local.get 0) (i32.const 1))))
  (core instance $shim (instantiate $Shim))
  (core module $Main
    (import "" "0" (func $zero (param i32) (result i32)))
    (import "" "1" (func $one (param i32) (result i32)))
    (func (export "run") (param i32) (result i32) (call $one (call $zero (local.get 0)))))
  (core instance $main (instantiate $Main (with "" (instance $shim))))
  (core module $Late
    (func (export "f") (param i32) (result i32) (i32.mul (local.get 0) (i32.const 10))))
  (core instance $late (instantiate $Late))
  (canon lower (func $api "add-one") (core func $add-one))
  (canon context.get i32 0 (core func $context))
  (core module $Fixup
    (import "" "$imports" (table 2 2 funcref))
    (import "" "a" (func $a (param i32) (result i32)))
    (import "" "c" (func $c (result i32)))
    (import "" "f" (func $f (param i32) (result i32)))
    (elem (i32.const 0) func $a $a))
  (core instance (instantiate $Fixup (with "" (instance (export "$imports" (table $shim "$imports"))
    (export "a" (func $add-one)) (export "c" (func $context)) (export "f" (func $late "f"))))))
  (func (export "run") (param "x" u32) (result u32) (canon lift (core func $main "run"))))
)";

std::string replace(std::string text, std::string_view from, std::string_view to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

std::string variant(std::string_view from, std::string_view to) {
  return replace(std::string(kComponent), from, to);
}

struct Outcomes {
  ptrdiff_t core_instances;  // that are made, of four
  std::string result;        // of run(5), or why there is no instance
  bool operator==(const Outcomes&) const = default;
};
void PrintTo(const Outcomes& o, std::ostream* out) {
  *out << o.core_instances << " core instances, " << o.result;
}

Outcomes run(std::string_view text) {
  Api api;
  Program p(assemble(text));
  EXPECT_TRUE(p.linker().define(api.interface()).ok());
  p.prepare();
  const auto made = std::ranges::count(p.pre().plan().steps, Step::Kind::kCore, &Step::kind);
  std::string failure;
  if (p.instantiate(&failure) != Outcome::kReturned) {
    return {made, failure.substr(0, failure.find('\n'))};
  }
  return {made, p.call("run", {V::u32(5)})};
}

TEST(Shims, AreLeftOut) { EXPECT_EQ(run(kComponent), (Outcomes{2, "7"})); }

TEST(Shims, StayForFunctionsOfLaterInstances) {
  EXPECT_EQ(run(variant("func $a $a", "func $a $f")), (Outcomes{4, "60"}));
  EXPECT_EQ(run(variant("func $a $a", "func $f $a")), (Outcomes{4, "51"}));
}

TEST(Shims, StayIfTheyDoAnythingElse) {
  const auto second = [](std::string_view body) {
    return variant("(call_indirect (type $f) (local.get 0) (i32.const 1))", body);
  };
  EXPECT_EQ(run(second("(call_indirect (type $f) (i32.const 8) (i32.const 1))")),
            (Outcomes{4, "9"}));
  EXPECT_EQ(run(second("(i32.add (i32.const 1) "
                       "(call_indirect (type $f) (local.get 0) (i32.const 1)))")),
            (Outcomes{4, "8"}));
  EXPECT_EQ(run(second("(call_indirect (type $f) (local.get 0) (local.get 0))")),
            (Outcomes{4, "trap: undefined element"}));
  EXPECT_EQ(run(second("(local.get 0)")), (Outcomes{4, "6"}));
  EXPECT_EQ(run(variant("    (table (export \"$imports\")",
                        "    (func (table.set 0 (i32.const 1) (ref.null func)))\n"
                        "    (table (export \"$imports\")")),
            (Outcomes{4, "7"}));
}

TEST(Shims, StayIfOthersHaveTheirTable) {
  EXPECT_EQ(run(variant("    (func (export \"run\") (param i32)",
                        "    (import \"\" \"$imports\" (table 2 2 funcref))"
                        "(func (export \"run\") (param i32)")),
            (Outcomes{4, "7"}));
}

TEST(Shims, StayIfTheirFixupHandsTheTableOn) {
  std::string text = variant("(elem (i32.const 0) func $a $a)",
                             "(elem (i32.const 0) func $a $a) (export \"t\" (table 0))");
  text = replace(text, "(core instance (instantiate $Fixup",
                 "(core instance $fixup (instantiate $Fixup");
  text = replace(text, "  (func (export \"run\") (param \"x\"", R"(
  (core module $Change
    (import "" "t" (table 2 2 funcref))
    (func $three (param i32) (result i32) (i32.const 3))
    (elem (i32.const 1) func $three))
  (core instance (instantiate $Change (with "" (instance $fixup))))
  (func (export "run") (param "x")");
  EXPECT_EQ(run(text), (Outcomes{5, "3"}));
}

TEST(Shims, StayIfTheirTableMayChange) {
  EXPECT_EQ(run(variant("(elem (i32.const 0) func $a $a)",
                        "(elem (i32.const 0) func $a $a) (elem (i32.const 0) func $f)")),
            (Outcomes{4, "51"}));
  EXPECT_EQ(run(variant("(elem (i32.const 0) func $a $a)",
                        "(elem (i32.const 0) func $a $a) (elem declare func $f)"
                        "(func $s (table.set 0 (i32.const 1) (ref.func $f))) (start $s)")),
            (Outcomes{4, "60"}));
}

TEST(Shims, TrapWhereTheTableHasNothing) {
  EXPECT_EQ(run(variant("(elem (i32.const 0) func $a $a)", "(elem (i32.const 1) func $a)")),
            (Outcomes{4, "trap: uninitialized element 0"}));
  EXPECT_EQ(run(variant("func $a $a", "func $a $c")),
            (Outcomes{4, "trap: indirect call type mismatch"}));
}

TEST(Shims, TrapUntilTheTableIsFilled) {
  const std::string_view end = "(call $one (call $zero (local.get 0))))";
  EXPECT_EQ(run(variant(end,
                        "(call $one (call $zero (local.get 0))))\n"
                        "(func $start (drop (call $zero (i32.const 1)))) (start $start)")),
            (Outcomes{4, "wasm trap: uninitialized element 0"}));
  EXPECT_EQ(run(variant("(i32.mul (local.get 0) (i32.const 10)))",
                        "(i32.mul (local.get 0) (i32.const 10))) (func $start) (start $start)")),
            (Outcomes{4, "7"}));
}

TEST(Shims, FixupsThatDoNotFitFailAsBefore) {
  const Outcomes outcomes =
      run(variant("(elem (i32.const 0) func $a $a)", "(elem (i32.const 1) func $a $a)"));
  EXPECT_EQ(outcomes.core_instances, 4);
  EXPECT_NE(outcomes.result.find("out of bounds table access"), std::string::npos);
}

// Its first core instance begins a thread that calls a lowered function by way of a table. The
// memory that the function needs is too large.
constexpr std::string_view kThreadAndHalf = R"((component
  (component $Callee
    (core module $M (memory (export "m") 1)
      (func (export "realloc") (param i32 i32 i32 i32) (result i32) unreachable)
      (func (export "f") (param i32 i32)))
    (core instance $m (instantiate $M))
    (func (export "f") (param "x" string) (canon lift (core func $m "f")
      (memory (core memory $m "m")) (realloc (core func $m "realloc")))))
  (instance $callee (instantiate $Callee))
  (core module $Table (table (export "t") 2 funcref))
  (core instance $table (instantiate $Table))
  (core type $thread (func (param i32)))
  (core func $new (canon thread.new-indirect $thread (core table $table "t")))
  (core func $later (canon thread.resume-later))
  (core module $Begin
    (import "" "t" (table 2 funcref))
    (import "" "new" (func $new (param i32 i32) (result i32)))
    (import "" "later" (func $later (param i32)))
    (type $f (func (param i32 i32)))
    (func $thread (param i32) (call_indirect (type $f) (i32.const 0) (i32.const 5) (i32.const 1)))
    (elem (i32.const 0) func $thread)
    (func $start (call $later (call $new (i32.const 0) (i32.const 0))))
    (start $start))
  (core instance (instantiate $Begin (with "" (instance (export "t" (table $table "t"))
    (export "new" (func $new)) (export "later" (func $later))))))
  (core module $Shim
    (type $f (func (param i32 i32)))
    (table (export "t") 1 1 funcref)
    (func (export "0") (type $f)
      (call_indirect (type $f) (local.get 0) (local.get 1) (i32.const 0))))
  (core instance $shim (instantiate $Shim))
  (core module $Main
    (import "table" "t" (table 2 funcref))
    (import "shim" "0" (func $zero (param i32 i32)))
    (elem (i32.const 1) func $zero))
  (core instance (instantiate $Main (with "shim" (instance $shim)) (with "table" (instance $table))))
  (core module $Memory (memory (export "m") 2))
  (core instance $memory (instantiate $Memory))
  (canon lower (func $callee "f") (memory (core memory $memory "m")) (core func $f))
  (core module $Fixup
    (import "" "t" (table 1 1 funcref))
    (import "" "f" (func $f (param i32 i32)))
    (elem (i32.const 0) func $f))
  (core instance (instantiate $Fixup (with "" (instance
    (export "t" (table $shim "t")) (export "f" (func $f))))))
))";

// Gives way to other threads ten times.
constexpr std::string_view kYielding = R"((component
  (core func $return (canon task.return))
  (core module $M
    (import "" "return" (func $return))
    (global $n (mut i32) (i32.const 0))
    (func (export "run") (result i32) (i32.const 1))
    (func (export "callback") (param i32 i32 i32) (result i32)
      (global.set $n (i32.add (global.get $n) (i32.const 1)))
      (if (i32.lt_u (global.get $n) (i32.const 10)) (then (return (i32.const 1))))
      (call $return)
      (i32.const 0)))
  (core instance $m (instantiate $M (with "" (instance (export "return" (func $return))))))
  (func (export "run") async
    (canon lift (core func $m "run") async (callback (core func $m "callback"))))
))";

TEST(Shims, AThreadOfAnInstantiationThatFailedDoesNotCallWhatWasNotMade) {
  Program p(assemble(kThreadAndHalf));
  ComponentLimits limits;
  limits.core.memory_bytes = 65536;
  p.prepare(limits);
  EXPECT_EQ(p.instantiate(), Outcome::kTrapped);
  EXPECT_FALSE(p.store().poisoned());
  const auto other = p.linker().link(load(p.engine(), assemble(kYielding)).value());
  ASSERT_TRUE(other.ok());
  Instantiation instantiation(*other, p.store());
  ASSERT_EQ(instantiation.run(), Outcome::kReturned);
  Task task(p.store(), instantiation.instance().function((*other)->find_function("", "run")->ref),
            {});
  ASSERT_EQ(task.run(), Outcome::kTrapped);
  EXPECT_EQ(task.trap().message, "the component of this function could not be instantiated");
}

}  // namespace
}  // namespace tappet::component::test
