// Functions of asynchronous type between the embedder, a guest and the host. What guests do among
// themselves the official scripts test.
#include <gtest/gtest.h>
#include <unistd.h>

#include <deque>
#include <fstream>

#include "tests/unit/canonical-abi/support/api.h"

namespace tappet::component::test {
namespace {

using V = ComponentValue;

class Async : public ::testing::TestWithParam<const char*> {
 protected:
  GuestProgram p{{}, {}, "async.wasm"};
};

// However the guest's function is lifted, and however it calls the host's.
TEST_P(Async, WaitsForTheHost) {
  int wakes = 0;
  Task task(p.store(), p.function(GetParam()), {V::u32(21)}, [&] { ++wakes; });
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  EXPECT_FALSE(task.runnable());
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  EXPECT_EQ(p.api.polls, 1);  // only what was woken is asked again
  p.api.wake();
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(task.runnable());
  EXPECT_EQ(task.run(), Outcome::kReturned);
  EXPECT_EQ(task.result(), V::u32(42));
  EXPECT_EQ(task.finish(), Outcome::kReturned);
  EXPECT_EQ(p.tree().root().threads.size(), 0U);
}

TEST_P(Async, WhatIsReadyAtOnceDoesNotSuspend) {
  p.api.ready = true;
  EXPECT_EQ(p.call(GetParam(), {V::u32(3)}), "6");
}

TEST_P(Async, ASpuriousWakeUpIsHarmless) {
  Task task(p.store(), p.function(GetParam()), {V::u32(1)});
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  p.api.wakes.wake_all();
  EXPECT_TRUE(task.runnable());
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  EXPECT_EQ(p.api.polls, 2);
  p.api.wake();
  EXPECT_EQ(task.run(), Outcome::kReturned);
}

TEST_P(Async, AWakeUpDuringThePollIsHarmless) {
  p.api.wakes_when_polled = true;
  Task first(p.store(), p.function(GetParam()), {V::u32(1)});
  Task second(p.store(), p.function(GetParam()), {V::u32(2)});
  EXPECT_EQ(first.run(), Outcome::kSuspended);
  EXPECT_TRUE(first.runnable());
  p.api.ready = true;
  EXPECT_EQ(first.run(), Outcome::kReturned);
  EXPECT_EQ(second.run(), Outcome::kReturned);
  EXPECT_EQ(second.result(), V::u32(4));
  EXPECT_EQ(second.finish(), Outcome::kReturned);
}

TEST_P(Async, DestroyingATaskDestroysWhatItWaitsFor) {
  {
    Task task(p.store(), p.function(GetParam()), {V::u32(1)});
    EXPECT_EQ(task.run(), Outcome::kSuspended);
  }
  EXPECT_TRUE(p.store().poisoned());
  p.api.wake();
  EXPECT_EQ(p.call("finished"), "trap: cannot enter component instance");
}

INSTANTIATE_TEST_SUITE_P(Lifts, Async, ::testing::Values("call", "call-stackful", "call-sync"));

class AsyncTasks : public Async {};

// Tasks with a callback, and stackful ones, wait side by side in one instance.
TEST_F(AsyncTasks, AnInstanceRunsManyCallsAtATime) {
  std::deque<Task> tasks;
  for (uint32_t i = 0; i < 100; ++i) {
    const char* const name = i % 2 == 0 ? "call" : "call-stackful";
    EXPECT_EQ(tasks.emplace_back(p.store(), p.function(name), std::vector{V::u32(i)}).run(),
              Outcome::kSuspended);
  }
  EXPECT_EQ(p.api.waiting, 100);
  p.api.wake();
  for (uint32_t i = 0; i < 100; ++i) {
    EXPECT_TRUE(tasks[i].runnable());
    EXPECT_EQ(tasks[i].run(), Outcome::kReturned);
    EXPECT_EQ(tasks[i].result(), V::u32(2 * i));
  }
}

// One that was lifted synchronously keeps those out until it returns that have a callback.
TEST_F(AsyncTasks, ASynchronouslyLiftedOneRunsExclusively) {
  Task first(p.store(), p.function("call-sync"), {V::u32(1)});
  Task second(p.store(), p.function("call"), {V::u32(2)});
  Task stackful(p.store(), p.function("call-stackful"), {V::u32(3)});
  EXPECT_EQ(first.run(), Outcome::kSuspended);
  EXPECT_EQ(second.run(), Outcome::kSuspended);
  EXPECT_EQ(p.api.waiting, 1);
  EXPECT_EQ(stackful.run(), Outcome::kSuspended);
  EXPECT_EQ(p.api.waiting, 2);  // it does not mind
  p.api.wake();
  EXPECT_EQ(second.run(), Outcome::kReturned);
  EXPECT_EQ(first.run(), Outcome::kReturned);
  EXPECT_EQ(stackful.run(), Outcome::kReturned);
  EXPECT_EQ(stackful.result(), V::u32(6));
}

TEST_F(AsyncTasks, BackpressureKeepsCallsWaiting) {
  p.api.ready = true;
  EXPECT_EQ(p.call("close"), "");
  Task other(p.store(), p.function("call"), {V::u32(2)});
  EXPECT_EQ(p.call("call", {V::u32(1)}),
            "trap: deadlock detected: event loop cannot make further progress");
  EXPECT_EQ(other.run(), Outcome::kTrapped);
}

TEST_F(AsyncTasks, BackpressureDoesNotConcernSynchronousTypes) {
  EXPECT_EQ(p.call("close"), "");
  EXPECT_EQ(p.call("close"), "");
  EXPECT_EQ(p.call("open"), "");
  EXPECT_EQ(p.call("open"), "");
  EXPECT_EQ(p.call("open"), "trap: backpressure counter underflow");
}

// A result may come before the work is done.
TEST_F(AsyncTasks, ATaskGoesOnAfterItHasReturned) {
  Task task(p.store(), p.function("early"), {V::u32(1)});
  EXPECT_EQ(task.run(), Outcome::kReturned);
  EXPECT_EQ(task.result(), V::u32(1));
  EXPECT_EQ(p.call("finished"), "0");
  EXPECT_EQ(task.finish(), Outcome::kSuspended);
  p.api.wake();
  EXPECT_EQ(task.finish(), Outcome::kReturned);
  EXPECT_EQ(p.call("finished"), "1");
}

TEST_F(AsyncTasks, CancellingAHostCallEndsIt) {
  EXPECT_EQ(p.call("cancel", {V::u32(1)}), "4");  // CANCELLED_BEFORE_RETURNED
  EXPECT_EQ(p.api.waiting, 0);
}

TEST_F(AsyncTasks, WaitingForNothingIsADeadlock) {
  EXPECT_EQ(p.call("stuck"), "trap: deadlock detected: event loop cannot make further progress");
  EXPECT_TRUE(p.store().poisoned());
}

TEST_F(AsyncTasks, ItIsNoneWhileTheHostIsAtWork) {
  Task call(p.store(), p.function("call"), {V::u32(1)});
  EXPECT_EQ(call.run(), Outcome::kSuspended);
  Task stuck(p.store(), p.function("stuck"), {});
  EXPECT_EQ(stuck.run(), Outcome::kSuspended);
  p.api.wake();
  EXPECT_EQ(call.run(), Outcome::kReturned);
  EXPECT_EQ(stuck.run(), Outcome::kTrapped);
}

TEST_F(AsyncTasks, AResultIsDueOnce) {
  EXPECT_EQ(p.call("silent"), "trap: async-lifted export failed to produce a result");
  p.start();
  EXPECT_EQ(p.call("twice"), "trap: `task.return` or `task.cancel` called more than once");
}

TEST_F(AsyncTasks, ASynchronousTypeMayNotBlock) {
  EXPECT_EQ(p.call("block"), "trap: cannot block a synchronous task before returning");
}

TEST_F(AsyncTasks, YieldsLetOthersGoOn) {
  EXPECT_EQ(p.call("yields", {V::u32(10)}), "5");
  // Not for ever while the host has something to do.
  Task call(p.store(), p.function("call"), {V::u32(1)});
  EXPECT_EQ(call.run(), Outcome::kSuspended);
  Task yields(p.store(), p.function("yields"), {V::u32(1'000'000)});
  EXPECT_EQ(yields.run(), Outcome::kSuspended);
  EXPECT_TRUE(yields.runnable());
  p.api.wake();
  EXPECT_EQ(call.run(), Outcome::kReturned);
}

TEST_F(AsyncTasks, WhatAnotherCallMakesReadyIsWoken) {
  Task first(p.store(), p.function("call"), {V::u32(1)});
  EXPECT_EQ(first.run(), Outcome::kSuspended);
  EXPECT_EQ(p.call("close"), "");
  int wakes = 0;
  Task second(p.store(), p.function("call"), {V::u32(2)}, [&] { ++wakes; });
  EXPECT_EQ(second.run(), Outcome::kSuspended);
  EXPECT_EQ(p.api.waiting, 1);
  EXPECT_EQ(p.call("open"), "");
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(second.runnable());
  EXPECT_EQ(second.run(), Outcome::kSuspended);
  EXPECT_EQ(p.api.waiting, 2);
}

// A value that the embedder holds outlives the thread that waits for somebody to use it.
TEST_F(AsyncTasks, AStreamIsDroppedAfterItsWriterWasGivenUp) {
  Task task(p.store(), p.function("stream"), {});
  EXPECT_EQ(task.run(), Outcome::kReturned);
  EXPECT_EQ(p.tree().root().threads.size(), 1U);
  EXPECT_EQ(p.call("open"), "trap: backpressure counter underflow");
  task.result() = V();
}

TEST_F(AsyncTasks, DroppingAStreamEndsTheWaitOfItsWriter) {
  Task task(p.store(), p.function("stream"), {});
  EXPECT_EQ(task.run(), Outcome::kReturned);
  task.result() = V();
  EXPECT_EQ(task.finish(), Outcome::kReturned);
  EXPECT_EQ(p.tree().root().threads.size(), 0U);
}

TEST_F(AsyncTasks, ATrapEndsAllOfThem) {
  Task call(p.store(), p.function("call"), {V::u32(1)});
  EXPECT_EQ(call.run(), Outcome::kSuspended);
  EXPECT_EQ(p.call("open"), "trap: backpressure counter underflow");
  EXPECT_EQ(p.api.waiting, 1);
  EXPECT_EQ(call.run(), Outcome::kTrapped);
  EXPECT_EQ(call.trap().message, "cannot enter component instance");
}

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kSanitized = true;
#elif defined(__has_feature)
constexpr bool kSanitized = __has_feature(address_sanitizer);
#else
constexpr bool kSanitized = false;
#endif

uint64_t resident_bytes() {
  uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages >> pages;
  return pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
}

class ManyAsyncTasks : public Async {};

// Blocked in the host, each costs little beyond the guest's memory.
TEST_P(ManyAsyncTasks, AHundredThousandWaitAndGoOn) {
  constexpr uint32_t kTasks = 100'000;
  constexpr uint64_t kMostBytes = 2048;
  const uint64_t before = resident_bytes();
  std::deque<Task> tasks;
  for (uint32_t i = 0; i < kTasks; ++i) {
    ASSERT_EQ(tasks.emplace_back(p.store(), p.function(GetParam()), std::vector{V::u32(i)}).run(),
              Outcome::kSuspended);
  }
  const uint64_t each = (resident_bytes() - before) / kTasks;
  RecordProperty("bytes_per_task", std::to_string(each));
  if (!kSanitized) {
    EXPECT_LT(each, kMostBytes);
  }
  p.api.wake();
  for (uint32_t i = 0; i < kTasks; ++i) {
    Outcome outcome = tasks[i].run();
    while (outcome == Outcome::kSuspended && tasks[i].runnable()) outcome = tasks[i].run();
    ASSERT_EQ(outcome, Outcome::kReturned);
    ASSERT_EQ(tasks[i].result(), V::u32(2 * i));
  }
}

INSTANTIATE_TEST_SUITE_P(Lifts, ManyAsyncTasks, ::testing::Values("call", "call-stackful"));

// Between so many, the embedder has its turn.
TEST_F(AsyncTasks, ManyGoOnAtOnce) {
  std::deque<Task> tasks;
  for (uint32_t i = 0; i < 2000; ++i) {
    ASSERT_EQ(tasks.emplace_back(p.store(), p.function("call"), std::vector{V::u32(i)}).run(),
              Outcome::kSuspended);
  }
  p.api.wake();
  for (Task& task : tasks) {
    Outcome outcome = task.run();
    while (outcome == Outcome::kSuspended && task.runnable()) outcome = task.run();
    ASSERT_EQ(outcome, Outcome::kReturned);
  }
}

}  // namespace
}  // namespace tappet::component::test
