// Tasks: waiting, waking, cancelling, interrupting.
#include "canonical-abi/runtime/task.h"

#include <gtest/gtest.h>

#include "tests/unit/canonical-abi/support/api.h"

namespace tappet::component::test {
namespace {

using V = ComponentValue;

TEST(Task, WaitsForTheHost) {
  GuestProgram p;
  int wakes = 0;
  Task task(p.store(), p.function("wait"), {V::u32(21)}, [&] { ++wakes; });
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  EXPECT_FALSE(task.runnable());
  EXPECT_EQ(p.api.waiting, 1);
  EXPECT_EQ(task.run(), Outcome::kSuspended);  // for nothing, but not wrong
  EXPECT_EQ(p.api.polls, 2);
  p.api.wake();
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(task.runnable());
  EXPECT_EQ(task.run(), Outcome::kReturned);
  EXPECT_EQ(task.result(), V::u32(42));
  EXPECT_EQ(p.api.waiting, 0);
  EXPECT_EQ(task.run(), Outcome::kReturned);
}

TEST(Task, SpuriousWakeUpsAreHarmless) {
  GuestProgram p;
  Task task(p.store(), p.function("wait"), {V::u32(1)});
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  p.api.wakes.wake_all();
  EXPECT_TRUE(task.runnable());
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  EXPECT_FALSE(task.runnable());
  p.api.wake();
  EXPECT_EQ(task.run(), Outcome::kReturned);
}

TEST(Task, WhatIsReadyAtOnceDoesNotSuspend) {
  GuestProgram p;
  p.api.ready = true;
  EXPECT_EQ(p.call("wait", {V::u32(3)}), "6");
  EXPECT_EQ(p.api.polls, 1);
}

TEST(Task, BorrowsAreLentWhileTheHostWaits) {
  GuestProgram p;
  Task task(p.store(), p.function("wait-lent"), {});
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  EXPECT_EQ(p.tree().root().handles.get(1)->num_lends, 1U);
  p.api.wake();
  EXPECT_EQ(task.run(), Outcome::kReturned);
  EXPECT_EQ(task.result(), V::u32(3));
  EXPECT_EQ(p.tree().root().handles.get(1)->num_lends, 0U);
}

TEST(Task, AnInstanceRunsOneCallAtATime) {
  GuestProgram p;
  Task task(p.store(), p.function("wait"), {V::u32(1)});
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  EXPECT_EQ(p.call("add-one", {V::u32(1)}), "trap: cannot enter component instance");
  p.api.wake();
  EXPECT_EQ(task.run(), Outcome::kReturned);
  EXPECT_EQ(p.call("add-one", {V::u32(1)}), "2");
}

TEST(Task, TwoInstancesOfAStoreWaitSideBySide) {
  GuestProgram p;
  Instantiation second(p.shared_pre(), p.store());
  ASSERT_EQ(second.run(), Outcome::kReturned);
  Task a(p.store(), p.function("wait"), {V::u32(1)});
  Task b(p.store(), second.instance().function(p.pre().find_function("", "wait")->ref),
         {V::u32(2)});
  EXPECT_EQ(a.run(), Outcome::kSuspended);
  EXPECT_EQ(b.run(), Outcome::kSuspended);
  p.api.wake();
  EXPECT_EQ(a.run(), Outcome::kReturned);
  EXPECT_EQ(b.run(), Outcome::kReturned);
  EXPECT_EQ(b.result(), V::u32(4));
}

TEST(Task, AWakeUpDuringTheLastPollIsForgotten) {
  GuestProgram p;
  p.api.wakes_when_polled = true;
  Task first(p.store(), p.function("wait"), {V::u32(1)});
  EXPECT_EQ(first.run(), Outcome::kSuspended);
  EXPECT_TRUE(first.runnable());
  p.api.ready = true;
  EXPECT_EQ(first.run(), Outcome::kReturned);
  p.api.wakes_when_polled = p.api.ready = false;
  Task second(p.store(), p.function("wait"), {V::u32(2)});
  EXPECT_EQ(second.run(), Outcome::kSuspended);
  p.api.wake();
  EXPECT_EQ(second.run(), Outcome::kReturned);
  EXPECT_EQ(second.result(), V::u32(4));
}

TEST(Task, CancellingDestroysWhatItWaitsFor) {
  GuestProgram p;
  {
    Task task(p.store(), p.function("wait-lent"), {});
    EXPECT_EQ(task.run(), Outcome::kSuspended);
    EXPECT_EQ(p.api.waiting, 1);
  }
  EXPECT_EQ(p.api.waiting, 0);
  EXPECT_TRUE(p.store().poisoned());
  p.api.wake();  // nobody is there any more
  EXPECT_EQ(p.call("add-one", {V::u32(1)}), "trap: cannot enter component instance");
}

TEST(Task, ATaskThatNeverBeganHarmsNothing) {
  GuestProgram p;
  {
    const Task task(p.store(), p.function("wait"), {V::u32(1)});
  }
  EXPECT_FALSE(p.store().poisoned());
}

TEST(Task, ATrapElsewhereEndsSuspendedTasks) {
  GuestProgram p;
  Instantiation second(p.shared_pre(), p.store());
  ASSERT_EQ(second.run(), Outcome::kReturned);
  Task waiting(p.store(), p.function("wait"), {V::u32(1)});
  EXPECT_EQ(waiting.run(), Outcome::kSuspended);
  Task trapping(p.store(), second.instance().function(p.pre().find_function("", "trap")->ref), {});
  EXPECT_EQ(trapping.run(), Outcome::kTrapped);
  p.api.wake();
  EXPECT_EQ(waiting.run(), Outcome::kTrapped);
  EXPECT_EQ(waiting.trap().message, "cannot enter component instance");
  EXPECT_EQ(p.api.waiting, 0);
}

TEST(Task, CanBePreempted) {
  GuestProgram p;
  Task task(p.store(), p.function("spin"), {V::u32(1'000'000)});
  p.store().preempt();
  EXPECT_EQ(task.run(), Outcome::kInterrupted);
  EXPECT_TRUE(task.runnable());
  EXPECT_EQ(task.run(), Outcome::kReturned);
  EXPECT_EQ(task.result(), V::u32(1'000'000));
}

TEST(Task, CanBeKilled) {
  GuestProgram p;
  Task task(p.store(), p.function("spin"), {V::u32(0)});
  p.store().preempt();
  EXPECT_EQ(task.run(), Outcome::kInterrupted);
  p.store().kill();
  EXPECT_EQ(task.run(), Outcome::kTrapped);
  EXPECT_EQ(task.trap().kind, TrapKind::kInterrupted);
  EXPECT_TRUE(p.store().poisoned());
}

TEST(Task, CanBeKilledWhileItWaits) {
  GuestProgram p;
  Task task(p.store(), p.function("wait"), {V::u32(1)});
  EXPECT_EQ(task.run(), Outcome::kSuspended);
  p.store().kill();
  EXPECT_EQ(task.run(), Outcome::kTrapped);
  EXPECT_EQ(task.trap().kind, TrapKind::kInterrupted);
  EXPECT_EQ(p.api.waiting, 0);
}

}  // namespace
}  // namespace tappet::component::test
