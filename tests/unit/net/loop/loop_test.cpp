#include "net/loop/loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <csignal>
#include <future>
#include <thread>

#include "net/loop/signal.h"

namespace tappet::net {
namespace {

class LoopTest : public ::testing::Test {
 protected:
  ManualClock clock_;
  std::unique_ptr<Loop> loop_ = std::move(Loop::create(&clock_).value());
  void turn() { loop_->turn(Loop::Wait::kNone); }
};

TEST_F(LoopTest, FiresTimersInTheOrderOfTheirDeadlines) {
  std::string fired;
  Timer c(*loop_, [&] { fired += 'c'; });
  Timer a(*loop_, [&] { fired += 'a'; });
  Timer b(*loop_, [&] { fired += 'b'; });
  c.set_after(30), a.set_after(10), b.set_after(20);
  turn();
  EXPECT_EQ(fired, "");
  clock_.advance(20);
  turn();
  EXPECT_EQ(fired, "ab");
  clock_.advance(100);
  turn();
  turn();
  EXPECT_EQ(fired, "abc");
  EXPECT_FALSE(a.pending());
}

TEST_F(LoopTest, ATimerPushedBackFiresOnceAtItsLastDeadline) {
  int fired = 0;
  Timer timer(*loop_, [&] { ++fired; });
  for (int i = 0; i < 50; ++i) {
    timer.set_after(100);
    clock_.advance(60);
    turn();
  }
  EXPECT_EQ(fired, 0);
  clock_.advance(40);
  turn();
  EXPECT_EQ(fired, 1);
}

TEST_F(LoopTest, ATimerMovedForwardOrClearedObeys) {
  std::string fired;
  Timer moved(*loop_, [&] { fired += 'm'; });
  Timer cleared(*loop_, [&] { fired += 'c'; });
  moved.set_after(1000), cleared.set_after(10);
  moved.set_after(5), cleared.clear();
  clock_.advance(2000);
  turn();
  EXPECT_EQ(fired, "m");
  cleared.set_after(0);
  turn();
  EXPECT_EQ(fired, "mc");
}

TEST_F(LoopTest, DurationsSaturate) {
  clock_.advance(5);
  Timer timer(*loop_, [] { FAIL(); });
  timer.set_after(UINT64_MAX - 1);
  EXPECT_EQ(timer.deadline(), kNever);
  turn();
}

TEST_F(LoopTest, ATimersCallbackMayDestroyItAndOthers) {
  int fired = 0;
  auto other = std::make_unique<Timer>(*loop_, [&] { ++fired; });
  std::unique_ptr<Timer> self;
  self = std::make_unique<Timer>(*loop_, [&] {
    ++fired;
    other.reset();
    self.reset();
  });
  self->set_after(1), other->set_after(2);
  clock_.advance(10);
  turn();
  EXPECT_EQ(fired, 1);
  turn();
}

TEST_F(LoopTest, ATimerThatSetsItselfAgainWithoutDelayDoesNotHoldTheTurn) {
  int fired = 0;
  Timer* self = nullptr;
  Timer timer(*loop_, [&] { ++fired, self->set_after(0); });
  self = &timer;
  timer.set_after(0);
  turn();
  EXPECT_EQ(fired, 1);
  turn();
  EXPECT_EQ(fired, 2);
}

TEST_F(LoopTest, ManyTimersStayInOrder) {
  std::vector<std::unique_ptr<Timer>> timers;
  std::vector<uint64_t> fired;
  uint64_t random = 12345;
  for (int i = 0; i < 500; ++i) {
    random = random * 6364136223846793005u + 1442695040888963407u;
    const uint64_t at = random >> 54;
    timers.push_back(std::make_unique<Timer>(*loop_, [&fired, at] { fired.push_back(at); }));
    timers.back()->set_after(at);
    if (i % 3 == 0) timers[static_cast<size_t>(i) / 2].reset();
  }
  clock_.advance(2000);
  turn();
  EXPECT_TRUE(std::is_sorted(fired.begin(), fired.end()));
  EXPECT_GT(fired.size(), 100u);
}

TEST_F(LoopTest, SoonRunsOncePerTurn) {
  int rounds = 0;
  Waker* self = nullptr;
  Waker work([&] { ++rounds, loop_->soon().add(*self); });
  self = &work;
  loop_->soon().add(work);
  turn();
  EXPECT_EQ(rounds, 1);
  loop_->turn(Loop::Wait::kForEvent);  // does not sleep: there is work left
  EXPECT_EQ(rounds, 2);
}

TEST(Loop, RunsUntilStoppedAndWakesForPostsOfOtherThreads) {
  auto loop = std::move(Loop::create().value());
  int called = 0;
  std::thread other([&] {
    for (int i = 0; i < 100; ++i) loop->post([&] { ++called; });
    loop->post([&] { loop->stop(); });
  });
  loop->run();
  other.join();
  EXPECT_EQ(called, 100);
}

TEST(Loop, SleepsUntilTheNextTimer) {
  auto loop = std::move(Loop::create().value());
  const uint64_t start = loop->now();
  Timer timer(*loop, [&] { loop->stop(); });
  timer.set_after(20 * kMillisecond);
  loop->run();
  EXPECT_GE(loop->now() - start, 20 * kMillisecond);
}

// The thread did not run between looking at its timers and sleeping.
TEST(Loop, DoesNotSleepThroughATimerThatHasJustBecomeDue) {
  struct LeapingClock final : Clock {
    uint64_t monotonic_ns() override { return now += leap; }
    uint64_t wall_ns() override { return now; }
    uint64_t now = 0;
    uint64_t leap = 0;
  } clock;
  const auto loop = std::move(Loop::create(&clock).value());
  bool fired = false;
  Timer timer(*loop, [&] { fired = true; });
  timer.set(kSecond);
  std::promise<void> done;
  std::atomic<bool> rescued = false;
  std::thread rescue([&, ended = done.get_future()] {
    if (ended.wait_for(std::chrono::seconds(20)) == std::future_status::ready) return;
    rescued = true;
    loop->post([] {});
  });
  clock.leap = kSecond;
  loop->turn(Loop::Wait::kForEvent);
  done.set_value();
  rescue.join();
  EXPECT_TRUE(fired);
  EXPECT_FALSE(rescued);
}

TEST(Loop, DropsPostsThatCameTooLate) {
  auto loop = std::move(Loop::create().value());
  loop->post([] { FAIL(); });
  loop.reset();
}

TEST(Signal, CountsWhatCame) {
  auto loop = std::move(Loop::create().value());
  auto signal = std::move(Signal::catch_signal(*loop, SIGUSR1).value());
  EXPECT_FALSE(signal->try_take().has_value());
  Waker waker([&] { loop->stop(); });
  signal->ready().add(waker);
  std::raise(SIGUSR1);
  loop->run();
  EXPECT_EQ(signal->try_take(), 1u);
  EXPECT_FALSE(signal->try_take().has_value());
  EXPECT_FALSE(Signal::catch_signal(*loop, SIGKILL).ok());
}

}  // namespace
}  // namespace tappet::net
