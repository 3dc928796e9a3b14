// Real sockets on the loopback interface.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <ctime>

#include "net/io/tcp_connect.h"
#include "net/io/tcp_listener.h"
#include "tests/unit/net/io/stream_tools.h"

namespace tappet::net {
namespace {

class TcpTest : public ::testing::Test {
 protected:
  void listen(const char* ip) {
    auto made = TcpListener::listen(*loop_, *SocketAddress::from_ip(ip, 0));
    ASSERT_TRUE(made.ok()) << made.error().to_string();
    listener_ = std::move(made.value());
  }

  // A connection's two ends.
  void connect() {
    TcpConnect attempt(*loop_, listener_->address(), 5 * kSecond);
    Poll<Result<std::unique_ptr<TcpStream>, IoError>> outcome;
    ASSERT_TRUE(run_until(*loop_, [&] {
      if (!outcome) outcome = attempt.try_get();
      if (!server_) server_ = listener_->try_accept().value_or(nullptr);
      return outcome && server_;
    }));
    ASSERT_TRUE(outcome->ok());
    client_ = std::move(outcome->value());
  }

  std::string read_some(ByteStream& stream) {
    std::string text;
    run_until(*loop_, [&] { return (text = read(stream)) != kNothingYet; });
    return text;
  }

  std::unique_ptr<Loop> loop_ = std::move(Loop::create().value());
  std::unique_ptr<TcpListener> listener_;
  std::unique_ptr<TcpStream> client_;
  std::unique_ptr<TcpStream> server_;
};

TEST_F(TcpTest, CarriesBytesOverIpv4AndIpv6) {
  for (const char* ip : {"127.0.0.1", "::1"}) {
    listen(ip);
    connect();
    EXPECT_EQ(server_->remote(), client_->local());
    EXPECT_EQ(server_->remote().ip_text(), ip);
    EXPECT_EQ(write(*client_, "ping"), 4u);
    EXPECT_EQ(read_some(*server_), "ping");
    EXPECT_EQ(write(*server_, "pong"), 4u);
    EXPECT_EQ(read_some(*client_), "pong");
    server_.reset();
    EXPECT_EQ(read_some(*client_), kEnd);
  }
}

TEST_F(TcpTest, HoldsWritersBackAndLosesNothing) {
  listen("127.0.0.1");
  connect();
  const std::string data = [] {
    std::string text(8 << 20, '\0');
    for (size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>(i * 31 + (i >> 12));
    return text;
  }();
  size_t sent = 0;
  std::string got;
  bool blocked = false;
  ASSERT_TRUE(run_until(*loop_, [&] {
    for (size_t part = 1; part != 0 && sent < data.size();) {
      part = write(*client_, std::string_view(data).substr(sent));
      sent += part;
      blocked = blocked || part == 0;
    }
    std::string piece = read(*server_);
    if (piece != kNothingYet) got += piece;
    return got.size() == data.size();
  }));
  EXPECT_TRUE(blocked);
  EXPECT_TRUE(got == data);
}

TEST_F(TcpTest, WakesTheWriterWhenThereIsRoomAgain) {
  listen("127.0.0.1");
  connect();
  const std::string block(1 << 20, 'x');
  while (write(*client_, block) > 0) {
  }
  int woken = 0;
  Waker waker([&] { ++woken; });
  client_->writable().add(waker);
  EXPECT_TRUE(run_until(*loop_, [&] {
    read(*server_);
    return woken > 0;
  }));
}

TEST_F(TcpTest, EndsOneDirectionAtATime) {
  listen("127.0.0.1");
  connect();
  write(*client_, "question");
  client_->shutdown();
  EXPECT_FALSE(client_->try_write(std::vector{as_bytes("more")}).ok());
  EXPECT_EQ(read_some(*server_), "question");
  EXPECT_EQ(read_some(*server_), kEnd);
  EXPECT_FALSE(server_->broken());
  write(*server_, "answer");
  server_->shutdown();
  EXPECT_EQ(read_some(*client_), "answer");
  EXPECT_EQ(read_some(*client_), kEnd);
  EXPECT_FALSE(client_->broken());
}

TEST_F(TcpTest, DoesNotSpinWhenBothDirectionsHaveEnded) {
  listen("127.0.0.1");
  connect();
  write(*client_, "unread");
  client_->shutdown();
  server_->shutdown();
  for (int i = 0; i < 10; ++i) loop_->turn(Loop::Wait::kNone);
  Timer timer(*loop_, [&] { loop_->stop(); });
  timer.set_after(50 * kMillisecond);
  const clock_t before = std::clock();
  loop_->run();
  EXPECT_LT(std::clock() - before, CLOCKS_PER_SEC / 50);
}

TEST_F(TcpTest, NoticesAResetWhileNobodyReads) {
  listen("127.0.0.1");
  connect();
  bool closed = false;
  Waker waker([&] { closed = true; });
  server_->closed().add(waker);
  write(*client_, "unread");
  for (int i = 0; i < 3; ++i) loop_->turn(Loop::Wait::kNone);
  client_->abort();
  EXPECT_TRUE(run_until(*loop_, [&] { return closed; }));
  EXPECT_TRUE(server_->broken());
  EXPECT_EQ(read(*server_), "unread");  // said before it went
  EXPECT_EQ(read(*server_), kBroken);
  EXPECT_TRUE(client_->broken());
}

TEST_F(TcpTest, LastWordsAreHeardThoughWritingFailsFirst) {
  listen("127.0.0.1");
  connect();
  write(*client_, "too large");
  EXPECT_EQ(write(*server_, "unread"), 6u);
  client_->abort();
  EXPECT_EQ(write(*server_, "more"), SIZE_MAX);
  EXPECT_EQ(read(*server_), "too large");
  EXPECT_EQ(read(*server_), kBroken);
}

TEST_F(TcpTest, NoticesAResetAfterTheEnd) {
  listen("127.0.0.1");
  connect();
  client_.reset();  // an orderly end, until something is sent there
  EXPECT_EQ(read_some(*server_), kEnd);
  EXPECT_FALSE(server_->broken());
  write(*server_, "anybody there?");
  EXPECT_TRUE(run_until(*loop_, [&] { return server_->broken(); }));
}

TEST_F(TcpTest, AStreamMayGoWhileItIsWoken) {
  listen("127.0.0.1");
  connect();
  Waker waker([&] { server_.reset(); });
  server_->readable().add(waker);
  write(*client_, "x");
  EXPECT_TRUE(run_until(*loop_, [&] { return server_ == nullptr; }));
}

TEST_F(TcpTest, ConnectingFailsWithTheReason) {
  listen("127.0.0.1");
  const SocketAddress address = listener_->address();
  listener_.reset();
  TcpConnect refused(*loop_, address, 5 * kSecond);
  Poll<Result<std::unique_ptr<TcpStream>, IoError>> outcome;
  ASSERT_TRUE(run_until(*loop_, [&] { return (outcome = refused.try_get()).has_value(); }));
  ASSERT_FALSE(outcome->ok());
  EXPECT_EQ(outcome->error().kind, IoErrorKind::kRefused);
  EXPECT_EQ(outcome->error().to_string(), "connection refused (ECONNREFUSED)");
}

TEST_F(TcpTest, ConnectingTimesOut) {
  // A listener with the shortest backlog that never accepts: the kernel soon ignores newcomers.
  auto made = TcpListener::listen(*loop_, *SocketAddress::from_ip("127.0.0.1", 0), {.backlog = 0});
  ASSERT_TRUE(made.ok());
  std::vector<std::unique_ptr<TcpConnect>> attempts;
  for (int i = 0; i < 8; ++i) {
    attempts.push_back(
        std::make_unique<TcpConnect>(*loop_, (*made)->address(), 100 * kMillisecond));
  }
  int timed_out = 0;
  for (const auto& attempt : attempts) {
    Poll<Result<std::unique_ptr<TcpStream>, IoError>> outcome;
    ASSERT_TRUE(run_until(*loop_, [&] { return (outcome = attempt->try_get()).has_value(); }));
    if (outcome->ok()) continue;
    EXPECT_EQ(outcome->error().kind, IoErrorKind::kTimedOut);
    ++timed_out;
  }
  EXPECT_GT(timed_out, 0);
}

TEST_F(TcpTest, TheSameAddressCannotBeListenedOnTwiceButSoonAfter) {
  listen("127.0.0.1");
  const SocketAddress address = listener_->address();
  EXPECT_FALSE(TcpListener::listen(*loop_, address).ok());
  connect();
  server_.reset();  // the server ends first: its address lingers in the kernel
  listener_.reset();
  EXPECT_TRUE(TcpListener::listen(*loop_, address).ok());
}

TEST_F(TcpTest, SeveralListenersShareAPortIfTheyAgree) {
  const ListenOptions shared{.reuse_port = true};
  auto first = TcpListener::listen(*loop_, *SocketAddress::from_ip("127.0.0.1", 0), shared);
  ASSERT_TRUE(first.ok());
  EXPECT_TRUE(TcpListener::listen(*loop_, (*first)->address(), shared).ok());
}

TEST_F(TcpTest, WithoutDescriptorsAcceptingPausesAndGoesOn) {
  listen("127.0.0.1");
  TcpConnect attempt(*loop_, listener_->address(), 5 * kSecond);
  ASSERT_TRUE(run_until(*loop_, [&] {
    auto outcome = attempt.try_get();
    if (outcome) client_ = std::move(outcome->value());
    return client_ != nullptr;
  }));
  rlimit old{};
  getrlimit(RLIMIT_NOFILE, &old);
  const int next = ::dup(0);
  ::close(next);
  rlimit low = old;
  low.rlim_cur = static_cast<rlim_t>(next);
  setrlimit(RLIMIT_NOFILE, &low);

  EXPECT_FALSE(listener_->try_accept().has_value());
  EXPECT_EQ(listener_->pauses(), 1u);
  int woken = 0;
  Waker waker([&] { ++woken; });
  listener_->acceptable().add(waker);
  Timer timer(*loop_, [&] { loop_->stop(); });
  timer.set_after(30 * kMillisecond);
  loop_->run();
  EXPECT_EQ(woken, 0);  // the client waits in the backlog, and nobody spins

  setrlimit(RLIMIT_NOFILE, &old);
  EXPECT_TRUE(run_until(*loop_, [&] { return woken == 1; }));
  EXPECT_TRUE(listener_->try_accept().has_value());
}

}  // namespace
}  // namespace tappet::net
