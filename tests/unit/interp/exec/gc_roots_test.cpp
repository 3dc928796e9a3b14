// Guests with garbage-collected objects: what threads, tables, globals and segments keep alive.
#include <fmt/format.h>

#include "tests/unit/interp/support/gc_guest.h"

namespace tappet::test {
namespace {

constexpr ValueType kAnyRef = ValueType::ref(true, {HeapKind::kAny, {}});

constexpr std::string_view kList = R"(
  (type $list (struct (field $value i32) (field $next (ref null $list))))
  (func $sum (export "sum") (param $list (ref null $list)) (result i32)
    (local $sum i32)
    (block $end
      (loop $more
        (br_if $end (ref.is_null (local.get $list)))
        (local.set $sum (i32.add (local.get $sum) (struct.get $list $value (local.get $list))))
        (local.set $list (struct.get $list $next (local.get $list)))
        (br $more)))
    (local.get $sum))
  (func $list (export "list") (param $n i32) (result (ref null $list))
    (local $list (ref null $list))
    (block $end
      (loop $more
        (br_if $end (i32.eqz (local.get $n)))
        (local.set $list (struct.new $list (local.get $n) (local.get $list)))
        (local.set $n (i32.sub (local.get $n) (i32.const 1)))
        (br $more)))
    (local.get $list))
)";

TEST_F(GcGuest, KeepsWhatLocalsAndOperandsHold) {
  load(fmt::format(R"((module {}
    (func (export "f") (param $n i32) (result i32)
      (i32.add
        (call $sum (call $list (local.get $n)))
        (i32.add
          (call $sum (struct.new $list (i32.const 1000) (call $list (local.get $n))))
          (call $sum (struct.new $list (i32.const 2000)
            (struct.new $list (i32.const 3000) (call $list (local.get $n))))))))
  ))",
                   kList));
  EXPECT_EQ(value("f", {100}), 3 * 5050 + 6000u);
  EXPECT_EQ(live_bytes(), 0u);
}

TEST_F(GcGuest, KeepsWhatDeepStacksHold) {
  load(fmt::format(R"((module {}
    (func $deep (export "deep") (param $n i32) (result i32)
      (local $mine (ref $list))
      (if (result i32) (i32.eqz (local.get $n))
        (then (i32.const 0))
        (else
          (local.set $mine (struct.new $list (local.get $n) (ref.null $list)))
          (i32.add (call $deep (i32.sub (local.get $n) (i32.const 1)))
                   (call $sum (local.get $mine))))))
  ))",
                   kList));
  EXPECT_EQ(value("deep", {300}), 300 * 301 / 2u);
}

struct Wait : HostContinuation {
  HostOutcome resume(HostCall&) override { return HostOutcome::kReturn; }
};

TEST_F(GcGuest, KeepsWhatSuspendedThreadsHold) {
  import({{kAnyRef}, {kAnyRef}},
         [](HostCall& call) { return call.suspend(std::make_unique<Wait>()); });
  load(fmt::format(R"((module
    (import "host" "wait" (func $wait (param anyref) (result anyref))) {}
    (func (export "f") (param $n i32) (result i32)
      (local $mine (ref null $list))
      (local.set $mine (call $list (local.get $n)))
      (i32.add
        (call $sum (ref.cast (ref null $list)
          (call $wait (struct.new $list (i32.const 1000) (ref.null $list)))))
        (call $sum (local.get $mine))))
  ))",
                   kList));
  std::vector<std::unique_ptr<Thread>> threads;
  for (uint64_t i = 0; i < 5; ++i) {
    threads.push_back(std::make_unique<Thread>(*store));
    threads.back()->start(function("f"), std::vector<uint64_t>{10 + i});
    EXPECT_EQ(run(*threads.back()), Outcome::kSuspended);
  }
  EXPECT_EQ(live_bytes(), (10 + 11 + 12 + 13 + 14 + 5) * 24u);
  EXPECT_EQ(value("list", {1000}) % 8, 0u);
  for (uint64_t i = 0; i < 5; ++i) {
    EXPECT_EQ(run(*threads[i]), Outcome::kReturned);
    EXPECT_EQ(threads[i]->results()[0], (10 + i) * (11 + i) / 2 + 1000);
  }
  threads.clear();
  EXPECT_EQ(live_bytes(), 0u);
}

