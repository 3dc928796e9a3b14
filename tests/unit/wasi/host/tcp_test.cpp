// The states of TCP sockets, and connections of this process with itself.
#include "wasi/host/tcp.h"

#include "tests/unit/wasi/host/network_fixture.h"
#include "wasi/host/socket_settings.h"

namespace tappet::wasi {
namespace {

using enum SocketError;
using testing::Connected;
using testing::NetworkTest;

class Tcp : public NetworkTest {
 protected:
  // What every state that is none of theirs answers.
  static void expect_nothing_in_progress(TcpSocket& socket) {
    EXPECT_EQ(socket.finish_bind().error(), kNotInProgress);
    EXPECT_EQ(socket.finish_connect().error(), kNotInProgress);
    EXPECT_EQ(socket.finish_listen().error(), kNotInProgress);
  }
  void expect_conflicts(TcpSocket& socket) {
    EXPECT_EQ(socket.start_bind(*network, address("127.0.0.1")).error(), kConcurrencyConflict);
    EXPECT_EQ(socket.start_connect(*network, address("127.0.0.1", 1)).error(),
              kConcurrencyConflict);
    EXPECT_EQ(socket.start_listen().error(), kConcurrencyConflict);
  }
};

TEST_F(Tcp, Unbound) {
  const auto socket = tcp();
  expect_nothing_in_progress(*socket);
  EXPECT_TRUE(socket->ready());
  EXPECT_EQ(socket->start_listen().error(), kInvalidState);
  EXPECT_EQ(socket->accept().error(), kInvalidState);
  EXPECT_EQ(socket->shutdown(true, true).error(), kInvalidState);
  EXPECT_EQ(socket->local_address().error(), kInvalidState);
  EXPECT_EQ(socket->remote_address().error(), kInvalidState);
  EXPECT_FALSE(socket->is_listening());
  EXPECT_TRUE(socket->set_listen_backlog_size(32).ok());
}

TEST_F(Tcp, BindInProgressAndBound) {
  const auto socket = tcp();
  ASSERT_TRUE(socket->start_bind(*network, address("127.0.0.1")).ok());
  expect_conflicts(*socket);
  EXPECT_EQ(socket->local_address().error(), kInvalidState);
  ASSERT_TRUE(socket->finish_bind().ok());
  expect_nothing_in_progress(*socket);
  EXPECT_EQ(socket->local_address()->ip_text(), "127.0.0.1");
  EXPECT_NE(socket->local_address()->port(), 0);
  EXPECT_EQ(socket->start_bind(*network, address("127.0.0.1")).error(), kInvalidState);
  EXPECT_EQ(socket->remote_address().error(), kInvalidState);
  EXPECT_EQ(socket->accept().error(), kInvalidState);
}

TEST_F(Tcp, ListenInProgressAndListening) {
  const auto socket = tcp();
  ASSERT_TRUE(socket->start_bind(*network, address("127.0.0.1")).ok());
  ASSERT_TRUE(socket->finish_bind().ok());
  ASSERT_TRUE(socket->start_listen().ok());
  expect_conflicts(*socket);
  EXPECT_FALSE(socket->is_listening());
  EXPECT_EQ(socket->accept().error(), kInvalidState);
  ASSERT_TRUE(socket->finish_listen().ok());
  expect_nothing_in_progress(*socket);
  EXPECT_TRUE(socket->is_listening());
  EXPECT_EQ(socket->start_listen().error(), kInvalidState);
  EXPECT_EQ(socket->start_bind(*network, address("127.0.0.1")).error(), kInvalidState);
  EXPECT_EQ(socket->start_connect(*network, address("127.0.0.1", 1)).error(), kInvalidState);
  EXPECT_EQ(socket->shutdown(true, true).error(), kInvalidState);
  EXPECT_EQ(socket->accept().error(), kWouldBlock);
  EXPECT_FALSE(socket->ready());
  EXPECT_TRUE(socket->set_listen_backlog_size(UINT64_MAX).ok());
  EXPECT_EQ(socket->set_listen_backlog_size(0).error(), kInvalidArgument);
}

TEST_F(Tcp, AddressesThatCannotBeBound) {
  const auto v4 = tcp();
  const auto v6 = tcp(true);
  EXPECT_EQ(v4->start_bind(*network, address("::1")).error(), kInvalidArgument);
  EXPECT_EQ(v6->start_bind(*network, address("127.0.0.1")).error(), kInvalidArgument);
  EXPECT_EQ(v6->start_bind(*network, address("::ffff:127.0.0.1")).error(), kInvalidArgument);
  EXPECT_EQ(v4->start_bind(*network, address("224.0.0.1")).error(), kInvalidArgument);
  EXPECT_EQ(v4->start_bind(*network, address("255.255.255.255")).error(), kInvalidArgument);
  EXPECT_EQ(v6->start_bind(*network, address("ff02::1")).error(), kInvalidArgument);
  EXPECT_EQ(v4->start_bind(*network, address("192.0.2.1")).error(), kAddressNotBindable);
  const auto other = listener();
  EXPECT_EQ(v4->start_bind(*network, other->local_address().value()).error(), kAddressInUse);
  // A bind that failed can be tried again.
  EXPECT_TRUE(v4->start_bind(*network, address("127.0.0.1")).ok());
}

TEST_F(Tcp, AddressesThatCannotBeReached) {
  const auto v4 = tcp();
  const auto v6 = tcp(true);
  const auto attempt = [&](TcpSocket& socket, std::string_view ip, uint16_t port) {
    return socket.start_connect(*network, address(ip, port)).error();
  };
  EXPECT_EQ(attempt(*v4, "::1", 80), kInvalidArgument);
  EXPECT_EQ(attempt(*v6, "127.0.0.1", 80), kInvalidArgument);
  EXPECT_EQ(attempt(*v6, "::ffff:127.0.0.1", 80), kInvalidArgument);
  EXPECT_EQ(attempt(*v4, "0.0.0.0", 80), kInvalidArgument);
  EXPECT_EQ(attempt(*v6, "::", 80), kInvalidArgument);
  EXPECT_EQ(attempt(*v4, "127.0.0.1", 0), kInvalidArgument);
  EXPECT_EQ(attempt(*v4, "224.0.0.1", 80), kInvalidArgument);
  EXPECT_EQ(attempt(*v4, "255.255.255.255", 80), kInvalidArgument);
  EXPECT_EQ(attempt(*v6, "ff02::1", 80), kInvalidArgument);
  // None of that was an attempt.
  const auto server = listener();
  EXPECT_TRUE(v4->start_connect(*network, server->local_address().value()).ok());
}

TEST_F(Tcp, IsBoundToOneNetwork) {
  const auto socket = tcp();
  ASSERT_TRUE(socket->start_bind(*network, address("127.0.0.1")).ok());
  ASSERT_TRUE(socket->finish_bind().ok());
  const auto server = listener();
  const auto other = network->for_another_guest();
  EXPECT_EQ(socket->start_connect(*other, server->local_address().value()).error(),
            kInvalidArgument);
  EXPECT_TRUE(socket->start_connect(*network, server->local_address().value()).ok());
}

TEST_F(Tcp, ARefusedConnectionClosesTheSocket) {
  const auto unused = tcp();
  ASSERT_TRUE(unused->start_bind(*network, address("127.0.0.1")).ok());
  ASSERT_TRUE(unused->finish_bind().ok());
  const auto socket = connecting_to(unused->local_address().value());
  expect_conflicts(*socket);
  turn_until(*socket);
  EXPECT_EQ(socket->finish_connect().error(), kConnectionRefused);
  expect_nothing_in_progress(*socket);
  EXPECT_TRUE(socket->ready());
  EXPECT_EQ(socket->start_connect(*network, address("127.0.0.1", 1)).error(), kInvalidState);
  EXPECT_EQ(socket->start_bind(*network, address("127.0.0.1")).error(), kInvalidState);
  EXPECT_EQ(socket->start_listen().error(), kInvalidState);
  EXPECT_EQ(socket->local_address().error(), kInvalidState);
  EXPECT_EQ(socket->socket().error(), kInvalidState);
  EXPECT_EQ(socket->set_listen_backlog_size(1).error(), kInvalidState);
}

TEST_F(Connected, State) {
  EXPECT_EQ(client->start_bind(*network, address("127.0.0.1")).error(), kInvalidState);
  EXPECT_EQ(client->start_connect(*network, address("127.0.0.1", 1)).error(), kInvalidState);
  EXPECT_EQ(client->finish_connect().error(), kNotInProgress);
  EXPECT_EQ(client->start_listen().error(), kInvalidState);
  EXPECT_EQ(client->accept().error(), kInvalidState);
  EXPECT_EQ(client->set_listen_backlog_size(1).error(), kInvalidState);
  EXPECT_EQ(client->local_address().value(), peer->remote_address().value());
  EXPECT_EQ(client->remote_address().value(), peer->local_address().value());
  EXPECT_TRUE(client->ready());
}

TEST_F(Connected, BytesGoBothWays) {
  EXPECT_TRUE(mine.in->read(10).value().empty());
  EXPECT_FALSE(mine.in->ready());
  ASSERT_TRUE(theirs.out->write({'a', 'b'}).ok());
  EXPECT_EQ(read(*mine.in, 2), "ab");
  ASSERT_TRUE(mine.out->write({'c'}).ok());
  EXPECT_EQ(read(*theirs.in, 1), "c");
}

TEST_F(Connected, DroppingTheOutputIsTheEnd) {
  ASSERT_TRUE(mine.out->write({'x'}).ok());
  mine.out.reset();
  EXPECT_EQ(read(*theirs.in, 9), "x.");
  EXPECT_FALSE(theirs.in->read(1).ok());
  ASSERT_TRUE(theirs.out->write({'y'}).ok());
  EXPECT_EQ(read(*mine.in, 1), "y");
}

TEST_F(Connected, Shutdown) {
  ASSERT_TRUE(client->shutdown(false, true).ok());
  ASSERT_TRUE(client->shutdown(false, true).ok());
  EXPECT_FALSE(mine.out->check_write().ok());
  EXPECT_FALSE(mine.out->write({'x'}).ok());
  EXPECT_EQ(read(*theirs.in, 9), ".");
  ASSERT_TRUE(theirs.out->write({'y'}).ok());
  ASSERT_TRUE(client->shutdown(true, false).ok());
  EXPECT_FALSE(mine.in->read(9).ok());
  EXPECT_TRUE(mine.in->ready());
  EXPECT_TRUE(client->shutdown(true, true).ok());
}

// Whoever waits for a stream hears of its end.
TEST_F(Connected, ShutdownWakes) {
  ASSERT_FALSE(mine.in->ready());
  int woken = 0;
  Waker waker([&] { ++woken; });
  mine.in->changed().add(waker);
  ASSERT_TRUE(client->shutdown(true, true).ok());
  EXPECT_EQ(woken, 1);
}

TEST_F(Connected, WaitingEndsWithBytes) {
  ASSERT_FALSE(mine.in->ready());
  int woken = 0;
  Waker waker([&] { ++woken; });
  mine.in->changed().add(waker);
  ASSERT_TRUE(theirs.out->write({'y'}).ok());
  while (woken == 0) loop->turn(net::Loop::Wait::kForEvent);
  EXPECT_TRUE(mine.in->ready());
}

TEST_F(Connected, ManyBytesArriveAlthoughNobodyHoldsTheSender) {
  size_t sent = 0;
  // Until the kernel takes no more, and then some.
  for (StreamResult<size_t> permit = mine.out->check_write(); *permit > 0;
       permit = mine.out->check_write()) {
    ASSERT_TRUE(mine.out->write(Bytes(*permit, 'x')).ok());
    sent += *permit;
  }
  EXPECT_FALSE(mine.out->ready());
  mine = {};
  client.reset();
  EXPECT_EQ(network->sockets(), 3U) << "it is still being written";
  std::string received = read(*theirs.in, sent + 1);
  EXPECT_EQ(received.size(), sent + 1);
  EXPECT_EQ(received.back(), '.');
  network->drain(UINT64_MAX);
  EXPECT_EQ(network->sockets(), 2U);
}

// What is not written when the guest has gone does not look whole.
TEST_F(Connected, WhatIsLostIsAReset) {
  // The kernel takes less than is buffered here.
  ASSERT_TRUE(set_buffer_size(**client->socket(), SocketOption::kSendBuffer, 4096).ok());
  ASSERT_TRUE(set_buffer_size(**peer->socket(), SocketOption::kReceiveBuffer, 4096).ok());
  for (int turns = 0; turns < 3; ++turns) {
    while (const size_t permit = *mine.out->check_write()) {
      ASSERT_TRUE(mine.out->write(Bytes(permit, 'x')).ok());
    }
    loop->turn(net::Loop::Wait::kNone);
  }
  mine = {};
  client.reset();
  network->drain(0);
  EXPECT_EQ(network->sockets(), 3U);
  network->abandon();
  EXPECT_EQ(network->sockets(), 2U);
  EXPECT_EQ(read(*theirs.in, SIZE_MAX).back(), '!');
}

TEST_F(Tcp, AResetIsAnErrorOnce) {
  const auto server = listener();
  const net::SocketAddress to = server->local_address().value();
  net::Fd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(client.get(), to.raw(), to.raw_size()), 0);
  turn_until(*server);
  const auto socket = server->accept().value();
  const TcpSocket::Streams streams = socket->streams();
  net::reset_on_close(client.get());
  client.reset();
  turn_until(*streams.in);
  const StreamResult<Bytes> failed = streams.in->read(1);
  ASSERT_FALSE(failed.ok());
  ASSERT_NE(failed.error().error, nullptr);
  EXPECT_EQ(*failed.error().error->payload<SocketError>(), kConnectionReset);
  EXPECT_EQ(streams.in->read(1).error().error, nullptr);
  EXPECT_TRUE(socket->shutdown(true, true).ok());
}

TEST_F(Tcp, Options) {
  for (const bool is_v6 : {false, true}) {
    if (is_v6 && !testing::has_ipv6()) continue;
    const auto tcp_socket = tcp(is_v6);
    const Socket& socket = **tcp_socket->socket();
    using Option = SocketOption;
    EXPECT_FALSE(flag(socket, Option::kKeepAlive).value());
    EXPECT_TRUE(set_flag(socket, Option::kKeepAlive, true).ok());
    EXPECT_TRUE(flag(socket, Option::kKeepAlive).value());
    for (const Option option : {Option::kKeepAliveIdle, Option::kKeepAliveInterval}) {
      EXPECT_EQ(set_duration(socket, option, 0).error(), kInvalidArgument);
      EXPECT_TRUE(set_duration(socket, option, 1).ok());
      EXPECT_EQ(duration(socket, option).value(), net::kSecond);
      EXPECT_TRUE(set_duration(socket, option, UINT64_MAX).ok());
      EXPECT_EQ(duration(socket, option).value(), 32767 * net::kSecond);
    }
    EXPECT_EQ(set_number(socket, Option::kKeepAliveCount, 0, 127).error(), kInvalidArgument);
    EXPECT_TRUE(set_number(socket, Option::kKeepAliveCount, UINT32_MAX, 127).ok());
    EXPECT_EQ(number(socket, Option::kKeepAliveCount).value(), 127U);
    EXPECT_EQ(set_number(socket, Option::kHopLimit, 0, 255).error(), kInvalidArgument);
    EXPECT_TRUE(set_number(socket, Option::kHopLimit, 42, 255).ok());
    EXPECT_EQ(number(socket, Option::kHopLimit).value(), 42U);
    for (const Option option : {Option::kReceiveBuffer, Option::kSendBuffer}) {
      EXPECT_EQ(set_buffer_size(socket, option, 0).error(), kInvalidArgument);
      EXPECT_TRUE(set_buffer_size(socket, option, 16000).ok());
      EXPECT_EQ(buffer_size(socket, option).value(), 16000U);
      EXPECT_TRUE(set_buffer_size(socket, option, UINT64_MAX).ok());
      EXPECT_LE(buffer_size(socket, option).value(), kMostBuffer);
    }
  }
}

TEST_F(Tcp, WhatIsAcceptedInheritsOptions) {
  for (const std::string_view ip : {"127.0.0.1", "::1"}) {
    if (ip == "::1" && !testing::has_ipv6()) continue;
    const auto server = listener(ip);
    const Socket& options = **server->socket();
    ASSERT_TRUE(set_flag(options, SocketOption::kKeepAlive, true).ok());
    ASSERT_TRUE(set_duration(options, SocketOption::kKeepAliveIdle, 7 * net::kSecond).ok());
    ASSERT_TRUE(set_duration(options, SocketOption::kKeepAliveInterval, 8 * net::kSecond).ok());
    ASSERT_TRUE(set_number(options, SocketOption::kKeepAliveCount, 9, 127).ok());
    ASSERT_TRUE(set_number(options, SocketOption::kHopLimit, 42, 255).ok());
    const auto client = connecting_to(server->local_address().value());
    turn_until(*server);
    const auto accepted = server->accept().value();
    const Socket& inherited = **accepted->socket();
    EXPECT_TRUE(flag(inherited, SocketOption::kKeepAlive).value());
    EXPECT_EQ(duration(inherited, SocketOption::kKeepAliveIdle).value(), 7 * net::kSecond);
    EXPECT_EQ(duration(inherited, SocketOption::kKeepAliveInterval).value(), 8 * net::kSecond);
    EXPECT_EQ(number(inherited, SocketOption::kKeepAliveCount).value(), 9U);
    EXPECT_EQ(number(inherited, SocketOption::kHopLimit).value(), 42U);
    EXPECT_EQ(accepted->is_v6(), ip == "::1");
  }
}

// IPv6 sockets leave the port to IPv4.
TEST_F(Tcp, Ipv6IsForItselfAlone) {
  if (!testing::has_ipv6()) GTEST_SKIP() << "no IPv6 here";
  const auto v6 = tcp(true);
  ASSERT_TRUE(v6->start_bind(*network, address("::")).ok());
  ASSERT_TRUE(v6->finish_bind().ok());
  const auto v4 = tcp();
  EXPECT_TRUE(
      v4->start_bind(*network, address("0.0.0.0", v6->local_address().value().port())).ok());
}

}  // namespace
}  // namespace tappet::wasi
