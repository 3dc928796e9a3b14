#include "wasi/p2/sockets.h"

#include "tests/unit/canonical-abi/bind/caller.h"
#include "wasi/p2/socket_values.h"

namespace tappet::wasi::p2 {
namespace {

using component::TypeKind;
using component::testing::Caller;
using V = component::ComponentValue;

std::string call(Caller& caller, std::string_view function, V::List args) {
  return to_string(caller.value(function, std::move(args)), caller.function(function).type->result);
}

TEST(Sockets, CannotBeCreated) {
  for (const uint32_t family : {0U, 1U}) {
    Caller tcp(sockets_tcp_create_socket());
    Caller udp(sockets_udp_create_socket());
    const V argument = V::variant(TypeKind::kEnum, family);
    EXPECT_EQ(call(tcp, "create-tcp-socket", {argument}), "err(access-denied)");
    EXPECT_EQ(call(udp, "create-udp-socket", {argument}), "err(access-denied)");
  }
}

TEST(Sockets, NamesAreNotLookedUp) {
  Caller caller(sockets_ip_name_lookup());
  const auto network =
      caller.resources().add(component::host_resource_type<Network>(), std::make_shared<Network>());
  const V handle = V::handle(TypeKind::kBorrow, *network);
  EXPECT_EQ(call(caller, "resolve-addresses", {handle, V::string("localhost")}),
            "err(access-denied)");
  EXPECT_EQ(call(caller, "resolve-addresses", {handle, V::string("")}), "err(access-denied)");
}

TEST(Sockets, ThereIsANetwork) {
  Caller caller(sockets_instance_network());
  const V network = caller.value("instance-network");
  EXPECT_NE(caller.resources().get(component::host_resource_type<Network>(),
                                   static_cast<uint32_t>(network.rep())),
            nullptr);
}

TEST(Sockets, InventedHandlesTrap) {
  Caller tcp(sockets_tcp());
  Caller udp(sockets_udp());
  for (const uint64_t rep : {uint64_t{0}, uint64_t{1}, UINT64_MAX}) {
    const V handle = V::handle(TypeKind::kBorrow, rep);
    EXPECT_NE(tcp.trap("[method]tcp-socket.accept", {handle}), "");
    EXPECT_NE(udp.trap("[method]outgoing-datagram-stream.send", {handle, V::list({})}), "");
  }
}

// Of stream errors, the network's own are told.
TEST(Sockets, ErrorsHaveCodesIfTheyAreTheNetworks) {
  Caller caller(sockets_network());
  const auto lend = [&](IoError error) {
    return V::handle(TypeKind::kBorrow,
                     *caller.resources().add(component::host_resource_type<IoError>(),
                                             std::make_shared<IoError>(std::move(error))));
  };
  EXPECT_EQ(call(caller, "network-error-code", {lend(IoError("x"))}), "none");
  EXPECT_EQ(call(caller, "network-error-code", {lend(IoError("x", SocketError::kTimeout))}),
            "some(timeout)");
}

}  // namespace
}  // namespace tappet::wasi::p2
