// wasi:sockets but for the two kinds of sockets: networks, names, and how sockets come into being.
#include "wasi/p2/sockets.h"

#include "wasi/host/name_lookup.h"
#include "wasi/host/tcp.h"
#include "wasi/host/udp.h"
#include "wasi/p2/io.h"
#include "wasi/p2/patience.h"
#include "wasi/p2/socket_values.h"
#include "wasi/p2/version.h"

namespace tappet::wasi::p2 {
namespace {

using component::Async;
using component::Borrow;
using component::HostEnvironment;
using component::HostInterface;
using component::HostInterfaceDef;
using component::Own;

std::optional<SocketError> network_error_code(const IoError& error) {
  const SocketError* const code = error.payload<SocketError>();
  if (code == nullptr) return std::nullopt;
  return *code;
}

Own<Network> instance_network(Network& network) { return Own<Network>(network.shared_from_this()); }

SocketResult<Own<NameLookup>> resolve_addresses(Network& network, const std::string& name) {
  return map(NameLookup::begin(network, name), [](auto lookup) { return Own(std::move(lookup)); });
}

using NextAddress = std::optional<IpAddress>;

SocketResult<NextAddress> resolve_next_address(NameLookup& lookup) {
  return map(lookup.next(), [](const std::optional<net::SocketAddress>& address) {
    return address ? NextAddress(to_guest_ip(*address)) : std::nullopt;
  });
}

Async<SocketResult<NextAddress>> resolve_next_address_patiently(HostEnvironment& environment,
                                                                const Borrow<NameLookup>& lookup) {
  return patiently<SocketResult<NextAddress>>(
      environment, lookup.share(),
      [lookup = lookup.share()] { return resolve_next_address(*lookup); },
      would_block<NextAddress>);
}

// A socket of class S.
template <class S>
SocketResult<Own<S>> create(Network& network, IpAddressFamily family) {
  return map(S::create(network, is_v6(family)), [](auto socket) { return Own(std::move(socket)); });
}

}  // namespace

HostInterfaceDef sockets_network() {
  return HostInterface<>("wasi:sockets/network", kVersion)
      .resource<IoError>("error")
      .resource<Network>("network")
      .func("network-error-code", {"err"}, network_error_code);
}

HostInterfaceDef sockets_instance_network() {
  return HostInterface<Network>("wasi:sockets/instance-network", kVersion)
      .resource<Network>("network")
      .func("instance-network", instance_network);
}

HostInterfaceDef sockets_ip_name_lookup() {
  return HostInterface<>("wasi:sockets/ip-name-lookup", kVersion)
      .resource<Pollable>("pollable")
      .resource<Network>("network")
      .resource<NameLookup>("resolve-address-stream")
      .method("resolve-next-address", resolve_next_address_patiently)
      .method("subscribe", subscribe_to<NameLookup>)
      .func("resolve-addresses", {"network", "name"}, resolve_addresses);
}

HostInterfaceDef sockets_tcp_create_socket() {
  return HostInterface<Network>("wasi:sockets/tcp-create-socket", kVersion)
      .resource<Network>("network")
      .resource<TcpSocket>("tcp-socket")
      .func("create-tcp-socket", {"address-family"}, create<TcpSocket>);
}

HostInterfaceDef sockets_udp_create_socket() {
  return HostInterface<Network>("wasi:sockets/udp-create-socket", kVersion)
      .resource<Network>("network")
      .resource<UdpSocket>("udp-socket")
      .func("create-udp-socket", {"address-family"}, create<UdpSocket>);
}

}  // namespace tappet::wasi::p2
