#include "net/io/tcp_race.h"

#include <gtest/gtest.h>

#include "net/io/tcp_listener.h"
#include "tests/unit/net/io/stream_tools.h"

namespace tappet::net {
namespace {

using Outcome = Poll<Result<std::unique_ptr<TcpStream>, IoError>>;

SocketAddress address(std::string_view ip, uint16_t port = 1) {
  return *SocketAddress::from_ip(ip, port);
}

TEST(AttemptsAtAddresses, TakeTurnsBetweenFamilies) {
  const auto order = [](std::vector<std::string_view> ips) {
    std::vector<SocketAddress> addresses;
    for (const std::string_view ip : ips) addresses.push_back(address(ip));
    std::string text;
    for (const SocketAddress& one : take_turns(addresses)) text += one.ip_text() + " ";
    return text;
  };
  EXPECT_EQ(order({"::1", "::2", "::3", "1.1.1.1", "2.2.2.2"}), "::1 1.1.1.1 ::2 2.2.2.2 ::3 ");
  EXPECT_EQ(order({"1.1.1.1", "2.2.2.2", "::1"}), "1.1.1.1 ::1 2.2.2.2 ");
  EXPECT_EQ(order({"::2", "::1"}), "::2 ::1 ");
}

class TcpRaceTest : public ::testing::Test {
 protected:
  // Listens; connections are made by the kernel.
  SocketAddress good(std::string_view ip) {
    auto made = TcpListener::listen(*loop_, address(ip, 0));
    EXPECT_TRUE(made.ok()) << made.error().to_string();
    listeners_.push_back(std::move(*made));
    return listeners_.back()->address();
  }
  // Nobody listens.
  SocketAddress refusing(std::string_view ip) {
    const SocketAddress free = good(ip);
    listeners_.pop_back();
    turn();
    return free;
  }
  // A queue of connections that is full: the kernel answers no further one.
  SocketAddress silent(std::string_view ip) {
    auto made = TcpListener::listen(*loop_, address(ip, 0), {.backlog = 0});
    EXPECT_TRUE(made.ok()) << made.error().to_string();
    listeners_.push_back(std::move(*made));
    const SocketAddress full = listeners_.back()->address();
    fillers_.push_back(std::make_unique<TcpConnect>(*loop_, full, kNever));
    EXPECT_TRUE(run_until(*loop_, [&] { return fillers_.back()->try_get().has_value(); }));
    return full;
  }
  void turn() { loop_->turn(Loop::Wait::kNone); }
  std::string run(const std::vector<SocketAddress>& addresses, uint64_t timeout_ns) {
    TcpRace race(*loop_, addresses, timeout_ns, spare_);
    Outcome outcome;
    const uint64_t begin = loop_->now();
    if (!run_until(*loop_, [&] { return (outcome = race.try_get()).has_value(); })) return "late";
    took_ = loop_->now() - begin;
    return outcome->ok() ? (**outcome)->remote().to_string() : outcome->error().to_string();
  }

