// sock_*, with clients of this process.
#include <sys/socket.h>
#include <unistd.h>

#include "tests/unit/wasi/p1/files_fixture.h"
#include "wasi/host/socket.h"

namespace tappet::wasi::test {
namespace {

class SocketsTest : public FilesTest {
 protected:
  static constexpr uint64_t kListener = 3;
  static constexpr uint64_t kDirectory = 4;

  SocketsTest() {
    const auto loopback = net::SocketAddress::from_ip("127.0.0.1", 0);
    listener = Socket::listen(*loop, *loopback).value();
    listeners = {&listener, 1};
    start("wasi_snapshot_preview1");
  }

  // A client's end of a connection.
  net::Fd connect() const {
    const net::SocketAddress address = listener->address();
    net::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(fd.get(), address.raw(), address.raw_size()), 0);
    return fd;
  }
  uint64_t accepted() {
    EXPECT_EQ(call("sock_accept", {kListener, 0, kResult}), kSuccess);
    return get<uint32_t>(kResult);
  }
  static void say(const net::Fd& client, std::string_view text) {
    EXPECT_EQ(::send(client.get(), text.data(), text.size(), 0), static_cast<ssize_t>(text.size()));
  }
  static std::string hear(const net::Fd& client) {
    char buffer[100];
    const ssize_t count = ::recv(client.get(), buffer, sizeof buffer, 0);
    return count < 0 ? "error" : std::string(buffer, static_cast<size_t>(count));
  }
  std::vector<uint64_t> receiving(uint64_t fd, uint32_t most, uint64_t flags) {
    put_buffer(kIovec, kData, most);
    return {fd, kIovec, 1, flags, kResult, kResult + 4};
  }
  std::string receive(uint64_t fd, uint32_t most, uint64_t flags = 0) {
    last = call("sock_recv", receiving(fd, most, flags));
    return last == kSuccess ? text(kData, get<uint32_t>(kResult)) : "";
  }
  size_t send(uint64_t fd, std::string_view bytes) {
    put_text(kData, bytes);
    put_buffer(kIovec, kData, static_cast<uint32_t>(bytes.size()));
    last = call("sock_send", {fd, kIovec, 1, 0, kResult});
    return last == kSuccess ? get<uint32_t>(kResult) : 0;
  }
  // Turns the loop until the guest is to go on.
  void wait_for_wake() {
    while (wakes == 0) loop->turn(net::Loop::Wait::kForEvent);
    wakes = 0;
  }