TEST_F(GcGuest, KeepsArgumentsAndResultsOfIdleThreads) {
  load(fmt::format("(module {})", kList));
  Thread maker(*store);
  maker.start(function("list"), std::vector<uint64_t>{20});
  ASSERT_EQ(run(maker), Outcome::kReturned);
  EXPECT_EQ(live_bytes(), 20 * 24u);
  Thread user(*store);
  user.start(function("sum"), std::vector<uint64_t>{maker.results()[0]});
  maker.start(function("list"), std::vector<uint64_t>{3});
  ASSERT_EQ(run(maker), Outcome::kReturned);
  EXPECT_EQ(live_bytes(), 23 * 24u);
  EXPECT_EQ(run(user), Outcome::kReturned);
  EXPECT_EQ(user.results()[0], 210u);
}

// What a host function was given, and what it passes on, lies on the stack.
struct Nested : HostContinuation {
  HostOutcome resume(HostCall& call) override {
    call.thread().store().heap().collect();
    call.set_result(0, call.callee_result(0));
    return HostOutcome::kReturn;
  }
};

TEST_F(GcGuest, KeepsWhatHostFunctionsWorkOn) {
  bool nested = false;
  import({{kAnyRef}, {kI32}}, [&](HostCall& call) {
    Function& sum = *call.caller()->exported_function("sum");
    Function& list = *call.caller()->exported_function("list");
    const uint64_t argument = call.arg(0);
    if (!nested) {
      const HostOutcome outcome = call.call(sum, {&argument, 1}, std::make_unique<Nested>());
      call.thread().store().heap().collect();
      return outcome;
    }
    const uint64_t count = 50;
    uint64_t result = 0;
    EXPECT_TRUE(call_nested(call, list, {&count, 1}, {&result, 1}));
    // Another thread, while this one waits for us.
    Thread other(call.thread().store());
    other.start(list, {&count, 1});
    EXPECT_EQ(run(other), Outcome::kReturned);
    EXPECT_TRUE(call_nested(call, sum, {&argument, 1}, {&result, 1}));
    call.set_result(0, result);
    return HostOutcome::kReturn;
  });
  load(fmt::format(R"((module
    (import "host" "f" (func $host (param anyref) (result i32))) {}
    (func (export "f") (param $n i32) (result i32)
      (local $mine (ref null $list))
      (local.set $mine (call $list (local.get $n)))
      (i32.add (call $host (struct.new $list (i32.const 7) (call $list (local.get $n))))
               (call $sum (local.get $mine))))
  ))",
                   kList));
  EXPECT_EQ(value("f", {10}), 2 * 55 + 7u);
  nested = true;
  EXPECT_EQ(value("f", {10}), 2 * 55 + 7u);
}

TEST_F(GcGuest, KeepsWhatInterruptedThreadsHold) {
  load(fmt::format(R"((module {}
    (func (export "f") (param $n i32) (result i32)
      (local $mine (ref null $list)) (local $i i32)
      (local.set $mine (call $list (local.get $n)))
      (loop $spin
        (br_if $spin (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                               (i32.const 1000))))
      (call $sum (local.get $mine)))
  ))",
                   kList),
       false);
  Thread thread(*store);
  thread.start(function("f"), std::vector<uint64_t>{30});
  store->preempt();
  int interruptions = 0;
  Outcome outcome = run(thread);
  for (; outcome == Outcome::kInterrupted; outcome = run(thread)) {
    ++interruptions;
    heap().collect();
    if (interruptions < 200) store->preempt();
  }
  EXPECT_EQ(outcome, Outcome::kReturned);
  EXPECT_EQ(thread.results()[0], 465u);
  EXPECT_EQ(interruptions, 200);
}

