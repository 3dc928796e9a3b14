// Guests with atomic instructions and shared memories, also on several OS threads at once.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "interp/runtime/shared_memory.h"
#include "tests/unit/interp/support/guest.h"
#include "tests/unit/interp/support/sharing.h"

namespace tappet::test {
namespace {

constexpr uint64_t kPage = 65536;
constexpr const char* kUnaligned = "unaligned atomic";
constexpr const char* kOutOfBounds = "out of bounds memory access";
constexpr uint64_t kForever = UINT64_MAX;
constexpr uint64_t kWaitOk = 0, kWaitNotEqual = 1, kWaitTimedOut = 2;

// Operands after `address` are 1 and 0: a wait finds another value.
std::vector<uint64_t> operands(const OpcodeRow& op, uint64_t address) {
  std::vector<uint64_t> all{address, 1, 0};
  all.resize(op.signature.params.size());
  return all;
}

class AtomicsTest : public testing::TestWithParam<MemoryStrategy> {
 protected:
  // Every access of a memory of one page, at its end and around it.
  static void check_ends(Guests& guest, uint64_t offset) {
    for (const OpcodeRow& op : kOpcodes) {
      if (op.feature != Feature::kThreads || op.access_bytes == 0) continue;
      const uint64_t last = kPage - op.access_bytes - offset;
      const auto ended = guest.call(guest.function("m", op.mnemonic), operands(op, last));
      EXPECT_EQ(ended.outcome, Outcome::kReturned) << op.mnemonic;
      EXPECT_EQ(guest.trap(op.mnemonic, operands(op, last + op.access_bytes)), kOutOfBounds)
          << op.mnemonic;
      if (op.access_bytes == 1) continue;
      EXPECT_EQ(guest.trap(op.mnemonic, operands(op, last - 1)), kUnaligned) << op.mnemonic;
      EXPECT_EQ(guest.trap(op.mnemonic, operands(op, last + op.access_bytes / 2)), kUnaligned)
          << op.mnemonic;
    }
  }
};

INSTANTIATE_TEST_SUITE_P(Strategies, AtomicsTest, testing::ValuesIn(strategies()),
                         [](const auto& info) {
                           return info.param == MemoryStrategy::kGuard ? "Guard" : "Checked";
                         });

TEST_P(AtomicsTest, AccessesTrapExactlyAtTheEndAndBetween) {
  Guests guest(GetParam());
  guest.add("m", all_accesses("(memory 1 1 shared)", "i32", ""));
  check_ends(guest, 0);
}

TEST_P(AtomicsTest, OffsetsCountForAlignmentAndBounds) {
  Guests guest(GetParam());
  guest.add("m", all_accesses("(memory 1 1 shared)", "i32", "offset=8"));
  check_ends(guest, 8);
  Guests odd(GetParam());
  odd.add("m", all_accesses("(memory 1 1 shared)", "i32", "offset=1"));
  EXPECT_EQ(odd.trap("i32.atomic.load", {4}), kUnaligned);
  EXPECT_EQ(odd.value("i32.atomic.load", {3}), 0u);
  EXPECT_EQ(odd.trap("i32.atomic.load", {0xffffffff}), kOutOfBounds);
}

TEST_P(AtomicsTest, MemoriesWithWideAddresses) {
  Guests guest(GetParam());
  guest.add("m", all_accesses("(memory i64 1 1 shared)", "i64", ""));
  check_ends(guest, 0);
  for (const uint64_t address : {uint64_t{1} << 32, uint64_t{1} << 63, 0 - uint64_t{8}})
    EXPECT_EQ(guest.trap("i64.atomic.rmw.add", {address, 1}), kOutOfBounds) << address;
  Guests far(GetParam());
  far.add("m", all_accesses("(memory i64 1 1 shared)", "i64", "offset=0xfffffffffffffff8"));
  EXPECT_EQ(far.trap("i64.atomic.load", {16}), kOutOfBounds) << "the sum wraps around";
  EXPECT_EQ(far.trap("memory.atomic.notify", {16, 1}), kOutOfBounds);
  EXPECT_EQ(far.trap("memory.atomic.wait64", {16, 0, 0}), kOutOfBounds);
}

TEST_P(AtomicsTest, OtherMemoriesThanTheFirst) {
  Guests guest(GetParam());
  guest.add("m", all_accesses("(memory 0) (memory $second 1 1 shared)", "i32", "$second"));
  check_ends(guest, 0);
}

TEST_P(AtomicsTest, UnsharedMemoriesAreAccessedButNotWaitedFor) {
  Guests guest(GetParam());
  guest.add("m", all_accesses("(memory 1 1)", "i32", ""));
  EXPECT_EQ(guest.value("i32.atomic.rmw.add", {8, 5}), 0u);
  EXPECT_EQ(guest.value("i32.atomic.rmw.add", {8, 5}), 5u);
  EXPECT_EQ(guest.value("memory.atomic.notify", {8, 1}), 0u);
  EXPECT_EQ(guest.trap("memory.atomic.wait32", {8, 0, 0}), "expected shared memory");
  EXPECT_EQ(guest.trap("memory.atomic.wait64", {8, 0, 0}), "expected shared memory");
  EXPECT_EQ(guest.trap("memory.atomic.wait32", {2, 0, 0}), kUnaligned);
}

TEST_P(AtomicsTest, NarrowOperationsLeaveTheNeighboursAlone) {
  Guests guest(GetParam());
  guest.add("m", all_accesses("(memory 1 1 shared)", "i32", ""));
  const auto reset = [&] {
    guest.call(guest.function("m", "i64.atomic.store"), {0, 0x1111111111111111});
  };
  struct Case {
    const char* name;
    uint64_t operand, left;  // at bytes 2 and 3
  };
  for (const Case& c : {Case{"add_u", 0xffff, 0x1110}, Case{"sub_u", 0x1112, 0xffff},
                        Case{"and_u", 0xf0f01234, 0x1010}, Case{"or_u", 0x42222, 0x3333},
                        Case{"xor_u", 0x1111, 0}, Case{"xchg_u", 0xabcdef, 0xcdef}}) {
    for (const char* prefix : {"i32", "i64"}) {
      reset();
      const std::string name = fmt::format("{}.atomic.rmw16.{}", prefix, c.name);
      EXPECT_EQ(guest.value(name, {2, c.operand}), 0x1111u) << name;
      EXPECT_EQ(guest.value("i64.atomic.load", {0}), 0x1111111100001111 | c.left << 16) << name;
    }
  }
}

TEST_P(AtomicsTest, WhatIsExpectedIsWrapped) {
  Guests guest(GetParam());
  guest.add("m", all_accesses("(memory 1 1 shared)", "i32", ""));
  guest.call(guest.function("m", "i32.atomic.store"), {0, 0x11111111});
  EXPECT_EQ(guest.value("i32.atomic.rmw8.cmpxchg_u", {0, 0x112, 0x22}), 0x11u);
  EXPECT_EQ(guest.value("i32.atomic.load", {0}), 0x11111111u);
  EXPECT_EQ(guest.value("i32.atomic.rmw8.cmpxchg_u", {0, 0x111, 0x4422}), 0x11u);
  EXPECT_EQ(guest.value("i32.atomic.load", {0}), 0x11111122u);
  EXPECT_EQ(guest.value("i64.atomic.rmw32.cmpxchg_u", {0, 0x1'1111'1122, 0x33}), 0x11111122u);
  EXPECT_EQ(guest.value("i32.atomic.load", {0}), 0x33u);
}

// Operands in all places where the translator keeps them, and results used at once.
TEST_P(AtomicsTest, OperandsMayBeAnywhere) {
  Guests guest(GetParam());
  guest.add("m", R"((module (memory 1 1 shared)
    (func (export "f") (param i32) (result i64) (local i64)
      (atomic.fence)
      (local.set 1 (i64.add (i64.const 7)
        (i64.atomic.rmw.add (i32.shl (local.get 0) (i32.const 3)) (i64.mul (local.get 1) (i64.const 2)))))
      (i64.atomic.store (i32.const 16) (i64.add (local.get 1) (local.get 1)))
      (i64.add (local.get 1) (i64.atomic.rmw.cmpxchg (i32.const 16) (local.get 1)
        (i64.extend_i32_u (i32.atomic.rmw.xchg (i32.const 16) (local.get 0))))))))");
  EXPECT_EQ(guest.value("f", {3}), 7u + 3u);
}

constexpr const char* kWaiting = R"((module
  (memory (export "memory") 1 4 shared)
  (func (export "wait32") (param i32 i32 i64) (result i32)
    (memory.atomic.wait32 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "wait64") (param i32 i64 i64) (result i32)
    (memory.atomic.wait64 (local.get 0) (local.get 1) (local.get 2)))
  (func (export "notify") (param i32 i32) (result i32)
    (memory.atomic.notify (local.get 0) (local.get 1)))
  (func (export "store") (param i32 i32) (i32.atomic.store (local.get 0) (local.get 1)))
  (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))))";

