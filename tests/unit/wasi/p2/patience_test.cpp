// Functions that take a little while to say that there is nothing, for guests without pollables.
#include "wasi/p2/patience.h"

#include "net/io/tcp_connect.h"
#include "net/io/tcp_listener.h"
#include "tests/unit/canonical-abi/bind/caller.h"
#include "tests/unit/wasi/host/network_fixture.h"
#include "tests/unit/wasi/p2/streams.h"
#include "wasi/host/name_lookup.h"
#include "wasi/p2/sockets.h"

namespace tappet::wasi::p2 {
namespace {

using component::host_resource_type;
using component::HostReturn;
using component::TypeKind;
using component::testing::Caller;
using V = component::ComponentValue;

class PatienceTest : public ::testing::Test {
 protected:
  explicit PatienceTest(component::HostInterfaceDef interface) : caller(std::move(interface)) {
    caller.environment().set(&patience);
  }

  template <class T, class Object>
  V lend(const std::shared_ptr<Object>& object) {
    const auto rep = caller.resources().add(host_resource_type<T>(), std::shared_ptr<T>(object));
    return V::handle(TypeKind::kBorrow, *rep);
  }
  void begin(std::string_view function, V::List args) {
    name = function;
    wakes = 0;
    call = caller.call(function, std::move(args));
  }
  bool done() {
    if (call.kind() != HostReturn::Kind::kPending) return true;
    Poll<HostReturn> now = call.pending()->poll(caller.environment(), waker);
    if (now) call = std::move(*now);
    return now.has_value();
  }
  std::string poll() {
    return done() ? to_string(call.value(), caller.function(name).type->result) : "...";
  }
  void turn_until_woken() {
    while (wakes == 0) loop->turn(net::Loop::Wait::kForEvent);
  }

  std::unique_ptr<net::Loop> loop = net::Loop::create().value();
  Patience patience{*loop};
  Caller caller;
  std::string_view name;
  HostReturn call;
  int wakes = 0;
  Waker waker{[this] { ++wakes; }};
};

class PatientStreams : public PatienceTest {
 protected:
  PatientStreams() : PatienceTest(io_streams()) {}

  std::shared_ptr<testing::ScriptedInput> in = std::make_shared<testing::ScriptedInput>();
  std::shared_ptr<testing::ScriptedOutput> out = std::make_shared<testing::ScriptedOutput>();
  V source = lend<InputStream>(in);
  V sink = lend<OutputStream>(out);
};

TEST_F(PatientStreams, NothingIsTheAnswerInTheEnd) {
  begin("[method]input-stream.read", {source, V::u64(9)});
  EXPECT_EQ(poll(), "...");
  turn_until_woken();
  EXPECT_EQ(poll(), "ok([])");
}

TEST_F(PatientStreams, SomethingComesMeanwhile) {
  patience.wait_ns = UINT64_MAX;
  begin("[method]input-stream.read", {source, V::u64(9)});
  EXPECT_EQ(poll(), "...");
  in->arrive("a");
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(poll(), "ok([97])");
  begin("[method]output-stream.check-write", {sink});
  EXPECT_EQ(poll(), "...");
  out->make_room(7);
  EXPECT_EQ(poll(), "ok(7)");
  begin("[method]input-stream.read", {source, V::u64(9)});
  EXPECT_EQ(poll(), "...");
  in->finish(StreamEnd::closed());
  EXPECT_EQ(poll(), "err(closed)");
}

TEST_F(PatientStreams, WhatIsThereIsThereAtOnce) {
  patience.wait_ns = UINT64_MAX;
  in->arrive("a");
  out->make_room(1);
  begin("[method]input-stream.read", {source, V::u64(0)});
  EXPECT_EQ(poll(), "ok([])");
  begin("[method]input-stream.read", {source, V::u64(9)});
  EXPECT_EQ(poll(), "ok([97])");
  begin("[method]output-stream.check-write", {sink});
  EXPECT_EQ(poll(), "ok(1)");
}

// The guest goes while it waits.
TEST_F(PatientStreams, MayBeGivenUp) {
  patience.wait_ns = 1;
  begin("[method]input-stream.read", {source, V::u64(9)});
  EXPECT_EQ(poll(), "...");
  call = HostReturn();
  loop->turn(net::Loop::Wait::kNone);
  EXPECT_EQ(wakes, 0);
}

// The sockets are one guest's; the calls are another's.
class PatientSockets : public PatienceTest {
 protected:
  using PatienceTest::PatienceTest;
  static net::SocketAddress localhost() { return *net::SocketAddress::from_ip("127.0.0.1", 0); }
  template <class S>
  std::shared_ptr<S> bound() {
    std::shared_ptr<S> socket = S::create(*network, false).value();
    EXPECT_TRUE(socket->start_bind(*network, localhost()).ok());
    EXPECT_TRUE(socket->finish_bind().ok());
    return socket;
  }