TEST_F(GcGuest, TablesGlobalsAndSegmentsAreRoots) {
  Global host_global = store->add_global({kAnyRef, true}, {});
  imports.emplace_back(host_global);
  load(R"((module
    (type $s (struct (field i32)))
    (type $a (array (ref $s)))
    (import "host" "global" (global $imported (mut anyref)))
    (global $own (mut (ref null $s)) (struct.new $s (i32.const 1)))
    (global $const (ref $s) (struct.new $s (i32.const 2)))
    (global $array (ref $a)
      (array.new_fixed $a 3 (struct.new $s (i32.const 3)) (global.get $const)
                            (struct.new $s (i32.const 4))))
    (table $t 4 (ref null $s) (struct.new $s (i32.const 5)))
    (elem $e (ref $s) (item (struct.new $s (i32.const 6))) (item (global.get $const)))
    (elem (table $t) (i32.const 1) (ref $s) (item (struct.new $s (i32.const 7))))
    (func (export "set") (global.set $imported (struct.new $s (i32.const 8))))
    (func (export "sum") (result i32)
      (i32.add
        (i32.add
          (i32.add (struct.get $s 0 (global.get $own)) (struct.get $s 0 (global.get $const)))
          (struct.get $s 0 (array.get $a (global.get $array) (i32.const 2))))
        (i32.add
          (i32.add (struct.get $s 0 (table.get $t (i32.const 3)))
                   (struct.get $s 0 (table.get $t (i32.const 1))))
          (struct.get $s 0 (ref.cast (ref $s) (global.get $imported))))))
    (func (export "same") (result i32)
      (ref.eq (array.get $a (array.new_elem $a $e (i32.const 0) (i32.const 2)) (i32.const 0))
              (array.get $a (array.new_elem $a $e (i32.const 0) (i32.const 1)) (i32.const 0))))
    (func (export "init") (table.init $t $e (i32.const 2) (i32.const 0) (i32.const 2)))
    (func (export "drop") (elem.drop $e))
    (func (export "clear")
      (table.fill $t (i32.const 0) (ref.null $s) (i32.const 4))
      (global.set $own (ref.null $s)) (global.set $imported (ref.null any)))
  ))");
  value("set");
  EXPECT_EQ(value("sum"), 1 + 2 + 4 + 5 + 7 + 8u);
  EXPECT_EQ(value("same"), 1u);
  EXPECT_EQ(live_bytes(), 8 * 16 + 40u);
  value("init");
  EXPECT_EQ(value("same"), 1u);
  value("drop");
  EXPECT_EQ(live_bytes(), 8 * 16 + 40u);
  EXPECT_EQ(trap("same"), "out of bounds table access");
  value("clear");
  EXPECT_EQ(live_bytes(), 3 * 16 + 40u);
}

TEST_F(GcGuest, ExhaustionIsATrapAndPasses) {
  limit_heap(1 << 20);
  load(fmt::format(R"((module {}
    (type $a (array (mut i64)))
    (type $v (array (mut v128)))
    (func (export "default") (param i32) (result i32)
      (array.len (array.new_default $a (local.get 0))))
    (func (export "new") (param i32) (result i32)
      (array.len (array.new $v (v128.const i64x2 1 2) (local.get 0))))
  ))",
                   kList),
       false);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(trap("list", {1'000'000}), "out of memory");
    EXPECT_EQ(value("list", {10'000}) % 8, 0u);
    EXPECT_EQ(trap("default", {UINT32_MAX}), "allocation size too large");
    EXPECT_EQ(trap("new", {UINT32_MAX}), "allocation size too large");
    EXPECT_EQ(value("default", {100'000}), 100'000u);
    EXPECT_EQ(value("new", {50'000}), 50'000u);
  }
  const std::string_view full =
      "(module (type $a (array i64))"
      "(global (ref $a) (array.new $a (i64.const 1) (i32.const -1))))";
  auto code = engine.compile(*parse_wat(full));
  auto made = instantiate(*store, *code, {});
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(std::get<Trap>(made.error()).kind, TrapKind::kAllocationTooLarge);
}

}  // namespace
}  // namespace tappet::test
