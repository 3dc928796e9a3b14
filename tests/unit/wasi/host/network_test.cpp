// What guests are granted, and how much of it.
#include "wasi/host/network.h"

#include "tests/unit/wasi/host/network_fixture.h"
#include "wasi/host/name_lookup.h"

namespace tappet::wasi {
namespace {

using enum SocketError;
using testing::everything;
using testing::NetworkTest;

class Grants : public NetworkTest {
 protected:
  static SocketError lookup_error(Network& of, std::string_view name) {
    return NameLookup::begin(of, name).error();
  }
  // All addresses, or the error at the end.
  SocketResult<std::vector<std::string>> look_up(Network& of, std::string_view name) {
    const auto lookup = TAPPET_TRY(NameLookup::begin(of, name));
    turn_until(*lookup);
    std::vector<std::string> addresses;
    while (const auto address = TAPPET_TRY(lookup->next())) {
      addresses.push_back(address->ip_text());
    }
    return addresses;
  }
};

TEST_F(Grants, NothingAtFirst) {
  const auto nothing = network_with({});
  EXPECT_EQ(TcpSocket::create(*nothing, false).error(), kAccessDenied);
  EXPECT_EQ(UdpSocket::create(*nothing, true).error(), kAccessDenied);
  EXPECT_EQ(lookup_error(*nothing, "localhost"), kAccessDenied);
  EXPECT_EQ(lookup_error(*nothing, "127.0.0.1"), kAccessDenied);
}

TEST_F(Grants, SocketsWithoutAddresses) {
  const auto some = network_with({.tcp = true, .udp = true});
  const auto stream = TcpSocket::create(*some, false).value();
  EXPECT_EQ(stream->start_bind(*some, address("127.0.0.1")).error(), kAccessDenied);
  EXPECT_EQ(stream->start_connect(*some, address("127.0.0.1", 9)).error(), kAccessDenied);
  const auto datagrams = UdpSocket::create(*some, false).value();
  EXPECT_EQ(datagrams->start_bind(*some, address("127.0.0.1")).error(), kAccessDenied);
}

TEST_F(Grants, OneKindOnly) {
  EXPECT_EQ(UdpSocket::create(*network_with({.tcp = true}), false).error(), kAccessDenied);
  EXPECT_EQ(TcpSocket::create(*network_with({.udp = true}), false).error(), kAccessDenied);
}

TEST_F(Grants, CertainAddresses) {
  NetworkGrants grants = everything();
  grants.permits_address = [](const net::SocketAddress& a) { return a.ip_text() == "127.0.0.1"; };
  network = network_with(grants);
  const auto server = listener();
  EXPECT_EQ(tcp()->start_connect(*network, address("127.0.0.2", 9)).error(), kAccessDenied);
  EXPECT_TRUE(tcp()->start_connect(*network, server->local_address().value()).ok());
  const auto datagrams = udp();
  EXPECT_EQ(datagrams->stream(address("127.0.0.2", 9)).error(), kAccessDenied);
  const auto out = datagrams->stream(std::nullopt).value().out;
  const Datagram no = {{}, address("127.0.0.2", 9)};
  out->check_send();
  EXPECT_EQ(out->send({&no, 1}).error(), kAccessDenied);
  // What may not be reached is not told either.
  EXPECT_EQ(look_up(*network, "127.0.0.2").error(), kAccessDenied);
  EXPECT_EQ(look_up(*network, "127.0.0.1").value(), std::vector<std::string>{"127.0.0.1"});
}

// By address, or by a name that the guest has looked up.
TEST_F(Grants, CertainHosts) {
  NetworkGrants grants = everything();
  grants.permits_host = [](std::string_view host, std::optional<uint16_t> port) {
    return host == "localhost" && port.value_or(99) == 99;
  };
  network = network_with(grants, {.remembered = 2});
  const auto may_reach = [&](uint16_t port) {
    return network->may_reach(address("127.0.0.1", port)).ok();
  };
  EXPECT_FALSE(may_reach(99));
  EXPECT_EQ(lookup_error(*network, "example.com"), kAccessDenied);
  EXPECT_TRUE(network->found("localhost", address("127.0.0.1")));
  EXPECT_TRUE(may_reach(99));
  EXPECT_FALSE(may_reach(98));
  EXPECT_FALSE(network->for_another_guest()->may_reach(address("127.0.0.1", 99)).ok());
  // The oldest are forgotten.
  for (const std::string_view ip : {"127.0.0.2", "127.0.0.2", "127.0.0.3"}) {
    EXPECT_TRUE(network->found("localhost", address(ip)));
  }
  EXPECT_FALSE(may_reach(99));
}

TEST_F(Grants, SoManySockets) {
  network = network_with(everything(), {.sockets = 2, .sockets_of_all = 3});
  const auto server = listener();
  const auto client = connecting_to(server->local_address().value());
  EXPECT_EQ(TcpSocket::create(*network, false).error(), kNewSocketLimit);
  EXPECT_EQ(UdpSocket::create(*network, false).error(), kNewSocketLimit);
  turn_until(*server);
  EXPECT_EQ(server->accept().error(), kNewSocketLimit);
  const auto another = network->for_another_guest();
  auto third = UdpSocket::create(*another, false).value();
  EXPECT_EQ(UdpSocket::create(*another, false).error(), kNewSocketLimit);
  third.reset();
  EXPECT_EQ(another->sockets(), 0U);
  EXPECT_TRUE(UdpSocket::create(*another, false).ok());
}

TEST_F(Grants, NamesAreLookedUp) {
  const auto addresses = look_up(*network, "localhost").value();
  ASSERT_FALSE(addresses.empty());
  for (const std::string& text : addresses) EXPECT_TRUE(text == "127.0.0.1" || text == "::1");
}

TEST_F(Grants, AddressesAreTheirOwn) {
  using Texts = std::vector<std::string>;
  EXPECT_EQ(look_up(*network, "192.0.2.7").value(), Texts{"192.0.2.7"});
  EXPECT_EQ(look_up(*network, "2001:DB8::1").value(), Texts{"2001:db8::1"});
  EXPECT_EQ(look_up(*network, "::ffff:192.0.2.7").value(), Texts{"192.0.2.7"});
}

TEST_F(Grants, WhatIsNoName) {
  for (const std::string_view name :
       {"", ".", "a..b", "-a", "a-", "a b", "[::1]", "fe80::1%lo", "127.1", "0x7f.1", "2130706433",
        "a.0x1", "1.2.3.4.5", "a/b", "user@host", "host:80", "1.2.3.256"}) {
    EXPECT_EQ(lookup_error(*network, name), kInvalidArgument) << name;
  }
  EXPECT_EQ(lookup_error(*network, std::string_view("a\0b", 3)), kInvalidArgument);
  EXPECT_EQ(lookup_error(*network, std::string(64, 'a')), kInvalidArgument);
  std::string longest;
  for (int i = 0; i < 4; ++i) longest += std::string(62, 'a') + ".";
  EXPECT_TRUE(is_host_name(longest));
  EXPECT_FALSE(is_host_name(longest + "aa"));
  EXPECT_TRUE(is_host_name("xn--bcher-kva.example."));
  EXPECT_TRUE(
      is_host_name("b\xc3\xbc"
                   "cher.example"));
  EXPECT_TRUE(is_host_name("_srv.a1.1a"));
}

TEST_F(Grants, SoManyLookups) {
  network = network_with(everything(), {.lookups = 0});
  EXPECT_EQ(lookup_error(*network, "localhost"), kTemporaryResolverFailure);
}

TEST_F(Grants, ALookupThatIsDroppedCountsNoMore) {
  network = network_with(everything(), {.lookups = 1});
  auto lookup = NameLookup::begin(*network, "localhost").value();
  lookup.reset();
  EXPECT_EQ(network->lookups(), 0U);
  const auto finished = NameLookup::begin(*network, "127.0.0.1").value();
  EXPECT_TRUE(finished->ready());
  EXPECT_EQ(network->lookups(), 0U);
}

}  // namespace
}  // namespace tappet::wasi
