// wasi:sockets/tcp.
#include "wasi/host/socket_settings.h"
#include "wasi/host/tcp.h"
#include "wasi/p2/io.h"
#include "wasi/p2/patience.h"
#include "wasi/p2/socket_values.h"
#include "wasi/p2/sockets.h"
#include "wasi/p2/version.h"

namespace tappet::wasi::p2 {
namespace {

using component::Async;
using component::Borrow;
using component::HostEnvironment;
using component::HostInterface;
using component::HostInterfaceDef;
using component::Own;
using S = TcpSocket;

constexpr uint32_t kMostKeepAlives = 127;
constexpr uint32_t kMostHops = 255;

using Connection = std::pair<Own<InputStream>, Own<OutputStream>>;
using Accepted = std::tuple<Own<TcpSocket>, Own<InputStream>, Own<OutputStream>>;

SocketResult<> start_bind(S& socket, const Network& network, const IpSocketAddress& address) {
  return socket.start_bind(network, to_host(address));
}

SocketResult<> start_connect(S& socket, const Network& network, const IpSocketAddress& address) {
  return socket.start_connect(network, to_host(address));
}

SocketResult<Connection> finish_connect(const Borrow<S>& socket) {
  return map(socket->finish_connect(), [&](S::Streams streams) {
    return Connection(Own<InputStream>(std::move(streams.in)).child_of(socket),
                      Own<OutputStream>(std::move(streams.out)).child_of(socket));
  });
}

Async<SocketResult<Connection>> finish_connect_patiently(HostEnvironment& environment,
                                                         const Borrow<S>& socket) {
  return patiently<SocketResult<Connection>>(
      environment, socket.share(), [socket] { return finish_connect(socket); },
      would_block<Connection>);
}

SocketResult<Accepted> accept(S& listener) {
  return map(listener.accept(), [](std::shared_ptr<S> accepted) {
    S::Streams streams = accepted->streams();
    Own<S> socket(std::move(accepted));
    auto in = Own<InputStream>(std::move(streams.in)).child_of(socket);
    auto out = Own<OutputStream>(std::move(streams.out)).child_of(socket);
    return Accepted(std::move(socket), std::move(in), std::move(out));
  });
}

Async<SocketResult<Accepted>> accept_patiently(HostEnvironment& environment,
                                               const Borrow<S>& listener) {
  return patiently<SocketResult<Accepted>>(
      environment, listener.share(), [listener = listener.share()] { return accept(*listener); },
      would_block<Accepted>);
}

SocketResult<IpSocketAddress> local_address(const S& socket) {
  return map(socket.local_address(), to_guest);
}

SocketResult<IpSocketAddress> remote_address(const S& socket) {
  return map(socket.remote_address(), to_guest);
}

// Options of a socket that has not failed: `get` and `set` are of socket_settings.h.
template <SocketOption kOption, auto kGet>
auto get(const S& socket) -> decltype(kGet(*socket.socket().value(), kOption)) {
  return kGet(*TAPPET_TRY(socket.socket()), kOption);
}

template <SocketOption kOption, auto kSet, class T, auto... kMost>
SocketResult<> set(S& socket, T value) {
  return kSet(*TAPPET_TRY(socket.socket()), kOption, value, kMost...);
}

SocketResult<uint8_t> hop_limit(const S& socket) {
  return map(get<SocketOption::kHopLimit, number>(socket),
             [](uint32_t hops) { return static_cast<uint8_t>(hops); });
}

SocketResult<> shutdown(S& socket, ShutdownType type) {
  return socket.shutdown(type != ShutdownType::kSend, type != ShutdownType::kReceive);
}

}  // namespace

HostInterfaceDef sockets_tcp() {
  using Option = SocketOption;
  return HostInterface<>("wasi:sockets/tcp", kVersion)
      .resource<InputStream>("input-stream")
      .resource<OutputStream>("output-stream")
      .resource<Pollable>("pollable")
      .resource<Network>("network")
      .resource<S>("tcp-socket")
      .method("start-bind", {"network", "local-address"}, start_bind)
      .method("finish-bind", &S::finish_bind)
      .method("start-connect", {"network", "remote-address"}, start_connect)
      .method("finish-connect", finish_connect_patiently)
      .method("start-listen", &S::start_listen)
      .method("finish-listen", &S::finish_listen)
      .method("accept", accept_patiently)
      .method("local-address", local_address)
      .method("remote-address", remote_address)
      .method("is-listening", &S::is_listening)
      .method("address-family", [](const S& socket) { return family_of(socket.is_v6()); })
      .method("set-listen-backlog-size", {"value"}, &S::set_listen_backlog_size)
      .method("keep-alive-enabled", get<Option::kKeepAlive, flag>)
      .method("set-keep-alive-enabled", {"value"}, set<Option::kKeepAlive, set_flag, bool>)
      .method("keep-alive-idle-time", get<Option::kKeepAliveIdle, duration>)
      .method("set-keep-alive-idle-time", {"value"},
              set<Option::kKeepAliveIdle, set_duration, uint64_t>)
      .method("keep-alive-interval", get<Option::kKeepAliveInterval, duration>)
      .method("set-keep-alive-interval", {"value"},
              set<Option::kKeepAliveInterval, set_duration, uint64_t>)
      .method("keep-alive-count", get<Option::kKeepAliveCount, number>)
      .method("set-keep-alive-count", {"value"},
              set<Option::kKeepAliveCount, set_number, uint32_t, kMostKeepAlives>)
      .method("hop-limit", hop_limit)
      .method("set-hop-limit", {"value"}, set<Option::kHopLimit, set_number, uint8_t, kMostHops>)
      .method("receive-buffer-size", get<Option::kReceiveBuffer, buffer_size>)
      .method("set-receive-buffer-size", {"value"},
              set<Option::kReceiveBuffer, set_buffer_size, uint64_t>)
      .method("send-buffer-size", get<Option::kSendBuffer, buffer_size>)
      .method("set-send-buffer-size", {"value"},
              set<Option::kSendBuffer, set_buffer_size, uint64_t>)
      .method("subscribe", subscribe_to<S>)
      .method("shutdown", {"shutdown-type"}, shutdown);
}

}  // namespace tappet::wasi::p2