  std::shared_ptr<Socket> listener;
};

TEST_F(SocketsTest, AConversation) {
  const net::Fd client = connect();
  const uint64_t fd = accepted();
  EXPECT_EQ(fd, 5U);
  say(client, "hello");
  EXPECT_EQ(receive(fd, 3), "hel");
  EXPECT_EQ(get<uint16_t>(kResult + 4), 0U);
  EXPECT_EQ(receive(fd, 10), "lo");
  EXPECT_EQ(send(fd, "good day"), 8U);
  EXPECT_EQ(hear(client), "good day");
  say(client, "again");
  EXPECT_EQ(read(fd, 10), "again");
  EXPECT_EQ(write(fd, "yes"), 3U);
  EXPECT_EQ(hear(client), "yes");
  EXPECT_EQ(call("fd_close", {fd}), kSuccess);
  EXPECT_EQ(hear(client), "");
}

TEST_F(SocketsTest, AcceptingWaitsUnlessItIsNotTo) {
  WaitingCall accept(*guest, "sock_accept", {kListener, 4, kResult});
  EXPECT_EQ(accept.run(), Outcome::kSuspended);
  const net::Fd client = connect();
  wait_for_wake();
  EXPECT_EQ(accept.run(), Outcome::kReturned);
  EXPECT_EQ(accept.result(), kSuccess);
  const uint64_t fd = get<uint32_t>(kResult);
  (void)receive(fd, 10);
  EXPECT_EQ(last, kAgain);
  EXPECT_EQ(call("fd_fdstat_get", {fd, 400}), kSuccess);
  EXPECT_EQ(get<uint8_t>(400), 6U);
  EXPECT_EQ(get<uint16_t>(402), 4U);
  EXPECT_EQ(call("fd_fdstat_set_flags", {kListener, 4}), kSuccess);
  EXPECT_EQ(call("sock_accept", {kListener, 0, kResult}), kAgain);
}

TEST_F(SocketsTest, ReceivingWaitsForSomethingOrForAll) {
  const net::Fd client = connect();
  const uint64_t fd = accepted();
  WaitingCall some(*guest, "sock_recv", receiving(fd, 6, 0));
  EXPECT_EQ(some.run(), Outcome::kSuspended);
  say(client, "abc");
  wait_for_wake();
  EXPECT_EQ(some.run(), Outcome::kReturned);
  EXPECT_EQ(text(kData, get<uint32_t>(kResult)), "abc");
  say(client, "peek");
  EXPECT_EQ(receive(fd, 6, 1), "peek");
  WaitingCall all(*guest, "sock_recv", receiving(fd, 6, 2));
  EXPECT_EQ(all.run(), Outcome::kSuspended);
  say(client, "ed!?");
  wait_for_wake();
  EXPECT_EQ(all.run(), Outcome::kReturned);
  EXPECT_EQ(text(kData, get<uint32_t>(kResult)), "peeked");
  EXPECT_EQ(::shutdown(client.get(), SHUT_WR), 0);
  EXPECT_EQ(receive(fd, 6, 2), "!?");
  EXPECT_EQ(receive(fd, 6, 2), "");
  EXPECT_EQ(last, kSuccess);
}

TEST_F(SocketsTest, SendingWaitsForRoom) {
  const net::Fd client = connect();
  const uint64_t fd = accepted();
  EXPECT_EQ(call("fd_fdstat_set_flags", {fd, 4}), kSuccess);
  put_buffer(kIovec, 0, 60'000);
  uint64_t sent = 0;
  while (call("sock_send", {fd, kIovec, 1, 0, kResult}) == kSuccess) sent += get<uint32_t>(kResult);
  EXPECT_EQ(call("fd_write", {fd, kIovec, 1, kResult}), kAgain);
  EXPECT_EQ(call("fd_fdstat_set_flags", {fd, 0}), kSuccess);
  WaitingCall more(*guest, "sock_send", {fd, kIovec, 1, 0, kResult});
  EXPECT_EQ(more.run(), Outcome::kSuspended);
  std::vector<char> sink(sent);
  for (size_t got = 0; got < sent;) {
    const ssize_t count = ::recv(client.get(), sink.data(), sink.size(), 0);
    ASSERT_GT(count, 0);
    got += static_cast<size_t>(count);
  }
  wait_for_wake();
  EXPECT_EQ(more.run(), Outcome::kReturned);
  EXPECT_EQ(more.result(), kSuccess);
  EXPECT_GT(get<uint32_t>(kResult), 0U);
}

TEST_F(SocketsTest, ShuttingDown) {
  const net::Fd client = connect();
  const uint64_t fd = accepted();
  EXPECT_EQ(call("sock_shutdown", {fd, 2}), kSuccess);
  EXPECT_EQ(hear(client), "");
  EXPECT_EQ(send(fd, "x"), 0U);
  EXPECT_EQ(last, kPipe);
  say(client, "still");
  EXPECT_EQ(receive(fd, 10), "still");
  EXPECT_EQ(call("sock_shutdown", {fd, 1}), kSuccess);
  EXPECT_EQ(receive(fd, 10), "");
  EXPECT_EQ(call("sock_shutdown", {fd, 0}), kInval);
  EXPECT_EQ(call("sock_shutdown", {fd, 4}), kInval);
}

TEST_F(SocketsTest, ListenersComeBeforeDirectoriesAndAreNone) {
  EXPECT_EQ(call("fd_prestat_get", {kListener, 400}), kSuccess);
  EXPECT_EQ(get<uint8_t>(400), 1U);
  const std::string address = listener->address().to_string();
  EXPECT_EQ(call("fd_prestat_dir_name", {kListener, 500, 100}), kSuccess);
  EXPECT_EQ(text(500, address.size()), address);
  EXPECT_EQ(call("fd_prestat_get", {kDirectory, 400}), kSuccess);
  EXPECT_EQ(get<uint8_t>(400), 0U);
  EXPECT_EQ(open("f", {.directory = kListener}), kNotdir);
  EXPECT_EQ(call("fd_seek", {kListener, 0, 0, kResult}), kSpipe);
  EXPECT_EQ(call("fd_filestat_get", {kListener, 400}), kSuccess);
  EXPECT_EQ(get<uint8_t>(416), 6U);
  (void)receive(kListener, 10);
  EXPECT_EQ(last, kNotconn);
  const net::Fd client = connect();
  EXPECT_EQ(call("fd_prestat_get", {accepted(), 400}), kBadf);
}

TEST_F(SocketsTest, ErrorsOfSockets) {
  for (const uint64_t fd : {uint64_t{1}, kDirectory}) {
    EXPECT_EQ(call("sock_accept", {fd, 0, kResult}), kNotsock);
    EXPECT_EQ(call("sock_recv", {fd, kIovec, 0, 0, kResult, kResult}), kNotsock);
    EXPECT_EQ(call("sock_send", {fd, kIovec, 0, 0, kResult}), kNotsock);
    EXPECT_EQ(call("sock_shutdown", {fd, 1}), kNotsock);
  }
  EXPECT_EQ(call("sock_accept", {99, 0, kResult}), kBadf);
  EXPECT_EQ(call("sock_recv", {99, kIovec, 0, 0, kResult, kResult}), kBadf);
  EXPECT_EQ(call("sock_send", {99, kIovec, 0, 0, kResult}), kBadf);
  EXPECT_EQ(call("sock_shutdown", {99, 1}), kBadf);
  EXPECT_EQ(call("sock_accept", {kListener, 1, kResult}), kInval);
  const net::Fd client = connect();
  EXPECT_EQ(call("sock_accept", {kListener, 0, kEnd - 3}), kFault);
  const uint64_t fd = accepted();
  EXPECT_EQ(call("sock_accept", {fd, 0, kResult}), kInval);
  EXPECT_EQ(call("sock_recv", {fd, kIovec, 1, 4, kResult, kResult + 4}), kInval);
  EXPECT_EQ(call("sock_recv", {fd, kIovec, 1, 0, kResult, kEnd - 1}), kFault);
  EXPECT_EQ(call("sock_recv", {fd, kIovec, 1, 0, kEnd - 3, kResult}), kFault);
  EXPECT_EQ(call("sock_recv", {fd, kEnd - 7, 1, 0, kResult, kResult + 4}), kFault);
  EXPECT_EQ(call("sock_send", {fd, kIovec, 1, 1, kResult}), kInval);
  put_buffer(kIovec, kEnd - 1, 2);
  EXPECT_EQ(call("sock_send", {fd, kIovec, 1, 0, kResult}), kFault);
}

TEST_F(SocketsTest, PollingTellsWhatIsReady) {
  constexpr uint64_t kEvents = 4096;
  const auto subscribe = [&](uint64_t at, uint8_t type, uint64_t fd) {
    put<uint8_t>(at + 8, type);
    put<uint32_t>(at + 16, static_cast<uint32_t>(fd));
  };
  subscribe(0, 1, kListener);
  WaitingCall poll(*guest, "poll_oneoff", {0, kEvents, 1, kResult});
  EXPECT_EQ(poll.run(), Outcome::kSuspended);
  const net::Fd client = connect();
  wait_for_wake();
  EXPECT_EQ(poll.run(), Outcome::kReturned);
  EXPECT_EQ(get<uint32_t>(kResult), 1U);
  const uint64_t fd = accepted();
  subscribe(0, 1, fd);
  subscribe(48, 2, fd);
  EXPECT_EQ(call("poll_oneoff", {0, kEvents, 2, kResult}), kSuccess);
  EXPECT_EQ(get<uint32_t>(kResult), 1U);
  EXPECT_EQ(get<uint8_t>(kEvents + 10), 2U);
}

}  // namespace
}  // namespace tappet::wasi::test
