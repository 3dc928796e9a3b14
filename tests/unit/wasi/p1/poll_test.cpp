// poll_oneoff.
#include "tests/unit/wasi/host/scratch_directory.h"
#include "tests/unit/wasi/p1/fixture.h"

namespace tappet::wasi::test {
namespace {

constexpr uint64_t kIn = 0;
constexpr uint64_t kEvents = 4096;
constexpr uint64_t kCount = 8192;

class PollTest : public Preview1Test {
 protected:
  // The i-th subscription.
  void put_clock(uint64_t i, uint64_t userdata, uint32_t id, uint64_t timeout, bool absolute) {
    const uint64_t at = kIn + i * 48;
    put<uint64_t>(at, userdata);
    put<uint8_t>(at + 8, 0);
    put<uint32_t>(at + 16, id);
    put<uint64_t>(at + 24, timeout);
    put<uint16_t>(at + 40, absolute ? 1 : 0);
  }
  void put_fd(uint64_t i, uint64_t userdata, uint8_t type, uint32_t fd) {
    const uint64_t at = kIn + i * 48;
    put<uint64_t>(at, userdata);
    put<uint8_t>(at + 8, type);
    put<uint32_t>(at + 16, fd);
  }
  std::vector<uint64_t> args(uint64_t count) { return {kIn, kEvents, count, kCount}; }
  uint32_t count() { return get<uint32_t>(kCount); }
  uint64_t userdata(uint64_t i) { return get<uint64_t>(kEvents + i * 32); }
  uint64_t error(uint64_t i) { return get<uint16_t>(kEvents + i * 32 + 8); }
  void turn() { loop->turn(net::Loop::Wait::kNone); }
};

TEST_F(PollTest, WaitsForATime) {
  put_clock(0, 11, 1, 100, false);
  put_clock(1, 12, 1, 1'000, false);
  WaitingCall poll(*guest, "poll_oneoff", args(2));
  EXPECT_EQ(poll.run(), Outcome::kSuspended);
  clock.advance(99);
  turn();
  EXPECT_EQ(wakes, 0);
  clock.advance(1);
  turn();
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(poll.run(), Outcome::kReturned);
  EXPECT_EQ(poll.result(), kSuccess);
  EXPECT_EQ(count(), 1U);
  EXPECT_EQ(userdata(0), 11U);
  EXPECT_EQ(error(0), kSuccess);
}

TEST_F(PollTest, AbsoluteTimesArePassedOrNot) {
  put_clock(0, 1, 0, 999 * net::kSecond, true);   // of the wall clock, past
  put_clock(1, 2, 0, 1001 * net::kSecond, true);  // to come
  put_clock(2, 3, 1, 0, true);
  EXPECT_EQ(call("poll_oneoff", args(3)), kSuccess);
  EXPECT_EQ(count(), 2U);
  EXPECT_EQ(userdata(0), 1U);
  EXPECT_EQ(userdata(1), 3U);
}

TEST_F(PollTest, WaitsForStreams) {
  put_fd(0, 5, 1, 0);
  put_clock(1, 6, 1, UINT64_MAX, false);
  WaitingCall poll(*guest, "poll_oneoff", args(2));
  EXPECT_EQ(poll.run(), Outcome::kSuspended);
  in->push("x");
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(poll.run(), Outcome::kReturned);
  EXPECT_EQ(count(), 1U);
  EXPECT_EQ(userdata(0), 5U);
  EXPECT_EQ(get<uint8_t>(kEvents + 10), 1U);
  EXPECT_EQ(get<uint64_t>(kEvents + 16), 1U);
}

TEST_F(PollTest, TheSameStreamTwice) {
  put_fd(0, 1, 2, 1);
  put_fd(1, 2, 2, 1);
  out->room = 0;
  WaitingCall poll(*guest, "poll_oneoff", args(2));
  EXPECT_EQ(poll.run(), Outcome::kSuspended);
  out->make_room(1);
  EXPECT_EQ(poll.run(), Outcome::kReturned);
  EXPECT_EQ(count(), 2U);
}

TEST_F(PollTest, ErrorsAreEvents) {
  put_fd(0, 1, 1, 1);  // reading from an output
  put_fd(1, 2, 2, 7);
  put_clock(2, 3, 9, 0, false);
  put_clock(3, 4, 1, 1'000, false);
  EXPECT_EQ(call("poll_oneoff", args(4)), kSuccess);
  EXPECT_EQ(count(), 3U);
  EXPECT_EQ(error(0), kBadf);
  EXPECT_EQ(error(1), kBadf);
  EXPECT_EQ(error(2), kInval);
}

TEST_F(PollTest, HostileCallsFail) {
  EXPECT_EQ(call("poll_oneoff", args(0)), kInval);
  EXPECT_EQ(call("poll_oneoff", args(0xffff'ffff)), kInval);
  put_fd(0, 1, 3, 0);
  EXPECT_EQ(call("poll_oneoff", args(1)), kInval);
  put_clock(0, 1, 1, 0, false);
  EXPECT_EQ(call("poll_oneoff", {kEnd - 47, kEvents, 1, kCount}), kFault);
  EXPECT_EQ(call("poll_oneoff", {kIn, kEnd - 31, 1, kCount}), kFault);
  EXPECT_EQ(call("poll_oneoff", {kIn, kEvents, 1, kEnd - 3}), kFault);
}

TEST_F(PollTest, AnAbandonedPollLeavesNothingBehind) {
  put_clock(0, 1, 1, 100, false);
  put_fd(1, 2, 1, 0);
  {
    WaitingCall poll(*guest, "poll_oneoff", args(2));
    EXPECT_EQ(poll.run(), Outcome::kSuspended);
  }
  clock.advance(1'000);
  turn();
  in->push("x");
  EXPECT_EQ(wakes, 0);
}

TEST_F(PollTest, FilesAreAlwaysReady) {
  testing::ScratchDirectory scratch;
  scratch.write("f", "0123456789");
  ASSERT_TRUE(files.preopen(scratch.path(), "/").ok());
  start("wasi_snapshot_preview1");
  put_text(500, "f");
  EXPECT_EQ(call("path_open", {3, 0, 500, 1, 0, 2, 0, 0, 504}), kSuccess);
  const uint32_t fd = get<uint32_t>(504);
  EXPECT_EQ(call("fd_seek", {fd, 4, 0, 512}), kSuccess);
  put_fd(0, 1, 1, fd);
  put_fd(1, 2, 2, fd);  // open for reading only
  put_fd(2, 3, 1, 3);   // a directory
  EXPECT_EQ(call("poll_oneoff", args(3)), kSuccess);
  EXPECT_EQ(count(), 3U);
  EXPECT_EQ(error(0), kSuccess);
  EXPECT_EQ(get<uint64_t>(kEvents + 16), 6U);
  EXPECT_EQ(error(1), kBadf);
  EXPECT_EQ(get<uint64_t>(kEvents + 32 + 16), 0U);
  EXPECT_EQ(error(2), kBadf);
}

TEST_F(PollTest, UnstableClocksHaveAnIdentifierFirst) {
  start("wasi_unstable");
  put<uint64_t>(0, 11);
  put<uint64_t>(16, 0xffff'ffff'ffff);  // the identifier
  put<uint32_t>(24, 1);
  put<uint64_t>(32, 100);
  WaitingCall poll(*guest, "poll_oneoff", args(1));
  EXPECT_EQ(poll.run(), Outcome::kSuspended);
  clock.advance(100);
  turn();
  EXPECT_EQ(poll.run(), Outcome::kReturned);
  EXPECT_EQ(userdata(0), 11U);
  EXPECT_EQ(error(0), kSuccess);
}

}  // namespace
}  // namespace tappet::wasi::test