TEST(Waiting, EndsAtOnceOrTimesOut) {
  Guests guest;
  guest.add("m", kWaiting);
  EXPECT_EQ(guest.value("wait32", {0, 1, kForever}), kWaitNotEqual);
  EXPECT_EQ(guest.value("wait64", {0, uint64_t{1} << 32, kForever}), kWaitNotEqual);
  EXPECT_EQ(guest.value("wait32", {0, 0, 0}), kWaitTimedOut);
  const auto before = std::chrono::steady_clock::now();
  EXPECT_EQ(guest.value("wait64", {0, 0, 20'000'000}), kWaitTimedOut);
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(20));
  EXPECT_EQ(guest.value("notify", {0, 1}), 0u) << "who has timed out waits no longer";
}

// Threads of one store, put aside in the middle of waiting.
struct Aside {
  Aside(Guests& guest, uint64_t address, uint64_t timeout) : guest_(guest), thread(*guest.store) {
    const uint64_t args[] = {address, 0, timeout};
    thread.start(guest.function("m", "wait32"), args);
  }
  Outcome run_preempted() {
    guest_.store->preempt();
    return run(thread);
  }
  uint64_t result() {
    EXPECT_EQ(run(thread), Outcome::kReturned);
    return thread.results()[0];
  }

  Guests& guest_;
  Thread thread;
};