  std::shared_ptr<Network> network = std::make_shared<Network>(
      std::make_shared<SharedNetwork>(*loop, wasi::testing::everything()));
};

class PatientTcp : public PatientSockets {
 protected:
  PatientTcp() : PatientSockets(sockets_tcp()) {}

  std::shared_ptr<TcpSocket> client = TcpSocket::create(*network, false).value();
};

TEST_F(PatientTcp, Accepts) {
  patience.wait_ns = UINT64_MAX;
  const auto server = bound<TcpSocket>();
  EXPECT_TRUE(server->start_listen().ok());
  EXPECT_TRUE(server->finish_listen().ok());
  begin("[method]tcp-socket.accept", {lend<TcpSocket>(server)});
  EXPECT_EQ(poll(), "...");
  EXPECT_TRUE(client->start_connect(*network, server->local_address().value()).ok());
  turn_until_woken();
  ASSERT_TRUE(done());
  EXPECT_EQ(call.value().case_index(), 0U);
}

// A queue of connections that is full: the kernel answers no further one.
TEST_F(PatientTcp, ConnectsOrSaysThatItHasNot) {
  const auto server =
      std::move(net::TcpListener::listen(*loop, localhost(), {.backlog = 0}).value());
  net::TcpConnect first(*loop, server->address(), net::kNever);
  while (!first.try_get()) loop->turn(net::Loop::Wait::kForEvent);
  EXPECT_TRUE(client->start_connect(*network, server->address()).ok());
  begin("[method]tcp-socket.finish-connect", {lend<TcpSocket>(client)});
  EXPECT_EQ(poll(), "...");
  turn_until_woken();
  EXPECT_EQ(poll(), "err(would-block)");
}

TEST_F(PatientTcp, ErrorsAreToldAtOnce) {
  begin("[method]tcp-socket.accept", {lend<TcpSocket>(client)});
  EXPECT_EQ(poll(), "err(invalid-state)");
}

class PatientUdp : public PatientSockets {
 protected:
  PatientUdp() : PatientSockets(sockets_udp()) {}
};

TEST_F(PatientUdp, SendsAndReceives) {
  patience.wait_ns = UINT64_MAX;
  const auto sender = bound<UdpSocket>()->stream(std::nullopt).value();
  const auto receiver = bound<UdpSocket>();
  const auto streams = receiver->stream(std::nullopt).value();
  const V in = lend<DatagramInput>(streams.in);
  begin("[method]incoming-datagram-stream.receive", {in, V::u64(0)});
  EXPECT_EQ(poll(), "ok([])");
  begin("[method]incoming-datagram-stream.receive", {in, V::u64(9)});
  EXPECT_EQ(poll(), "...");
  const Datagram one = {{7}, receiver->local_address().value()};
  EXPECT_EQ(sender.out->check_send(), kMostDatagrams);
  EXPECT_TRUE(sender.out->send({&one, 1}).ok());
  turn_until_woken();
  EXPECT_TRUE(poll().starts_with("ok([{data: [7]"));
  begin("[method]outgoing-datagram-stream.check-send", {lend<DatagramOutput>(streams.out)});
  EXPECT_EQ(poll(), "ok(16)");
}

class PatientLookup : public PatientSockets {
 protected:
  PatientLookup() : PatientSockets(sockets_ip_name_lookup()) {}
};

TEST_F(PatientLookup, WaitsForAddresses) {
  patience.wait_ns = UINT64_MAX;
  begin("[method]resolve-address-stream.resolve-next-address",
        {lend<NameLookup>(NameLookup::begin(*network, "localhost").value())});
  EXPECT_EQ(poll(), "...");
  turn_until_woken();
  EXPECT_TRUE(poll().starts_with("ok(some(ipv"));
}

}  // namespace
}  // namespace tappet::wasi::p2
