#include "wasi/p2/sockets.h"

#include "wasi/p2/io.h"
#include "wasi/p2/socket_values.h"
#include "wasi/p2/version.h"

namespace tappet::wasi::p2 {
namespace {

using component::HostInterface;
using component::HostInterfaceDef;
using component::make_own;
using component::Own;

// denied<R(A...)> is a function of that signature.
template <class Signature>
struct Denied;
template <class R, class... A>
struct Denied<R(A...)> {
  static SocketResult<R> call(A...) { return fail(SocketError::kAccessDenied); }
};
template <class Signature>
constexpr auto denied = &Denied<Signature>::call;

// Attributes of a socket of the class S.
template <class S, class T>
constexpr auto get = denied<T(const S&)>;
template <class S, class T>
constexpr auto set = denied<Unit(S&, T)>;

std::optional<SocketError> network_error_code(const IoError& error) {
  const SocketError* const code = error.payload<SocketError>();
  if (code == nullptr) return std::nullopt;
  return *code;
}

using Connection = std::pair<Own<InputStream>, Own<OutputStream>>;
using Accepted = std::tuple<Own<TcpSocket>, Own<InputStream>, Own<OutputStream>>;
using Datagrams = std::pair<Own<IncomingDatagramStream>, Own<OutgoingDatagramStream>>;

}  // namespace

HostInterfaceDef sockets_network() {
  return HostInterface<>("wasi:sockets/network", kVersion)
      .resource<IoError>("error")
      .resource<Network>("network")
      .func("network-error-code", {"err"}, network_error_code);
}

HostInterfaceDef sockets_instance_network() {
  return HostInterface<>("wasi:sockets/instance-network", kVersion)
      .resource<Network>("network")
      .func("instance-network", [] { return make_own<Network>(); });
}

HostInterfaceDef sockets_ip_name_lookup() {
  return HostInterface<>("wasi:sockets/ip-name-lookup", kVersion)
      .resource<Pollable>("pollable")
      .resource<Network>("network")
      .resource<ResolveAddressStream>("resolve-address-stream")
      .method("resolve-next-address", denied<std::optional<IpAddress>(ResolveAddressStream&)>)
      .method("subscribe", subscribe_to<ResolveAddressStream>)
      .func("resolve-addresses", {"network", "name"},
            denied<Own<ResolveAddressStream>(const Network&, const std::string&)>);
}

HostInterfaceDef sockets_tcp_create_socket() {
  return HostInterface<>("wasi:sockets/tcp-create-socket", kVersion)
      .resource<Network>("network")
      .resource<TcpSocket>("tcp-socket")
      .func("create-tcp-socket", {"address-family"}, denied<Own<TcpSocket>(IpAddressFamily)>);
}

HostInterfaceDef sockets_tcp() {
  using S = TcpSocket;
  using Address = IpSocketAddress;
  return HostInterface<>("wasi:sockets/tcp", kVersion)
      .resource<InputStream>("input-stream")
      .resource<OutputStream>("output-stream")
      .resource<Pollable>("pollable")
      .resource<Network>("network")
      .resource<TcpSocket>("tcp-socket")
      .method("start-bind", {"network", "local-address"},
              denied<Unit(S&, const Network&, const Address&)>)
      .method("finish-bind", denied<Unit(S&)>)
      .method("start-connect", {"network", "remote-address"},
              denied<Unit(S&, const Network&, const Address&)>)
      .method("finish-connect", denied<Connection(S&)>)
      .method("start-listen", denied<Unit(S&)>)
      .method("finish-listen", denied<Unit(S&)>)
      .method("accept", denied<Accepted(S&)>)
      .method("local-address", get<S, Address>)
      .method("remote-address", get<S, Address>)
      .method("is-listening", [](const S&) { return false; })
      .method("address-family", [](const S& socket) { return socket.family; })
      .method("set-listen-backlog-size", {"value"}, set<S, uint64_t>)
      .method("keep-alive-enabled", get<S, bool>)
      .method("set-keep-alive-enabled", {"value"}, set<S, bool>)
      .method("keep-alive-idle-time", get<S, uint64_t>)
      .method("set-keep-alive-idle-time", {"value"}, set<S, uint64_t>)
      .method("keep-alive-interval", get<S, uint64_t>)
      .method("set-keep-alive-interval", {"value"}, set<S, uint64_t>)
      .method("keep-alive-count", get<S, uint32_t>)
      .method("set-keep-alive-count", {"value"}, set<S, uint32_t>)
      .method("hop-limit", get<S, uint8_t>)
      .method("set-hop-limit", {"value"}, set<S, uint8_t>)
      .method("receive-buffer-size", get<S, uint64_t>)
      .method("set-receive-buffer-size", {"value"}, set<S, uint64_t>)
      .method("send-buffer-size", get<S, uint64_t>)
      .method("set-send-buffer-size", {"value"}, set<S, uint64_t>)
      .method("subscribe", subscribe_to<S>)
      .method("shutdown", {"shutdown-type"}, set<S, ShutdownType>);
}

HostInterfaceDef sockets_udp_create_socket() {
  return HostInterface<>("wasi:sockets/udp-create-socket", kVersion)
      .resource<Network>("network")
      .resource<UdpSocket>("udp-socket")
      .func("create-udp-socket", {"address-family"}, denied<Own<UdpSocket>(IpAddressFamily)>);
}

HostInterfaceDef sockets_udp() {
  using S = UdpSocket;
  using Address = IpSocketAddress;
  using In = IncomingDatagramStream;
  using Out = OutgoingDatagramStream;
  return HostInterface<>("wasi:sockets/udp", kVersion)
      .resource<Pollable>("pollable")
      .resource<Network>("network")
      .resource<UdpSocket>("udp-socket")
      .method("start-bind", {"network", "local-address"},
              denied<Unit(S&, const Network&, const Address&)>)
      .method("finish-bind", denied<Unit(S&)>)
      .method("stream", {"remote-address"}, denied<Datagrams(S&, const std::optional<Address>&)>)
      .method("local-address", get<S, Address>)
      .method("remote-address", get<S, Address>)
      .method("address-family", [](const S& socket) { return socket.family; })
      .method("unicast-hop-limit", get<S, uint8_t>)
      .method("set-unicast-hop-limit", {"value"}, set<S, uint8_t>)
      .method("receive-buffer-size", get<S, uint64_t>)
      .method("set-receive-buffer-size", {"value"}, set<S, uint64_t>)
      .method("send-buffer-size", get<S, uint64_t>)
      .method("set-send-buffer-size", {"value"}, set<S, uint64_t>)
      .method("subscribe", subscribe_to<S>)
      .resource<In>("incoming-datagram-stream")
      .method("receive", {"max-results"}, denied<std::vector<IncomingDatagram>(In&, uint64_t)>)
      .method("subscribe", subscribe_to<In>)
      .resource<Out>("outgoing-datagram-stream")
      .method("check-send", denied<uint64_t(Out&)>)
      .method("send", {"datagrams"}, denied<uint64_t(Out&, const std::vector<OutgoingDatagram>&)>)
      .method("subscribe", subscribe_to<Out>);
}

}  // namespace tappet::wasi::p2
