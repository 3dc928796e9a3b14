// Fuel: what things cost, that everything endless stops, always at the same point, and that nothing
// else changes.
#include <atomic>
#include <chrono>
#include <thread>

#include "tests/unit/interp/support/guest.h"
#include "tests/unit/interp/support/linked.h"

namespace tappet::test {
namespace {

EngineConfig metered(MemoryStrategy strategy = best_memory_strategy()) {
  EngineConfig config;
  config.features = FeatureSet::all();
  config.memory = strategy;
  config.fuel = true;
  return config;
}

StoreLimits with_fuel(uint64_t fuel) {
  StoreLimits limits;
  limits.fuel = fuel;
  return limits;
}

constexpr const char* kOutOfFuel = "all fuel consumed by WebAssembly";

// What calling "f" of a module costs.
uint64_t cost(std::string_view module, std::vector<uint64_t> args = {}) {
  constexpr uint64_t kPlenty = uint64_t{1} << 40;
  Linked linked(metered(), with_fuel(kPlenty));
  linked.add("m", module);
  EXPECT_EQ(linked.call(linked.function("m", "f"), std::move(args)).outcome, Outcome::kReturned);
  return kPlenty - linked.store->fuel();
}

TEST(Fuel, AFunctionCostsItsInstructions) {
  EXPECT_EQ(cost(R"((module (func (export "f"))))"), 0u);
  EXPECT_EQ(cost(R"((module (func (export "f") (result i32)
    (block (nop) (drop (i32.const 1))) (i32.add (i32.const 1) (i32.const 2)))))"),
            4u);
  // Both arms, although one is taken.
  EXPECT_EQ(cost(R"((module (func (export "f") (param i32) (result i32)
    (if (result i32) (local.get 0) (then (i32.const 1)) (else (i32.const 2))))))",
                 {0}),
            4u);
}

TEST(Fuel, ARoundCostsTheLoopsInstructions) {
  constexpr const char* kModule = R"((module (func (export "f") (param $n i32) (result i32)
    (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $n))))";
  EXPECT_EQ(cost(kModule, {1}), 6u);
  EXPECT_EQ(cost(kModule, {1'000'000}), 6u + 5u * 999'999u);
}

TEST(Fuel, ANestedLoopIsPaidForWithTheOuterOne) {
  constexpr const char* kModule = R"((module (func (export "f") (param $n i32) (param $m i32)
    (local $i i32)
    (loop $outer
      (local.set $i (local.get $m))
      (loop $inner
        (br_if $inner (local.tee $i (i32.sub (local.get $i) (i32.const 1)))))
      (br_if $outer (local.tee $n (i32.sub (local.get $n) (i32.const 1))))))))";
  EXPECT_EQ(cost(kModule, {1, 1}), 12u);
  EXPECT_EQ(cost(kModule, {3, 1}), 12u + 2 * 12u);
  EXPECT_EQ(cost(kModule, {3, 10}), 12u + 2 * 12u + 3 * 9 * 5u);
}

TEST(Fuel, CallsOfAllKindsCostTheirCallee) {
  for (const char* call :
       {"(call $g)", "(call_indirect (type $t) (i32.const 0))", "(call_ref $t (ref.func $g))",
        "(return_call $g)", "(return_call_indirect (type $t) (i32.const 0))",
        "(return_call_ref $t (ref.func $g))"}) {
    const std::string module = std::string(R"((module
      (type $t (func)) (table funcref (elem $g))
      (func $g (drop (i32.const 1)) (drop (i32.const 1)) (drop (i32.const 1)))
      (func (export "f") )") + call +
                               "))";
    const bool has_operand = std::string_view(call).find("const") != std::string_view::npos ||
                             std::string_view(call).find("ref.func") != std::string_view::npos;
    EXPECT_EQ(cost(module), 3u + 1u + (has_operand ? 1 : 0)) << call;
  }
  // Arguments that move along with the call.
  EXPECT_EQ(cost(R"((module
    (func $g (param i32 i32) (result i32) (i32.sub (local.get 0) (local.get 1)))
    (func (export "f") (param i32 i32) (result i32)
      (call $g (local.get 1) (call $g (i32.const 7) (local.get 0))))))",
                 {1, 2}),
            5u + 2 * 3u);
}