TEST(Waiting, NotifyWakesAsManyAsItSaysTheFirstToComeFirst) {
  Guests guest;
  guest.add("m", kWaiting);
  Aside first(guest, 8, kForever), second(guest, 8, kForever), third(guest, 8, kForever);
  Aside elsewhere(guest, 12, kForever);
  for (Aside* waiting : {&first, &second, &third, &elsewhere})
    EXPECT_EQ(waiting->run_preempted(), Outcome::kInterrupted);
  EXPECT_EQ(guest.value("notify", {8, 0}), 0u);
  EXPECT_EQ(guest.value("notify", {16, 5}), 0u);
  EXPECT_EQ(guest.value("notify", {8, 2}), 2u);
  EXPECT_EQ(third.run_preempted(), Outcome::kInterrupted);
  EXPECT_EQ(first.result(), kWaitOk);
  EXPECT_EQ(second.result(), kWaitOk);
  EXPECT_EQ(guest.value("notify", {8, 0xffffffff}), 1u);
  EXPECT_EQ(third.result(), kWaitOk);
  EXPECT_EQ(guest.value("notify", {12, 0xffffffff}), 1u);
  EXPECT_EQ(elsewhere.result(), kWaitOk);
}

TEST(Waiting, APreemptedThreadKeepsItsPlace) {
  Guests guest;
  guest.add("m", kWaiting);
  Aside aside(guest, 0, kForever);
  EXPECT_EQ(aside.run_preempted(), Outcome::kInterrupted);
  guest.call(guest.function("m", "store"), {0, 1});
  EXPECT_EQ(aside.run_preempted(), Outcome::kInterrupted) << "the value does not matter any more";
  EXPECT_EQ(guest.value("notify", {0, 1}), 1u);
  EXPECT_EQ(aside.result(), kWaitOk);
}

