#include "net/io/memory_pipe.h"

#include <gtest/gtest.h>

#include "tests/unit/net/io/stream_tools.h"

namespace tappet::net {
namespace {

class MemoryPipeTest : public ::testing::Test {
 protected:
  std::unique_ptr<Loop> loop_ = std::move(Loop::create().value());
  void turn() { loop_->turn(Loop::Wait::kNone); }
};

TEST_F(MemoryPipeTest, CarriesBytesBothWays) {
  auto [a, b] = MemoryPipe::make(*loop_);
  EXPECT_EQ(write(*a, "ping"), 4u);
  EXPECT_EQ(write(*b, "pong"), 4u);
  EXPECT_EQ(read(*b), "ping");
  EXPECT_EQ(read(*a), "pong");
  EXPECT_EQ(read(*a), kNothingYet);
}

TEST_F(MemoryPipeTest, ShowsNoMoreThanItIsTold) {
  size_t next = 0;
  auto [a, b] = MemoryPipe::make(*loop_, {.capacity = 100, .next_read = [&] { return ++next; }});
  write(*a, "abcdef");
  EXPECT_EQ(read(*b), "a");
  EXPECT_EQ(read(*b), "bc");
  EXPECT_EQ(read(*b), "def");
}

TEST_F(MemoryPipeTest, AcceptsNoMoreThanItHolds) {
  auto [a, b] = MemoryPipe::make(*loop_, {.capacity = 4, .next_read = nullptr});
  int woken = 0;
  Waker waker([&] { ++woken; });
  EXPECT_EQ(write(*a, "abcdef"), 4u);
  EXPECT_EQ(write(*a, "ef"), 0u);
  turn();
  a->writable().add(waker);
  EXPECT_EQ(read(*b), "abcd");
  EXPECT_EQ(woken, 0);  // never from inside a call
  turn();
  EXPECT_EQ(woken, 1);
  EXPECT_EQ(write(*a, "ef"), 2u);
}

TEST_F(MemoryPipeTest, EndsAndBreaks) {
  auto [a, b] = MemoryPipe::make(*loop_);
  write(*a, "last");
  a->shutdown();
  EXPECT_EQ(read(*b), "last");
  EXPECT_EQ(read(*b), kEnd);
  EXPECT_EQ(write(*b, "still"), 5u);
  EXPECT_EQ(read(*a), "still");
  b->abort();
  EXPECT_TRUE(a->broken());
  EXPECT_EQ(read(*a), kBroken);
  EXPECT_FALSE(a->try_write({}).ok());
}

TEST_F(MemoryPipeTest, AnEndMayGoWhileItIsWoken) {
  auto pipe = MemoryPipe::make(*loop_);
  Waker waker([&] { pipe.b.reset(); });
  pipe.b->readable().add(waker);
  write(*pipe.a, "x");
  turn();
  EXPECT_EQ(pipe.b, nullptr);
  EXPECT_EQ(read(*pipe.a), kEnd);
  EXPECT_FALSE(pipe.a->try_write(std::vector{as_bytes("y")}).ok());
}

}  // namespace
}  // namespace tappet::net
