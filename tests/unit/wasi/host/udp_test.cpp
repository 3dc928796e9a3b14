// The states of UDP sockets, and datagrams of this process for itself.
#include "wasi/host/udp.h"

#include "tests/unit/wasi/host/network_fixture.h"
#include "wasi/host/address_rules.h"

namespace tappet::wasi {
namespace {

using enum SocketError;

class Udp : public testing::NetworkTest {
 protected:
  static Datagram datagram(std::string_view text,
                           std::optional<net::SocketAddress> to = std::nullopt) {
    const ByteSpan bytes = as_bytes(text);
    return {Bytes(bytes.begin(), bytes.end()), to};
  }
  static SocketResult<uint64_t> send(DatagramOutput& out, const Datagram& one) {
    EXPECT_GT(out.check_send(), 0U);
    return out.send({&one, 1});
  }
  // What one call receives once something has come.
  std::vector<Datagram> receive(DatagramInput& in, uint64_t limit = UINT64_MAX) {
    for (;;) {
      turn_until(in);
      auto received = in.receive(limit);
      EXPECT_TRUE(received.ok());
      if (!received.ok() || !received->empty()) return received.value();
    }
  }
};

TEST_F(Udp, States) {
  const auto socket = UdpSocket::create(*network, false).value();
  EXPECT_TRUE(socket->ready());
  EXPECT_EQ(socket->finish_bind().error(), kNotInProgress);
  EXPECT_EQ(socket->stream(std::nullopt).error(), kInvalidState);
  EXPECT_EQ(socket->local_address().error(), kInvalidState);
  EXPECT_EQ(socket->remote_address().error(), kInvalidState);
  EXPECT_EQ(socket->start_bind(*network, address("::1")).error(), kInvalidArgument);
  EXPECT_EQ(socket->start_bind(*network, address("192.0.2.1")).error(), kAddressNotBindable);
  ASSERT_TRUE(socket->start_bind(*network, address("127.0.0.1")).ok());
  EXPECT_EQ(socket->start_bind(*network, address("127.0.0.1")).error(), kConcurrencyConflict);
  EXPECT_EQ(socket->stream(std::nullopt).error(), kInvalidState);
  ASSERT_TRUE(socket->finish_bind().ok());
  EXPECT_EQ(socket->start_bind(*network, address("127.0.0.1")).error(), kInvalidState);
  EXPECT_NE(socket->local_address().value().port(), 0);
  EXPECT_EQ(socket->remote_address().error(), kInvalidState);
  const auto other = UdpSocket::create(*network, false).value();
  EXPECT_EQ(other->start_bind(*network, socket->local_address().value()).error(), kAddressInUse);
}

TEST_F(Udp, DatagramsBetweenTwo) {
  const auto a = udp();
  const auto b = udp();
  const auto from_a = a->stream(std::nullopt).value();
  const auto to_b = b->stream(std::nullopt).value();
  EXPECT_TRUE(to_b.in->receive(9).value().empty());
  EXPECT_FALSE(to_b.in->ready());
  ASSERT_EQ(send(*from_a.out, datagram("one", b->local_address().value())).value(), 1U);
  ASSERT_EQ(send(*from_a.out, datagram("", b->local_address().value())).value(), 1U);
  EXPECT_TRUE(to_b.in->receive(0).value().empty());
  const auto one = receive(*to_b.in, 1);
  ASSERT_EQ(one.size(), 1U);
  EXPECT_EQ(as_text(one[0].data), "one");
  EXPECT_EQ(*one[0].address, a->local_address().value());
  EXPECT_TRUE(receive(*to_b.in)[0].data.empty());
}

TEST_F(Udp, OneCallMovesAFew) {
  const auto a = udp();
  const auto b = udp();
  const auto out = a->stream(b->local_address().value()).value().out;
  const auto in = b->stream(std::nullopt).value().in;
  EXPECT_EQ(out->check_send(), kMostDatagrams);
  const std::vector<Datagram> many(kMostDatagrams, datagram("x"));
  EXPECT_EQ(out->send(many).value(), kMostDatagrams);
  EXPECT_EQ(out->permitted(), 0U);
  ASSERT_EQ(send(*out, datagram("last")).value(), 1U);
  size_t received = 0;
  while (received <= kMostDatagrams) {
    const auto some = receive(*in);
    EXPECT_LE(some.size(), kMostDatagrams);
    received += some.size();
  }
  EXPECT_EQ(received, kMostDatagrams + 1);
}

TEST_F(Udp, WhatCannotBeSent) {
  const auto a = udp();
  const auto b = udp();
  const net::SocketAddress to_b = b->local_address().value();
  {
    const auto free = a->stream(std::nullopt).value();
    EXPECT_EQ(free.out->send({}).value(), 0U);
    EXPECT_EQ(send(*free.out, datagram("x")).error(), kInvalidArgument);
    EXPECT_EQ(send(*free.out, datagram("x", address("127.0.0.1", 0))).error(), kInvalidArgument);
    EXPECT_EQ(send(*free.out, datagram("x", address("0.0.0.0", 9))).error(), kInvalidArgument);
    EXPECT_EQ(send(*free.out, datagram("x", address("::1", 9))).error(), kInvalidArgument);
    EXPECT_EQ(send(*free.out, {Bytes(65536), to_b}).error(), kDatagramTooLarge);
    EXPECT_EQ(send(*free.out, {Bytes(65520), to_b}).error(), kDatagramTooLarge);
    EXPECT_EQ(send(*free.out, {Bytes(65507), to_b}).value(), 1U);
    // What precedes an error counts.
    free.out->check_send();
    const Datagram some[] = {datagram("a", to_b), datagram("b", to_b), datagram("c")};
    EXPECT_EQ(free.out->send(some).value(), 2U);
  }
  EXPECT_EQ(a->stream(address("127.0.0.1", 0)).error(), kInvalidArgument);
  EXPECT_EQ(a->stream(address("0.0.0.0", 9)).error(), kInvalidArgument);
  EXPECT_EQ(a->stream(address("::1", 9)).error(), kInvalidArgument);
  const auto bound = a->stream(to_b).value();
  EXPECT_EQ(send(*bound.out, datagram("x", a->local_address().value())).error(), kInvalidArgument);
  EXPECT_EQ(send(*bound.out, datagram("x", to_b)).value(), 1U);
  EXPECT_EQ(send(*bound.out, datagram("x")).value(), 1U);
}

TEST_F(Udp, OfOnePeerOnly) {
  const auto me = udp();
  const auto friendly = udp();
  const auto stranger = udp();
  const net::SocketAddress mine = me->local_address().value();
  const auto early = stranger->stream(std::nullopt).value();
  ASSERT_TRUE(send(*early.out, datagram("before", mine)).ok());
  const auto streams = me->stream(friendly->local_address().value()).value();
  EXPECT_EQ(me->remote_address().value(), friendly->local_address().value());
  EXPECT_EQ(me->local_address().value(), mine);
  (void)send(*early.out, datagram("after", mine));
  const auto theirs = friendly->stream(mine).value();
  ASSERT_TRUE(send(*theirs.out, datagram("hello")).ok());
  const auto received = receive(*streams.in);
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(as_text(received[0].data), "hello");
}

// The port that the system has chosen stays when the peer goes.
TEST_F(Udp, ThePeerChanges) {
  for (const std::string_view ip : {"127.0.0.1", "0.0.0.0"}) {
    const auto me = udp(ip);
    const uint16_t port = me->local_address().value().port();
    const auto other = udp();
    EXPECT_FALSE(me->has_streams());
    {
      const auto streams = me->stream(other->local_address().value()).value();
      EXPECT_TRUE(me->has_streams());
    }
    EXPECT_FALSE(me->has_streams());
    ASSERT_TRUE(me->stream(std::nullopt).ok());
    EXPECT_EQ(me->local_address().value().port(), port);
    EXPECT_EQ(me->remote_address().error(), kInvalidState);
    const auto third = udp();
    ASSERT_TRUE(me->stream(third->local_address().value()).ok());
    const auto streams = me->stream(std::nullopt).value();
    const auto out = other->stream(std::nullopt).value().out;
    ASSERT_TRUE(send(*out, datagram("still here", address("127.0.0.1", port))).ok());
    EXPECT_EQ(as_text(receive(*streams.in)[0].data), "still here");
  }
}

// What was sent before is for whoever may receive now.
TEST_F(Udp, WhatHasComeStays) {
  const auto me = udp();
  const auto former = udp();
  const auto third = udp();
  const net::SocketAddress peer = former->local_address().value();
  const auto theirs = former->stream(me->local_address().value()).value();
  ASSERT_TRUE(me->stream(peer).ok());
  ASSERT_TRUE(send(*theirs.out, datagram("one")).ok());
  {
    const auto streams = me->stream(third->local_address().value()).value();
    turn_until(*streams.in);
    EXPECT_TRUE(streams.in->receive(9).value().empty());
  }
  ASSERT_TRUE(me->stream(peer).ok());
  ASSERT_TRUE(send(*theirs.out, datagram("two")).ok());
  const auto streams = me->stream(std::nullopt).value();
  EXPECT_EQ(as_text(receive(*streams.in)[0].data), "two");
}

// Where a scope means nothing, the kernel forgets it, and so do we.
TEST_F(Udp, ScopesOfLinksOnly) {
  const auto with_scope = [](std::string_view ip, uint32_t scope) {
    return net::SocketAddress::from_bytes(address(ip).ip(), 9, 0, scope);
  };
  EXPECT_TRUE(is_same_peer(with_scope("::1", 7), with_scope("::1", 0)));
  EXPECT_TRUE(is_same_peer(with_scope("2001:db8::1", 7), with_scope("2001:db8::1", 8)));
  EXPECT_TRUE(is_same_peer(with_scope("fe80::1", 7), with_scope("fe80::1", 7)));
  EXPECT_TRUE(is_same_peer(with_scope("fe80::1", 7), with_scope("fe80::1", 0)));
  EXPECT_FALSE(is_same_peer(with_scope("fe80::1", 7), with_scope("fe80::1", 8)));
  if (!testing::has_ipv6()) return;
  const auto me = udp("::1");
  const auto other = udp("::1");
  const auto theirs = other->stream(me->local_address().value()).value();
  const uint16_t port = other->local_address().value().port();
  const auto streams =
      me->stream(net::SocketAddress::from_bytes(address("::1").ip(), port, 0, 7)).value();
  ASSERT_TRUE(send(*theirs.out, datagram("hello")).ok());
  turn_until(*streams.in);
  EXPECT_EQ(streams.in->receive(9).value().size(), 1U);
}

TEST_F(Udp, NobodyThere) {
  const auto me = udp();
  net::SocketAddress gone;
  {
    const auto other = udp();
    gone = other->local_address().value();
  }
  const auto streams = me->stream(gone).value();
  ASSERT_TRUE(send(*streams.out, datagram("hello?")).ok());
  turn_until(*streams.in);
  EXPECT_EQ(streams.in->receive(1).error(), kConnectionRefused);
  EXPECT_TRUE(streams.in->receive(1).value().empty());
}

}  // namespace
}  // namespace tappet::wasi