  std::unique_ptr<Loop> loop_ = std::move(Loop::create().value());
  std::vector<std::unique_ptr<TcpListener>> listeners_;
  std::vector<std::unique_ptr<TcpConnect>> fillers_;
  Ref<Budget> spare_;
  uint64_t took_ = 0;
};

TEST_F(TcpRaceTest, TheOtherFamilyHasAChanceAfterAMoment) {
  const SocketAddress v6 = silent("::1");
  const SocketAddress other_v6 = silent("::1");
  const SocketAddress v4 = good("127.0.0.1");
  EXPECT_EQ(run({v6, other_v6, v4}, 60 * kSecond), v4.to_string());
  EXPECT_GE(took_, TcpRace::kDelay);
}

TEST_F(TcpRaceTest, ASlowWinnerIsNotGivenUp) {
  const SocketAddress v6 = silent("::1");
  const SocketAddress v4 = refusing("127.0.0.1");
  TcpRace race(*loop_, {v6, v4}, 60 * kSecond);
  // Room in the queue: what the kernel has dropped it gets again within seconds.
  ASSERT_TRUE(run_until(*loop_, [&] { return listeners_.front()->try_accept().has_value(); }));
  Outcome outcome;
  ASSERT_TRUE(run_until(*loop_, [&] { return (outcome = race.try_get()).has_value(); }));
  ASSERT_TRUE(outcome->ok()) << outcome->error().to_string();
  EXPECT_EQ((**outcome)->remote().to_string(), v6.to_string());
}

TEST_F(TcpRaceTest, FailuresDoNotWaitForTheMoment) {
  // The clock stands still, so nothing is due.
  ManualClock clock;
  loop_ = std::move(Loop::create(&clock).value());
  const SocketAddress v6 = refusing("::1");
  const SocketAddress v4 = good("127.0.0.1");
  TcpRace race(*loop_, {v6, v4}, 60 * kSecond);
  Outcome outcome;
  const uint64_t limit = SystemClock().monotonic_ns() + 60 * kSecond;
  while (!outcome && SystemClock().monotonic_ns() < limit) {
    turn();
    outcome = race.try_get();
  }
  ASSERT_TRUE(outcome && outcome->ok());
  EXPECT_EQ((**outcome)->remote().to_string(), v4.to_string());
}

TEST_F(TcpRaceTest, FailsWhenAllHaveFailed) {
  const SocketAddress v6 = refusing("::1");
  const SocketAddress v4 = refusing("127.0.0.1");
  EXPECT_EQ(run({v6, v4, v6, v4, v6, v4, v6, v4, v6, v4}, 60 * kSecond),
            "connection refused (ECONNREFUSED)");
}

TEST_F(TcpRaceTest, FailsWhenTheTimeIsOver) {
  const SocketAddress v6 = silent("::1");
  const SocketAddress v4 = silent("127.0.0.1");
  EXPECT_EQ(run({v6, v4}, 600 * kMillisecond), "connection timed out (ETIMEDOUT)");
  EXPECT_GE(took_, 600 * kMillisecond);
}

TEST_F(TcpRaceTest, ManySilentAddressesLeaveTheOthersTheirTime) {
  const SocketAddress v4 = silent("127.0.0.1");
  std::vector<SocketAddress> addresses(TcpRace::kMostAtOnce, v4);
  addresses.push_back(good("127.0.0.1"));
  EXPECT_EQ(run(addresses, 5 * kSecond), addresses.back().to_string());
}

TEST_F(TcpRaceTest, WithoutRoomOneAtATime) {
  const SocketAddress v6 = silent("::1");
  const SocketAddress v4 = good("127.0.0.1");
  const SocketAddress closed = refusing("127.0.0.1");
  spare_ = make_ref<Budget>(BudgetLimits{.sockets = 0});
  run({v6, v4}, 2 * TcpRace::kDelay);
  EXPECT_GE(took_, 2 * TcpRace::kDelay);
  EXPECT_EQ(run({closed, v4}, 60 * kSecond), v4.to_string());
  spare_ = make_ref<Budget>(BudgetLimits{.sockets = 1});
  EXPECT_EQ(run({v6, v4}, 60 * kSecond), v4.to_string());
  EXPECT_EQ(spare_->sockets(), 0U);
}

TEST_F(TcpRaceTest, RoomMayComeLater) {
  const SocketAddress v6 = silent("::1");
  const SocketAddress v4 = good("127.0.0.1");
  spare_ = make_ref<Budget>(BudgetLimits{.sockets = 1});
  spare_->take_socket();
  Timer later(*loop_, [&] { spare_->give_back_socket(); });
  later.set_after(2 * TcpRace::kDelay);
  EXPECT_EQ(run({v6, v4}, 60 * kSecond), v4.to_string());
  EXPECT_GE(took_, 2 * TcpRace::kDelay);
}

}  // namespace
}  // namespace tappet::net