TEST(Fuel, BulkOperationsCostWhatTheyWrite) {
  const auto bulk = [](const std::string& body) {
    return cost(R"((module (memory 1024) (table $t 100 1000 funcref) (data $d "0123456789abcdef")
        (elem $e func $f $f $f) (type $a (array (mut i16))) (type $r (array (mut funcref)))
      (func $f (export "f") )" +
                body + "))");
  };
  EXPECT_EQ(bulk("(memory.fill (i32.const 0) (i32.const 1) (i32.const 0))"), 4u);
  EXPECT_EQ(bulk("(memory.fill (i32.const 0) (i32.const 1) (i32.const 1))"), 5u);
  EXPECT_EQ(bulk("(memory.fill (i32.const 0) (i32.const 1) (i32.const 0x3000000))"),
            4u + 0x3000000u / 8);
  EXPECT_EQ(bulk("(memory.copy (i32.const 0) (i32.const 1) (i32.const 0x3000000))"),
            4u + 0x3000000u / 8);
  EXPECT_EQ(bulk("(memory.init $d (i32.const 0) (i32.const 0) (i32.const 16))"), 4u + 2u);
  EXPECT_EQ(bulk("(table.fill (i32.const 0) (ref.null func) (i32.const 50))"), 4u + 50u);
  EXPECT_EQ(bulk("(table.copy (i32.const 0) (i32.const 1) (i32.const 50))"), 4u + 50u);
  EXPECT_EQ(bulk("(table.init $e (i32.const 0) (i32.const 0) (i32.const 3))"), 4u + 3u);
  EXPECT_EQ(bulk("(drop (table.grow (ref.null func) (i32.const 900)))"), 3u + 900u);
  EXPECT_EQ(bulk("(drop (table.grow (ref.null func) (i32.const 901)))"), 3u);
  EXPECT_EQ(bulk("(drop (array.new $a (i32.const 1) (i32.const 5)))"), 3u + 2u);
  EXPECT_EQ(bulk("(drop (array.new_default $a (i32.const 400)))"), 2u + 100u);
  EXPECT_EQ(bulk("(drop (array.new_data $a $d (i32.const 0) (i32.const 8)))"), 3u + 2u);
  EXPECT_EQ(bulk("(drop (array.new_elem $r $e (i32.const 0) (i32.const 3)))"), 3u + 3u);
  EXPECT_EQ(bulk("(array.fill $a (array.new_default $a (i32.const 8)) (i32.const 0) (i32.const 1) "
                 "(i32.const 4))"),
            6u + 2u + 1u);
  EXPECT_EQ(bulk("(array.copy $a $a (array.new_default $a (i32.const 8)) (i32.const 0) "
                 "(array.new_default $a (i32.const 8)) (i32.const 4) (i32.const 4))"),
            8u + 4u + 1u);
}

TEST(Fuel, AThrowCostsTheFunctionsThatItLeaves) {
  constexpr const char* kModule = R"((module (tag $e)
    (func $down (param $n i32)
      (if (i32.eqz (local.get $n)) (then (throw $e)))
      (call $down (i32.sub (local.get $n) (i32.const 1))))
    (func (export "f") (param $n i32)
      (block $l (try_table (catch $e $l) (call $down (local.get $n)))))))";
  EXPECT_EQ(cost(kModule, {0}), 2u + 8u + 1u);
  EXPECT_EQ(cost(kModule, {9}), 2u + 10 * (8u + 1u));
}

