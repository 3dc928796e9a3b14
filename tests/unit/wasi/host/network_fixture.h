// Guests with all of the network, and what their tests do again and again.
#pragma once

#include <gtest/gtest.h>

#include "wasi/host/network.h"
#include "wasi/host/tcp.h"
#include "wasi/host/udp.h"

namespace tappet::wasi::testing {

inline NetworkGrants everything() {
  return {.tcp = true, .udp = true, .addresses = true, .name_lookup = true};
}

inline bool has_ipv6() {
  const net::Fd fd(::socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const net::SocketAddress loopback = *net::SocketAddress::from_ip("::1", 0);
  return fd && ::bind(fd.get(), loopback.raw(), loopback.raw_size()) == 0;
}

class NetworkTest : public ::testing::Test {
 protected:
  std::shared_ptr<Network> network_with(NetworkGrants grants, NetworkLimits limits = {}) {
    return std::make_shared<Network>(
        std::make_shared<SharedNetwork>(*loop, std::move(grants), limits));
  }
  static net::SocketAddress address(std::string_view ip, uint16_t port = 0) {
    return *net::SocketAddress::from_ip(ip, port);
  }
  void turn_until(Readiness& readiness) {
    while (!readiness.ready()) loop->turn(net::Loop::Wait::kForEvent);
  }

  std::shared_ptr<TcpSocket> tcp(bool is_v6 = false) {
    return TcpSocket::create(*network, is_v6).value();
  }
  std::shared_ptr<TcpSocket> listener(std::string_view ip = "127.0.0.1") {
    auto socket = tcp(address(ip).is_v6());
    EXPECT_TRUE(socket->start_bind(*network, address(ip)).ok());
    EXPECT_TRUE(socket->finish_bind().ok());
    EXPECT_TRUE(socket->start_listen().ok());
    EXPECT_TRUE(socket->finish_listen().ok());
    return socket;
  }
  std::shared_ptr<TcpSocket> connecting_to(const net::SocketAddress& to) {
    auto socket = tcp(to.is_v6());
    EXPECT_TRUE(socket->start_connect(*network, to).ok());
    return socket;
  }
  std::shared_ptr<UdpSocket> udp(std::string_view ip = "127.0.0.1") {
    auto socket = UdpSocket::create(*network, address(ip).is_v6()).value();
    EXPECT_TRUE(socket->start_bind(*network, address(ip)).ok());
    EXPECT_TRUE(socket->finish_bind().ok());
    return socket;
  }
  std::string read(InputStream& in, size_t size) {
    std::string text;
    while (text.size() < size) {
      turn_until(in);
      const StreamResult<Bytes> bytes = in.read(size - text.size());
      if (!bytes.ok()) return text + (bytes.error().error ? "!" : ".");
      text.append(as_text(*bytes));
    }
    return text;
  }

  std::unique_ptr<net::Loop> loop = net::Loop::create().value();
  std::shared_ptr<Network> network = network_with(everything());
};

// A connection between two sockets of one guest.
class Connected : public NetworkTest {
 protected:
  Connected() {
    server = listener();
    client = connecting_to(server->local_address().value());
    turn_until(*client);
    mine = client->finish_connect().value();
    turn_until(*server);
    peer = server->accept().value();
    theirs = peer->streams();
  }

  std::shared_ptr<TcpSocket> server;
  std::shared_ptr<TcpSocket> client;
  std::shared_ptr<TcpSocket> peer;
  TcpSocket::Streams mine;
  TcpSocket::Streams theirs;
};

}  // namespace tappet::wasi::testing
