// The faces of sockets: values as guests see them, children and parents, and what traps. What
// sockets do is the business of tests/unit/wasi/host.
#include "wasi/p2/sockets.h"

#include "tests/unit/canonical-abi/bind/caller.h"
#include "wasi/host/name_lookup.h"
#include "wasi/host/tcp.h"
#include "wasi/host/udp.h"
#include "wasi/p2/pollable.h"
#include "wasi/p2/socket_values.h"

namespace tappet::wasi::p2 {
namespace {

using component::host_resource_type;
using component::TypeKind;
using component::testing::Caller;
using V = component::ComponentValue;

V ipv4(uint8_t last, uint16_t port) {
  return V::variant(
      TypeKind::kVariant, 0,
      V::record({V::u16(port), V::tuple({V::u8(127), V::u8(0), V::u8(0), V::u8(last)})}));
}

class Sockets : public ::testing::Test {
 protected:
  Sockets() { grant({.tcp = true, .udp = true, .addresses = true, .name_lookup = true}); }

  void grant(NetworkGrants grants) {
    network = std::make_shared<Network>(std::make_shared<SharedNetwork>(*loop, grants));
  }
  template <class T>
  V lend(Caller& caller, std::shared_ptr<T> object) {
    return V::handle(TypeKind::kBorrow,
                     *caller.resources().add(host_resource_type<T>(), std::move(object)));
  }
  std::string call(Caller& caller, std::string_view function, V::List args) {
    return to_string(caller.value(function, std::move(args)),
                     caller.function(function).type->result);
  }
  // A handle in a result, lent.
  static V borrow(const V& own) { return V::handle(TypeKind::kBorrow, own.rep()); }
  template <class T>
  bool drop(Caller& caller, const V& handle) {
    return caller.resources()
        .remove(host_resource_type<T>(), static_cast<uint32_t>(handle.rep()))
        .ok();
  }
  void wait(Caller& caller, const V& socket) {
    Readiness& readiness = *static_cast<TcpSocket*>(caller.resources().get(
        host_resource_type<TcpSocket>(), static_cast<uint32_t>(socket.rep())));
    while (!readiness.ready()) loop->turn(net::Loop::Wait::kForEvent);
  }