// Endless in every way there is. $n counts, so that where they stop can be told.
struct Endless {
  const char* name;
  const char* body;
};
constexpr Endless kEndless[] = {
    {"loop", "(func (export \"f\") (loop $l (call $tick) (br $l)))"},
    {"tight loop", "(func (export \"f\") (loop $l (br $l)))"},
    {"counter", R"((func (export "f") (local $i i32) (local $k i32)
      (loop $l (global.set $n (i64.add (global.get $n) (i64.const 1)))
        (local.set $i (i32.add (local.get $i) (i32.const 2)))
        (br_if $l (i32.ne (local.get $i) (i32.const 7))))))"},
    {"two counters", R"((func (export "f") (local $i i32) (local $k i32)
      (loop $l (global.set $n (i64.extend_i32_u (i32.xor (local.get $i) (local.get $k))))
        (local.set $k (i32.add (local.get $k) (i32.const 3)))
        (local.set $i (i32.add (local.get $i) (i32.const 2)))
        (br_if $l (i32.ne (local.get $i) (i32.const 7))))))"},
    {"and", R"((func (export "f") (local $i i32)
      (loop $l (global.set $n (i64.add (global.get $n) (i64.const 1)))
        (br_if $l (i32.eqz (i32.and (local.get $i) (i32.const 7)))))))"},
    {"load", R"((func (export "f") (local $i i32)
      (loop $l (global.set $n (i64.add (global.get $n) (i64.const 1)))
        (br_if $l (i32.eq (i32.load8_u (local.get $i)) (i32.const 0))))))"},
    {"float", R"((func (export "f") (local $x f64)
      (loop $l (global.set $n (i64.add (global.get $n) (i64.const 1)))
        (local.set $x (f64.sub (local.get $x) (f64.const 1)))
        (br_if $l (f64.lt (local.get $x) (f64.const 1))))))"},
    {"not less", R"((func (export "f") (local $x f32)
      (loop $l (global.set $n (i64.add (global.get $n) (i64.const 1)))
        (br_if $l (i32.eqz (f32.gt (local.get $x) (f32.const 1)))))))"},
    {"with a value", R"((func (export "f") (local $x i64)
      (i64.const 1)
      (loop $l (param i64) (global.set $n) (i64.add (global.get $n) (i64.const 1))
        (i64.const 5) (br_if $l (i32.const 1)) (drop) (drop))))"},
    {"br_table", R"((func (export "f") (local $i i32)
      (loop $l (global.set $n (i64.add (global.get $n) (i64.const 1)))
        (block $a (block $b
          (br_table $b $l $a $l (i32.rem_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                                           (i32.const 4)))))
        (br $l))))"},
    {"br_table alone", R"((func (export "f") (local $i i32)
      (loop $outer (loop $inner
        (global.set $n (i64.add (global.get $n) (i64.const 1)))
        (br_table $outer $inner $outer (i32.rem_u
          (local.tee $i (i32.add (local.get $i) (i32.const 1))) (i32.const 3)))))))"},
    {"out of an inner loop", R"((func (export "f") (local $i i32) (local $k i32)
      (loop $outer (local.set $i (i32.const 0))
        (loop $inner
          (global.set $n (i64.add (global.get $n) (i64.const 1)))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $outer (i32.gt_u (local.get $i) (i32.const 3)))
          (br_if $inner (i32.lt_u (local.get $i) (i32.const 10)))))))"},
    {"br_on_null", R"((func (export "f") (local $r (ref null any))
      (loop $l (call $tick) (br_on_null $l (local.get $r)) (drop))))"},
    {"br_on_non_null", R"((func (export "f") (local $r (ref null any))
      (local.set $r (ref.i31 (i32.const 1)))
      (ref.i31 (i32.const 1))
      (loop $l (param (ref any)) (drop) (call $tick) (br_on_non_null $l (local.get $r)))))"},
    {"br_on_cast", R"((func (export "f") (local $r anyref)
      (local.set $r (ref.i31 (i32.const 1)))
      (ref.i31 (i32.const 1))
      (loop $l (param (ref i31)) (drop) (call $tick)
        (br_on_cast $l anyref (ref i31) (local.get $r)) (drop))))"},
    {"throw", R"((func (export "f")
      (loop $l (call $tick) (try_table (catch $e $l) (throw $e)))))"},
    {"throw and branch", R"((func (export "f")
      (loop $l (call $tick)
        (block $b (try_table (catch_all $b) (call $thrower))) (br $l))))"},
    {"throw_ref", R"((func (export "f") (local $x exnref)
      (block $b (result exnref) (try_table (catch_all_ref $b) (throw $e)) (unreachable))
      (loop $l (param exnref) (local.set $x) (call $tick)
        (try_table (catch_all_ref $l) (throw_ref (local.get $x))) (unreachable))))"},
    {"recursion", "(func $f (export \"f\") (call $tick) (call $f))"},
    {"mutual recursion", R"((func $f (export "f") (call $tick) (call $g (i32.const 1)))
      (func $g (param i32) (call $h (local.get 0) (i32.const 2))) (func $h (param i32 i32)
      (call $f)))"},
    {"tail call", "(func $f (export \"f\") (call $tick) (return_call $f))"},
    {"bare tail call", "(func $f (export \"f\") (return_call $f))"},
    {"indirect tail call", R"((table funcref (elem $f)) (func $f (export "f") (call $tick)
      (return_call_indirect (i32.const 0))))"},
    {"tail call by reference", R"((elem declare func $f) (type $t (func)) (func $f (export "f")
      (call $tick) (return_call_ref $t (ref.func $f))))"},
    {"memory.fill", R"((func (export "f") (loop $l (call $tick)
      (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536)) (br $l))))"},
};