TEST(Waiting, TheTimeAsideCounts) {
  Guests guest;
  guest.add("m", kWaiting);
  Aside aside(guest, 0, 20'000'000);
  EXPECT_EQ(aside.run_preempted(), Outcome::kInterrupted);
  EXPECT_EQ(aside.result(), kWaitTimedOut);
}

TEST(Waiting, WhoIsGoneIsNotNotified) {
  Guests guest;
  guest.add("m", kWaiting);
  {
    Aside gone(guest, 0, kForever);
    EXPECT_EQ(gone.run_preempted(), Outcome::kInterrupted);
  }
  Aside anew(guest, 0, kForever);
  EXPECT_EQ(anew.run_preempted(), Outcome::kInterrupted);
  const uint64_t args[] = {0, 1, kForever};
  anew.thread.start(guest.function("m", "wait32"), args);
  EXPECT_EQ(anew.result(), kWaitNotEqual);
  EXPECT_EQ(guest.value("notify", {0, 5}), 0u);
}

TEST(Waiting, MayNotTakeLongInNestedCalls) {
  Guests guest;
  guest.add("m", kWaiting);
  guest.host("nested", FuncType{{kI64}, {kI32}}, [&](HostCall& call) {
    const uint64_t args[] = {0, 0, call.arg(0)};
    uint64_t result = 0;
    if (!call_nested(call, guest.function("m", "wait32"), args, {&result, 1}))
      return HostOutcome::kTrap;
    call.set_result(0, result);
    return HostOutcome::kReturn;
  });
  std::atomic<bool> done{false};
  std::thread ticker([&] {
    while (!done) {
      guest.store->preempt();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  Function& nested = *std::get<Function*>(guest.hosts["nested"]);
  EXPECT_EQ(guest.call(nested, {kForever}).trap.message, "a function that may not block waited");
  done = true;
  ticker.join();
  EXPECT_EQ(guest.value("notify", {0, 1}), 0u) << "it waits no longer";
  EXPECT_EQ(guest.call(nested, {1'000'000}).results, std::vector<uint64_t>{kWaitTimedOut});
}

TEST(Waiting, IsEndedByTheStoresKill) {
  Guests guest;
  guest.add("m", kWaiting);
  Memory& memory = *guest.instances.at("m")->exported_memory("memory");
  Thread thread(*guest.store);
  const uint64_t args[] = {0, 0, kForever};
  thread.start(guest.function("m", "wait32"), args);
  std::thread killer([&] { guest.store->kill(); });
  EXPECT_EQ(run(thread), Outcome::kTrapped);
  killer.join();
  EXPECT_EQ(thread.trap().kind, TrapKind::kInterrupted);
  EXPECT_EQ(memory.shared()->notify(0, 5), 0u);
}

// Runs `text` (a module that imports "host"."memory") in `count` stores, each on its own OS thread,
// and gives what "run" returns there.
std::vector<uint64_t> run_on_threads(Memory& memory, MemoryStrategy strategy, size_t count,
                                     const char* text) {
  std::vector<std::unique_ptr<Guests>> guests;
  for (size_t i = 0; i < count; ++i) {
    guests.push_back(std::make_unique<Guests>(strategy));
    guests.back()->share(memory);
    guests.back()->add("m", text);
  }
  std::vector<uint64_t> results(count);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < count; ++i)
    threads.emplace_back([&, i] { results[i] = guests[i]->value("run"); });
  for (std::thread& thread : threads) thread.join();
  return results;
}

TEST_P(AtomicsTest, TwoOsThreadsCount) {
  Guests guest(GetParam());
  Memory& memory = *guest.add("m", kWaiting).exported_memory("memory");
  run_on_threads(memory, GetParam(), 2, R"((module
    (memory (import "host" "memory") 1 4 shared)
    (func (export "run") (result i32) (local $i i32)
      (loop $again
        (drop (i32.atomic.rmw.add (i32.const 64) (i32.const 1)))
        (drop (i32.atomic.rmw8.sub_u (i32.const 71) (i32.const 1)))
        (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                                (i32.const 100000))))
      (i32.const 0))))");
  EXPECT_EQ(load_le<uint32_t>(memory.base() + 64), 200'000u);
  EXPECT_EQ(memory.base()[71], static_cast<uint8_t>(-200'000));
  EXPECT_EQ(memory.base()[70], 0u);
}

// A mutex made of cmpxchg, wait and notify guards a plain counter.
TEST_P(AtomicsTest, GuestsExcludeEachOther) {
  Guests guest(GetParam());
  Memory& memory = *guest.add("m", kWaiting).exported_memory("memory");
  run_on_threads(memory, GetParam(), 3, R"((module
    (memory (import "host" "memory") 1 4 shared)
    (func $lock
      (block $done
        (br_if $done (i32.eqz (i32.atomic.rmw.cmpxchg (i32.const 0) (i32.const 0) (i32.const 1))))
        (loop $again
          (br_if $done (i32.eqz (i32.atomic.rmw.xchg (i32.const 0) (i32.const 2))))
          (drop (memory.atomic.wait32 (i32.const 0) (i32.const 2) (i64.const -1)))
          (br $again))))
    (func $unlock
      (if (i32.ne (i32.atomic.rmw.sub (i32.const 0) (i32.const 1)) (i32.const 1))
        (then (i32.atomic.store (i32.const 0) (i32.const 0))
              (drop (memory.atomic.notify (i32.const 0) (i32.const 1))))))
    (func (export "run") (result i32) (local $i i32)
      (loop $again
        (call $lock)
        (i32.store (i32.const 64) (i32.add (i32.load (i32.const 64)) (i32.const 1)))
        (call $unlock)
        (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                                (i32.const 2000))))
      (i32.const 0))))");
  EXPECT_EQ(load_le<uint32_t>(memory.base() + 64), 6000u);
}

// Each waits until it is its turn, which only the other one can make it; no wake-up may get lost.
TEST_P(AtomicsTest, GuestsTakeTurns) {
  Guests guest(GetParam());
  Memory& memory = *guest.add("m", kWaiting).exported_memory("memory");
  const auto slept = run_on_threads(memory, GetParam(), 2, R"((module
    (memory (import "host" "memory") 1 4 shared)
    (func (export "run") (result i32) (local $turn i32) (local $now i32)
      (local.set $turn (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
      (loop $next
        (loop $wait
          (if (i32.ne (local.tee $now (i32.atomic.load (i32.const 64))) (local.get $turn))
            (then
              (drop (memory.atomic.wait32 (i32.const 64) (local.get $now) (i64.const -1)))
              (br $wait))))
        (i32.store (i32.const 128) (i32.add (i32.load (i32.const 128)) (local.get $turn)))
        (i32.atomic.store (i32.const 64) (i32.add (local.get $turn) (i32.const 1)))
        (drop (memory.atomic.notify (i32.const 64) (i32.const -1)))
        (local.set $turn (i32.add (local.get $turn) (i32.const 2)))
        (br_if $next (i32.lt_u (local.get $turn) (i32.const 2000))))
      (i32.const 7))))");
  EXPECT_EQ(slept, (std::vector<uint64_t>{7, 7}));
  EXPECT_EQ(load_le<uint32_t>(memory.base() + 64), 2000u);
  EXPECT_EQ(load_le<uint32_t>(memory.base() + 128), 1999u * 2000 / 2);
}

// Each has a word of the new page to itself.
TEST_P(AtomicsTest, GrowthIsSeenByOtherThreads) {
  Guests guest(GetParam());
  Memory& memory = *guest.add("m", kWaiting).exported_memory("memory");
  std::vector<uint64_t> seen;
  std::thread others([&] {
    seen = run_on_threads(memory, GetParam(), 2, R"((module
      (memory (import "host" "memory") 1 4 shared)
      (func (export "run") (result i32) (local $own i32)
        (loop $again (br_if $again (i32.lt_u (memory.size) (i32.const 3))))
        (local.set $own (i32.atomic.rmw.add (i32.const 0) (i32.const 4)))
        (i32.store offset=0x2fff8 (local.get $own) (i32.const 9))
        (i32.add (memory.grow (i32.const 0)) (i32.load offset=0x2fff8 (local.get $own))))))");
  });
  uint8_t* const base = memory.base();
  EXPECT_EQ(guest.value("grow", {2}), 1u);
  others.join();
  EXPECT_EQ(memory.base(), base);
  EXPECT_EQ(seen, (std::vector<uint64_t>{12, 12}));
  EXPECT_EQ(guest.value("grow", {2}), 0xffffffffu);
  EXPECT_EQ(guest.value("grow", {1}), 3u);
}

// Both read the last word of what they know of while a third one grows it.
TEST_P(AtomicsTest, AMemoryIsReadWhileItGrows) {
  Guests guest(GetParam());
  guest.add("m", R"((module (memory (export "memory") 1 300 shared)
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))))");
  Memory& memory = *guest.instances.at("m")->exported_memory("memory");
  std::vector<uint64_t> sums;
  std::thread others([&] {
    sums = run_on_threads(memory, GetParam(), 2, R"((module
      (memory (import "host" "memory") 1 300 shared)
      (func (export "run") (result i32) (local $pages i32) (local $sum i32)
        (loop $again
          (local.set $pages (memory.size))
          (local.set $sum (i32.add (local.get $sum)
            (i32.load (i32.sub (i32.shl (local.get $pages) (i32.const 16)) (i32.const 4)))))
          (br_if $again (i32.lt_u (local.get $pages) (i32.const 300))))
        (local.get $sum))))");
  });
  for (uint64_t pages = 1; pages < 300; ++pages) EXPECT_EQ(guest.value("grow", {1}), pages);
  others.join();
  EXPECT_EQ(sums, (std::vector<uint64_t>{0, 0}));
}