  std::unique_ptr<net::Loop> loop = net::Loop::create().value();
  std::shared_ptr<Network> network;
  Caller tcp{sockets_tcp()};
  Caller udp{sockets_udp()};
};

TEST_F(Sockets, CannotBeCreatedWithoutGrants) {
  grant({});
  for (const uint32_t family : {0U, 1U}) {
    Caller create_tcp(sockets_tcp_create_socket());
    Caller create_udp(sockets_udp_create_socket());
    create_tcp.environment().set(network.get());
    create_udp.environment().set(network.get());
    const V argument = V::variant(TypeKind::kEnum, family);
    EXPECT_EQ(call(create_tcp, "create-tcp-socket", {argument}), "err(access-denied)");
    EXPECT_EQ(call(create_udp, "create-udp-socket", {argument}), "err(access-denied)");
  }
}

TEST_F(Sockets, AreCreated) {
  Caller create_tcp(sockets_tcp_create_socket());
  Caller create_udp(sockets_udp_create_socket());
  create_tcp.environment().set(network.get());
  create_udp.environment().set(network.get());
  const V ipv4_family = V::variant(TypeKind::kEnum, 0);
  EXPECT_EQ(create_tcp.value("create-tcp-socket", {ipv4_family}).case_index(), 0U);
  EXPECT_EQ(create_udp.value("create-udp-socket", {ipv4_family}).case_index(), 0U);
  EXPECT_EQ(network->sockets(), 2U);
}

TEST_F(Sockets, TheNetworkIsTheGuests) {
  Caller caller(sockets_instance_network());
  caller.environment().set(network.get());
  const V handle = caller.value("instance-network");
  EXPECT_EQ(
      caller.resources().get(host_resource_type<Network>(), static_cast<uint32_t>(handle.rep())),
      network.get());
}

TEST_F(Sockets, NamesAreLookedUp) {
  Caller caller(sockets_ip_name_lookup());
  const V handle = lend(caller, network);
  const V ok = caller.value("resolve-addresses", {handle, V::string("192.0.2.7")});
  ASSERT_EQ(ok.case_index(), 0U);
  const std::string_view next = "[method]resolve-address-stream.resolve-next-address";
  EXPECT_EQ(call(caller, next, {borrow(*ok.payload())}), "ok(some(ipv4((192, 0, 2, 7))))");
  EXPECT_EQ(call(caller, next, {borrow(*ok.payload())}), "ok(none)");
  EXPECT_EQ(call(caller, "resolve-addresses", {handle, V::string("a b")}), "err(invalid-argument)");
  grant({});
  EXPECT_EQ(call(caller, "resolve-addresses", {lend(caller, network), V::string("localhost")}),
            "err(access-denied)");
}

TEST_F(Sockets, AddressesAreTheSameOnBothSides) {
  const Ipv6SocketAddress v6{80, 0x01020304, {0x2001, 0xdb8, 0, 1, 2, 3, 4, 0xffff}, 7};
  const net::SocketAddress host = to_host(v6);
  EXPECT_EQ(host.to_string(), "[2001:db8:0:1:2:3:4:ffff]:80");
  EXPECT_EQ(host.flow_info(), 0x01020304U);
  EXPECT_EQ(host.scope_id(), 7U);
  const IpSocketAddress back = to_guest(host);
  const auto& same = std::get<1>(back);
  EXPECT_EQ(std::tie(same.port, same.flow_info, same.address, same.scope_id),
            std::tie(v6.port, v6.flow_info, v6.address, v6.scope_id));
  const Ipv4SocketAddress v4{443, {192, 0, 2, 255}};
  EXPECT_EQ(to_host(v4).to_string(), "192.0.2.255:443");
  EXPECT_EQ(std::get<0>(to_guest(to_host(v4))).address, v4.address);
}

// A server and its client in one table, and who must go before whom.
TEST_F(Sockets, StreamsAreChildrenOfTheirSockets) {
  const V net_handle = lend(tcp, network);
  const V server = lend(tcp, TcpSocket::create(*network, false).value());
  EXPECT_EQ(call(tcp, "[method]tcp-socket.start-bind", {server, net_handle, ipv4(1, 0)}), "ok");
  EXPECT_EQ(call(tcp, "[method]tcp-socket.finish-bind", {server}), "ok");
  EXPECT_EQ(call(tcp, "[method]tcp-socket.start-listen", {server}), "ok");
  EXPECT_EQ(call(tcp, "[method]tcp-socket.finish-listen", {server}), "ok");
  EXPECT_EQ(call(tcp, "[method]tcp-socket.is-listening", {server}), "true");
  EXPECT_EQ(call(tcp, "[method]tcp-socket.accept", {server}), "err(would-block)");

  const V client = lend(tcp, TcpSocket::create(*network, false).value());
  const V address = *tcp.value("[method]tcp-socket.local-address", {server}).payload();
  EXPECT_EQ(call(tcp, "[method]tcp-socket.start-connect", {client, net_handle, address}), "ok");
  wait(tcp, client);
  const V connection = *tcp.value("[method]tcp-socket.finish-connect", {client}).payload();
  wait(tcp, server);
  const V accepted = *tcp.value("[method]tcp-socket.accept", {server}).payload();
  EXPECT_EQ(tcp.value("[method]tcp-socket.remote-address", {client}),
            tcp.value("[method]tcp-socket.local-address", {borrow(accepted.items()[0])}));

  EXPECT_FALSE(drop<TcpSocket>(tcp, client));
  EXPECT_TRUE(drop<InputStream>(tcp, connection.items()[0]));
  EXPECT_FALSE(drop<TcpSocket>(tcp, client));
  EXPECT_TRUE(drop<OutputStream>(tcp, connection.items()[1]));
  const V pollable = tcp.value("[method]tcp-socket.subscribe", {client});
  EXPECT_FALSE(drop<TcpSocket>(tcp, client));
  EXPECT_TRUE(drop<Pollable>(tcp, pollable));
  EXPECT_TRUE(drop<TcpSocket>(tcp, client));

  EXPECT_FALSE(drop<TcpSocket>(tcp, accepted.items()[0]));
  EXPECT_TRUE(drop<InputStream>(tcp, accepted.items()[1]));
  EXPECT_TRUE(drop<OutputStream>(tcp, accepted.items()[2]));
  EXPECT_TRUE(drop<TcpSocket>(tcp, accepted.items()[0]));
  EXPECT_EQ(network->sockets(), 1U);
}

TEST_F(Sockets, Options) {
  const V socket = lend(tcp, TcpSocket::create(*network, false).value());
  const auto set = [&](const std::string& option, V value) {
    return call(tcp, "[method]tcp-socket.set-" + option, {socket, std::move(value)});
  };
  const auto get = [&](const std::string& option) {
    return call(tcp, "[method]tcp-socket." + option, {socket});
  };
  EXPECT_EQ(set("keep-alive-enabled", V::boolean(true)), "ok");
  EXPECT_EQ(get("keep-alive-enabled"), "ok(true)");
  EXPECT_EQ(set("keep-alive-idle-time", V::u64(5'000'000'000)), "ok");
  EXPECT_EQ(get("keep-alive-idle-time"), "ok(5000000000)");
  EXPECT_EQ(set("keep-alive-interval", V::u64(6'000'000'000)), "ok");
  EXPECT_EQ(get("keep-alive-interval"), "ok(6000000000)");
  EXPECT_EQ(set("keep-alive-count", V::u32(3)), "ok");
  EXPECT_EQ(get("keep-alive-count"), "ok(3)");
  EXPECT_EQ(set("hop-limit", V::u8(0)), "err(invalid-argument)");
  EXPECT_EQ(set("hop-limit", V::u8(255)), "ok");
  EXPECT_EQ(get("hop-limit"), "ok(255)");
  EXPECT_EQ(set("receive-buffer-size", V::u64(20000)), "ok");
  EXPECT_EQ(get("receive-buffer-size"), "ok(20000)");
  EXPECT_EQ(set("send-buffer-size", V::u64(30000)), "ok");
  EXPECT_EQ(get("send-buffer-size"), "ok(30000)");
  EXPECT_EQ(set("listen-backlog-size", V::u64(0)), "err(invalid-argument)");
  EXPECT_EQ(get("address-family"), "ipv4");
}

class Datagrams : public Sockets {
 protected:
  Datagrams() {
    socket = lend(udp, UdpSocket::create(*network, false).value());
    const V net_handle = lend(udp, network);
    EXPECT_EQ(call(udp, "[method]udp-socket.start-bind", {socket, net_handle, ipv4(1, 0)}), "ok");
    EXPECT_EQ(call(udp, "[method]udp-socket.finish-bind", {socket}), "ok");
    streams = *udp.value("[method]udp-socket.stream", {socket, V::none()}).payload();
    in = borrow(streams.items()[0]);
    out = borrow(streams.items()[1]);
  }
  V outgoing(V address) { return V::record({V::bytes({'h', 'i'}), V::some(std::move(address))}); }

  V socket;
  V streams;
  V in;
  V out;
};

TEST_F(Datagrams, GoAndCome) {
  const V self = *udp.value("[method]udp-socket.local-address", {socket}).payload();
  EXPECT_EQ(call(udp, "[method]outgoing-datagram-stream.check-send", {out}), "ok(16)");
  EXPECT_EQ(call(udp, "[method]outgoing-datagram-stream.send", {out, V::list({outgoing(self)})}),
            "ok(1)");
  V received;
  do {
    received = *udp.value("[method]incoming-datagram-stream.receive", {in, V::u64(9)}).payload();
  } while (received.items().empty());
  ASSERT_EQ(received.items().size(), 1U);
  EXPECT_EQ(received.items()[0].items()[1], self);
}

TEST_F(Datagrams, AreSentAsPermitted) {
  const std::string_view send = "[method]outgoing-datagram-stream.send";
  EXPECT_EQ(call(udp, send, {out, V::list({})}), "ok(0)");
  EXPECT_EQ(udp.trap(send, {out, V::list({outgoing(ipv4(1, 9))})}),
            "send of more datagrams than check-send permitted");
  udp.value("[method]outgoing-datagram-stream.check-send", {out});
  EXPECT_EQ(udp.trap(send, {out, V::list(V::List(17, outgoing(ipv4(1, 9))))}),
            "send of more datagrams than check-send permitted");
  // Sending uses the permission up, whatever comes of it.
  EXPECT_EQ(call(udp, send, {out, V::list({outgoing(ipv4(1, 0))})}), "err(invalid-argument)");
  EXPECT_NE(udp.trap(send, {out, V::list({outgoing(ipv4(1, 9))})}), "");
}

TEST_F(Datagrams, StreamsAreChildrenAndReplacedWhenTheyAreGone) {
  EXPECT_EQ(udp.trap("[method]udp-socket.stream", {socket, V::none()}),
            "stream() of a UDP socket whose streams are not dropped yet");
  EXPECT_FALSE(drop<UdpSocket>(udp, socket));
  EXPECT_TRUE(drop<DatagramInput>(udp, in));
  EXPECT_NE(udp.trap("[method]udp-socket.stream", {socket, V::none()}), "");
  EXPECT_TRUE(drop<DatagramOutput>(udp, out));
  const V again = udp.value("[method]udp-socket.stream", {socket, V::some(ipv4(1, 9))});
  EXPECT_EQ(again.case_index(), 0U);
  EXPECT_EQ(call(udp, "[method]udp-socket.remote-address", {socket}),
            "ok(ipv4({port: 9, address: (127, 0, 0, 1)}))");
}

TEST_F(Sockets, InventedHandlesTrap) {
  for (const uint64_t rep : {uint64_t{0}, uint64_t{1}, UINT64_MAX}) {
    const V handle = V::handle(TypeKind::kBorrow, rep);
    EXPECT_NE(tcp.trap("[method]tcp-socket.accept", {handle}), "");
    EXPECT_NE(udp.trap("[method]outgoing-datagram-stream.send", {handle, V::list({})}), "");
  }
}

// Of stream errors, the network's own are told.
TEST_F(Sockets, ErrorsHaveCodesIfTheyAreTheNetworks) {
  Caller caller(sockets_network());
  const auto error = [&](IoError e) {
    return lend(caller, std::make_shared<IoError>(std::move(e)));
  };
  EXPECT_EQ(call(caller, "network-error-code", {error(IoError("x"))}), "none");
  EXPECT_EQ(call(caller, "network-error-code", {error(IoError("x", SocketError::kTimeout))}),
            "some(timeout)");
}

}  // namespace
}  // namespace tappet::wasi::p2