std::string endless_module(const Endless& endless) {
  return std::string(R"((module (global $n (export "n") (mut i64) (i64.const 0)) (memory 1)
    (tag $e) (func $thrower (throw $e))
    (func $tick (global.set $n (i64.add (global.get $n) (i64.const 1)))) )") +
         endless.body + ")";
}

struct Stop {
  std::string message;
  uint64_t count = 0;
  uint64_t left = 0;
  bool operator==(const Stop&) const = default;
};

Stop stop_of(const Endless& endless, EngineConfig config, uint64_t fuel) {
  Linked linked(std::move(config), with_fuel(fuel));
  Instance& instance = linked.add("m", endless_module(endless));
  Stop stop;
  stop.message = linked.trap("f");
  stop.count = instance.exported_global("n")->cell->low;
  stop.left = linked.store->fuel();
  return stop;
}

// No calls nested deeper than the stack.
constexpr uint64_t kFuel = 300'000;

TEST(Fuel, WhateverIsEndlessStopsWhereItDoes) {
  for (const Endless& endless : kEndless) {
    const Stop first = stop_of(endless, metered(), kFuel);
    EXPECT_EQ(first.message, kOutOfFuel) << endless.name;
    EXPECT_EQ(first.left, 0u) << endless.name;
    EXPECT_EQ(stop_of(endless, metered(), kFuel), first) << endless.name;
    EXPECT_EQ(stop_of(endless, metered(MemoryStrategy::kChecked), kFuel), first) << endless.name;
    EngineConfig ahead = metered();
    ahead.translation_threads = 1;
    EXPECT_EQ(stop_of(endless, std::move(ahead), kFuel), first) << endless.name;
    EngineConfig counting = metered();
    counting.profile = std::make_shared<OpProfile>();
    EXPECT_EQ(stop_of(endless, std::move(counting), kFuel), first) << endless.name;
    // Whether the counter was reached at all is not the question here.
    const Stop later = stop_of(endless, metered(), 2 * kFuel);
    EXPECT_GE(later.count + (first.count == 0 ? 1 : 0), first.count) << endless.name;
  }
}