TEST_P(AtomicsTest, ThreadsGrowAMemoryTogether) {
  Guests guest(GetParam());
  guest.add("m", R"((module (memory (export "memory") 0 1000 shared)))");
  Memory& memory = *guest.instances.at("m")->exported_memory("memory");
  const auto grown = run_on_threads(memory, GetParam(), 3, R"((module
    (memory (import "host" "memory") 0 1000 shared)
    (func (export "run") (result i32) (local $i i32) (local $sum i32)
      (loop $again
        (if (i32.ne (memory.grow (i32.const 1)) (i32.const -1))
          (then (local.set $sum (i32.add (local.get $sum) (i32.const 1)))))
        (br_if $again (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1)))
                                (i32.const 500))))
      (local.get $sum))))");
  EXPECT_EQ(grown[0] + grown[1] + grown[2], 1000u);
  EXPECT_EQ(memory.pages(), 1000u);
}

TEST_P(AtomicsTest, SharednessIsPartOfTheType) {
  Guests guest(GetParam());
  Memory& memory = *guest.add("shared", kWaiting).exported_memory("memory");
  auto link = [&](const char* text) {
    auto code = guest.engine.compile(*parse_wat(text));
    EXPECT_TRUE(code.ok()) << code.error().to_string();
    const Extern given = &memory;
    const auto made = instantiate(*guest.store, *code, std::span(&given, 1));
    return made.ok() ? "ok" : to_string(made.error());
  };
  EXPECT_EQ(link("(module (memory (import \"a\" \"b\") 1 4 shared))"), "ok");
  EXPECT_NE(link("(module (memory (import \"a\" \"b\") 1 4))").find("incompatible import type"),
            std::string::npos);
  EXPECT_NE(link("(module (memory (import \"a\" \"b\") 1 3 shared))").find("incompatible"),
            std::string::npos);
}

}  // namespace
}  // namespace tappet::test
