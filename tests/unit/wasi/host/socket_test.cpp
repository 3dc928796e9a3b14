// Sockets that listen, and connections, with clients of this process.
#include "wasi/host/socket.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cerrno>

namespace tappet::wasi {
namespace {

class Sockets : public ::testing::Test {
 protected:
  net::Fd connect() const {
    const net::SocketAddress address = listener->address();
    net::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(::connect(fd.get(), address.raw(), address.raw_size()), 0);
    return fd;
  }
  std::string receive(const Socket& socket, size_t most, bool peek = false) {
    std::string text(most, ' ');
    const iovec buffers[] = {{text.data(), text.size()}};
    const SystemResult<size_t> count = socket.receive(buffers, peek);
    return count.ok() ? text.substr(0, *count) : to_string(count.error());
  }
  void turn_until(Readiness& readiness) {
    while (!readiness.ready()) loop->turn(net::Loop::Wait::kForEvent);
  }

  const net::SocketAddress loopback = *net::SocketAddress::from_ip("127.0.0.1", 0);
  std::unique_ptr<net::Loop> loop = net::Loop::create().value();
  std::shared_ptr<Socket> listener = Socket::listen(*loop, loopback).value();
};

TEST_F(Sockets, NothingWaits) {
  EXPECT_EQ(listener->accept().error().code, EAGAIN);
  const net::Fd client = connect();
  turn_until(*listener->readable());
  const std::shared_ptr<Socket> socket = listener->accept().value();
  std::string text = "hello";
  const iovec buffers[] = {{text.data(), text.size()}};
  EXPECT_EQ(socket->receive(buffers, false).error().code, EAGAIN);
  EXPECT_EQ(socket->accept().error().code, EINVAL);
  EXPECT_EQ(::send(client.get(), "hello", 5, 0), 5);
  turn_until(*socket->readable());
  EXPECT_EQ(receive(*socket, 2, true), "he");
  EXPECT_EQ(receive(*socket, 10), "hello");
  EXPECT_EQ(socket->send(buffers).value(), 5U);
  EXPECT_TRUE(socket->shutdown(false, true).ok());
  EXPECT_EQ(socket->send(buffers).error().code, EPIPE);
  EXPECT_EQ(::shutdown(client.get(), SHUT_WR), 0);
  turn_until(*socket->readable());
  EXPECT_EQ(receive(*socket, 10), "");
}

TEST_F(Sockets, AnAddressIsTakenOnce) {
  EXPECT_EQ(Socket::listen(*loop, listener->address()).error().code, EADDRINUSE);
  EXPECT_TRUE(listener->shutdown(true, true).ok());
  EXPECT_EQ(listener->accept().error().code, EINVAL);
}

// Whoever waits keeps what it waits for.
TEST_F(Sockets, ReadinessKeepsTheSocket) {
  const net::Fd client = connect();
  turn_until(*listener->readable());
  std::shared_ptr<Readiness> readable = listener->accept().value()->readable();
  int woken = 0;
  Waker waker([&] { ++woken; });
  EXPECT_FALSE(readable->ready());
  readable->changed().add(waker);
  EXPECT_EQ(::send(client.get(), "x", 1, 0), 1);
  while (woken == 0) loop->turn(net::Loop::Wait::kForEvent);
  EXPECT_TRUE(readable->ready());
}

}  // namespace
}  // namespace tappet::wasi