TEST(Fuel, AnEndlessLoopStopsAfterItsLastPaidRound) {
  const Endless& loop = kEndless[0];
  // The function 2, the counter's function 4, each round but the first 2 more.
  EXPECT_EQ(stop_of(loop, metered(), 6).count, 1u);
  EXPECT_EQ(stop_of(loop, metered(), 5).count, 0u);
  EXPECT_EQ(stop_of(loop, metered(), 6 + 5).count, 1u);
  EXPECT_EQ(stop_of(loop, metered(), 6 + 6).count, 2u);
  EXPECT_EQ(stop_of(loop, metered(), 6 * 1'000'000).count, 1'000'000u);
}

TEST(Fuel, ExactlyEnoughIsEnough) {
  constexpr const char* kModule = R"((module (func $f (export "f") (param $n i32) (result i32)
    (local $s i32)
    (loop $l
      (local.set $s (i32.add (local.get $s) (local.get $n)))
      (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (local.get $s))))";
  for (const uint64_t n : {1, 2, 100, 100'000}) {
    const uint64_t needed = cost(kModule, {n});
    Linked enough(metered(), with_fuel(needed));
    enough.add("m", kModule);
    EXPECT_EQ(enough.value("f", {n}), static_cast<uint32_t>(n * (n + 1) / 2));
    EXPECT_EQ(enough.store->fuel(), 0u);
    Linked less(metered(), with_fuel(needed - 1));
    less.add("m", kModule);
    EXPECT_EQ(less.trap("f", {n}), kOutOfFuel);
    EXPECT_EQ(less.store->fuel(), 0u);
  }
}

TEST(Fuel, IsEndlessUnlessSaidOtherwise) {
  Linked linked(metered());
  linked.add("m", endless_module(kEndless[0]));
  EXPECT_EQ(linked.store->fuel(), UINT64_MAX);
  linked.store->set_fuel(5);
  EXPECT_EQ(linked.store->fuel(), 5u);
  EXPECT_EQ(linked.trap("f"), kOutOfFuel);
}

TEST(Fuel, CodeOfOtherEnginesTakesNone) {
  Linked linked(EngineConfig{}, with_fuel(1));
  linked.add("m", R"((module (memory 1) (func (export "f") (param $n i32) (result i32)
    (loop $l (br_if $l (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 65536))
    (local.get $n))))");
  EXPECT_EQ(linked.value("f", {1000}), 0u);
  EXPECT_EQ(linked.store->fuel(), 1u);
}

TEST(Fuel, ATrapOfFuelSaysWhere) {
  Linked linked(metered(), with_fuel(100));
  linked.add("m", "(module (func $spin (export \"f\") (loop $l (br $l))))");
  const Linked::Called called = linked.call(linked.function("m", "f"));
  EXPECT_EQ(called.trap.kind, TrapKind::kOutOfFuel);
  ASSERT_EQ(called.trap.backtrace.size(), 1u);
}

TEST(Fuel, CanBeRefilledBetweenCalls) {
  Linked linked(metered(), with_fuel(60));
  Instance& instance = linked.add("m", endless_module(kEndless[0]));
  for (uint64_t i = 1; i <= 3; ++i) {
    EXPECT_EQ(linked.trap("f"), kOutOfFuel);
    EXPECT_EQ(instance.exported_global("n")->cell->low, 10 * i);
    linked.store->set_fuel(60);
  }
}

TEST(Fuel, HostFunctionsRefillIt) {
  Linked linked(metered(), with_fuel(1000));
  uint64_t calls = 0;
  linked.host("f", {{}, {}}, [&](HostCall&) {
    if (++calls < 5000) linked.store->set_fuel(linked.store->fuel() + 2);
    return HostOutcome::kReturn;
  });
  linked.add("m", R"((module (import "host" "f" (func $f))
    (func (export "f") (loop $l (call $f) (br $l)))))");
  EXPECT_EQ(linked.trap("f"), kOutOfFuel);
  // A round is 2; the last refill is in the call before the one that does nothing.
  EXPECT_EQ(calls, 4999u + 500u);
}

