#include "wasi/host/clocks.h"

#include <gtest/gtest.h>

namespace tappet::wasi {
namespace {

class ClocksTest : public ::testing::Test {
 protected:
  net::ManualClock clock{1'000 * net::kSecond};
  std::unique_ptr<net::Loop> loop = net::Loop::create(&clock).value();
  Clocks clocks{*loop};
  int wakes = 0;
  Waker waker{[this] { ++wakes; }};
};

TEST_F(ClocksTest, TellTheTimeTheyAreGiven) {
  clock.advance(5);
  EXPECT_EQ(clocks.monotonic_now(), 5U);
  EXPECT_EQ(clocks.wall_now(), 1'000 * net::kSecond + 5);
  net::ManualClock other(7);
  const Clocks both(*loop, &other);
  EXPECT_EQ(both.monotonic_now(), 5U);
  EXPECT_EQ(both.wall_now(), 7U);
}

TEST_F(ClocksTest, ADeadlineWakesWhenItHasCome) {
  const auto deadline = clocks.after(100);
  EXPECT_FALSE(deadline->ready());
  deadline->changed().add(waker);
  clock.advance(99);
  loop->turn(net::Loop::Wait::kNone);
  EXPECT_EQ(wakes, 0);
  clock.advance(1);
  loop->turn(net::Loop::Wait::kNone);
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(deadline->ready());
}

TEST_F(ClocksTest, ThePastAndThePresentAreReady) {
  clock.advance(50);
  EXPECT_TRUE(clocks.after(0)->ready());
  EXPECT_TRUE(clocks.at(50)->ready());
  EXPECT_TRUE(clocks.at(0)->ready());
}

TEST_F(ClocksTest, TheFarFutureSaturates) {
  clock.advance(50);
  const auto never = clocks.after(UINT64_MAX - 10);
  EXPECT_FALSE(never->ready());
  never->changed().add(waker);
  clock.advance(UINT64_MAX);  // stops at the end of time
  loop->turn(net::Loop::Wait::kNone);
  EXPECT_FALSE(never->ready());
  EXPECT_EQ(wakes, 0);
}

TEST_F(ClocksTest, ADroppedDeadlineIsForgotten) {
  auto deadline = clocks.after(10);
  EXPECT_FALSE(deadline->ready());
  deadline->changed().add(waker);
  deadline.reset();
  EXPECT_FALSE(waker.registered());
  clock.advance(20);
  loop->turn(net::Loop::Wait::kNone);
  EXPECT_EQ(wakes, 0);
}

TEST(Clocks, TheSystemsGoForward) {
  const auto loop = net::Loop::create().value();
  const Clocks clocks(*loop);
  const uint64_t before = clocks.monotonic_now();
  EXPECT_GE(clocks.monotonic_now(), before);
  EXPECT_GT(clocks.wall_now(), 1'600'000'000 * net::kSecond);
}

}  // namespace
}  // namespace tappet::wasi