TEST(Fuel, GuestsThatHostsCallBackTakeFromTheSame) {
  Linked linked(metered(), with_fuel(10'000));
  linked.host("again", {{}, {}}, [&](HostCall& call) {
    return call_nested(call, linked.function("m", "work"), {}, {}) ? HostOutcome::kReturn
                                                                   : HostOutcome::kTrap;
  });
  Instance& instance = linked.add("m", R"((module (import "host" "again" (func $again))
    (global $n (export "n") (mut i32) (i32.const 0))
    (func (export "work")
      (global.set $n (i32.add (global.get $n) (i32.const 1))))
    (func (export "f") (loop $l (call $again) (br $l)))))");
  EXPECT_EQ(linked.trap("f"), kOutOfFuel);
  EXPECT_EQ(instance.exported_global("n")->cell->low, 10'000u / 6);
}

TEST(Fuel, OtherInstancesTakeFromTheSame) {
  Linked linked(metered(), with_fuel(600'000));
  Instance& instance = linked.add("other", R"((module
    (global $n (export "n") (mut i32) (i32.const 0))
    (func (export "g") (global.set $n (i32.add (global.get $n) (i32.const 1))))))");
  linked.add("m", R"((module (import "other" "g" (func $g))
    (func (export "f") (loop $l (call $g) (br $l)))))");
  EXPECT_EQ(linked.trap("f"), kOutOfFuel);
  EXPECT_EQ(instance.exported_global("n")->cell->low, 100'000u);
}

TEST(Fuel, ALongCopyStopsWhenItIsUsedUp) {
  Linked linked(metered(), with_fuel(4 + (12 << 20) / 8 - 1));
  Instance& instance = linked.add("m", R"((module (memory (export "m") 1024)
    (func (export "f") (memory.fill (i32.const 0) (i32.const 1) (i32.const 0x3000000)))))");
  EXPECT_EQ(linked.trap("f"), kOutOfFuel);
  const uint8_t* bytes = instance.exported_memory("m")->base();
  EXPECT_EQ(bytes[(8 << 20) - 1], 1);
  EXPECT_EQ(bytes[8 << 20], 0);
}

// Preemptions come when they like; they cost nothing.
TEST(Fuel, InterruptionsAreNoticedAndFree) {
  for (const Endless& endless : {kEndless[1], kEndless[2], kEndless[9], kEndless[20]}) {
    Linked linked(metered(), with_fuel(20'000'000));
    Instance& instance = linked.add("m", endless_module(endless));
    std::atomic<bool> done{false};
    std::thread preempter([&] {
      while (!done) {
        linked.store->preempt();
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
    });
    linked.store->preempt();
    Thread thread(*linked.store);
    thread.start(linked.function("m", "f"), {});
    uint64_t interruptions = 0;
    Outcome outcome = run(thread);
    for (; outcome == Outcome::kInterrupted; outcome = run(thread)) ++interruptions;
    done = true;
    preempter.join();
    EXPECT_EQ(outcome, Outcome::kTrapped);
    EXPECT_EQ(thread.trap().message, kOutOfFuel) << endless.name;
    EXPECT_NE(interruptions, 0u) << endless.name;
    const Stop undisturbed = stop_of(endless, metered(), 20'000'000);
    EXPECT_EQ(instance.exported_global("n")->cell->low, undisturbed.count) << endless.name;
  }
}

TEST(Fuel, MeteredLoopsCanBeKilled) {
  for (const Endless& endless : {kEndless[1], kEndless[2], kEndless[9]}) {
    Linked linked(metered());
    linked.add("m", endless_module(endless));
    std::thread killer([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      linked.store->kill();
    });
    EXPECT_EQ(linked.trap("f"), "interrupted") << endless.name;
    killer.join();
  }
}

TEST(Fuel, DeepRecursionStillEndsWithTheStack) {
  Linked linked(metered());
  linked.add("m", "(module (func $f (export \"f\") (call $f)))");
  EXPECT_EQ(linked.trap("f"), "call stack exhausted");
}

}  // namespace
}  // namespace tappet::test
