// wasi:sockets/udp.
#include "wasi/host/socket_settings.h"
#include "wasi/host/udp.h"
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
using component::HostResult;
using component::Own;
using component::Trap;
using S = UdpSocket;

constexpr uint32_t kMostHops = 255;

using Datagrams = std::pair<Own<DatagramInput>, Own<DatagramOutput>>;

SocketResult<> start_bind(S& socket, const Network& network, const IpSocketAddress& address) {
  return socket.start_bind(network, to_host(address));
}

std::optional<net::SocketAddress> to_host(const std::optional<IpSocketAddress>& address) {
  return address ? std::optional(p2::to_host(*address)) : std::nullopt;
}

HostResult<SocketResult<Datagrams>> stream(const Borrow<S>& socket,
                                           const std::optional<IpSocketAddress>& remote) {
  if (socket->has_streams()) {
    return fail(Trap("stream() of a UDP socket whose streams are not dropped yet"));
  }
  return map(socket->stream(to_host(remote)), [&](S::Streams streams) {
    return Datagrams(Own<DatagramInput>(std::move(streams.in)).child_of(socket),
                     Own<DatagramOutput>(std::move(streams.out)).child_of(socket));
  });
}

SocketResult<IpSocketAddress> local_address(const S& socket) {
  return map(socket.local_address(), to_guest);
}

SocketResult<IpSocketAddress> remote_address(const S& socket) {
  return map(socket.remote_address(), to_guest);
}

SocketResult<uint8_t> hop_limit(const S& socket) {
  return map(number(socket.socket(), SocketOption::kHopLimit),
             [](uint32_t hops) { return static_cast<uint8_t>(hops); });
}

SocketResult<> set_hop_limit(S& socket, uint8_t value) {
  return set_number(socket.socket(), SocketOption::kHopLimit, value, kMostHops);
}

template <SocketOption kOption>
SocketResult<uint64_t> get_buffer(const S& socket) {
  return buffer_size(socket.socket(), kOption);
}

template <SocketOption kOption>
SocketResult<> set_buffer(S& socket, uint64_t value) {
  return set_buffer_size(socket.socket(), kOption, value);
}

using Received = SocketResult<std::vector<IncomingDatagram>>;

Received receive(DatagramInput& in, uint64_t limit) {
  return map(in.receive(limit), [](std::vector<Datagram> received) {
    std::vector<IncomingDatagram> datagrams;
    datagrams.reserve(received.size());
    for (Datagram& datagram : received) {
      datagrams.push_back({std::move(datagram.data), to_guest(*datagram.address)});
    }
    return datagrams;
  });
}

Async<Received> receive_patiently(HostEnvironment& environment, const Borrow<DatagramInput>& in,
                                  uint64_t limit) {
  return patiently<Received>(
      environment, in.share(), [in = in.share(), limit] { return receive(*in, limit); },
      [limit](const Received& received) {
        return limit > 0 && received.ok() && received->empty();
      });
}

HostResult<SocketResult<uint64_t>> send(DatagramOutput& out,
                                        std::vector<OutgoingDatagram> outgoing) {
  if (outgoing.size() > out.permitted()) {
    return fail(Trap("send of more datagrams than check-send permitted"));
  }
  std::vector<Datagram> datagrams;
  datagrams.reserve(outgoing.size());
  for (OutgoingDatagram& datagram : outgoing) {
    datagrams.push_back({std::move(datagram.data), to_host(datagram.remote_address)});
  }
  return out.send(datagrams);
}

Async<SocketResult<uint64_t>> check_send_patiently(HostEnvironment& environment,
                                                   const Borrow<DatagramOutput>& out) {
  return patiently<SocketResult<uint64_t>>(
      environment, out.share(),
      [out = out.share()] { return SocketResult<uint64_t>(out->check_send()); },
      [](const SocketResult<uint64_t>& permitted) { return *permitted == 0; });
}

}  // namespace

HostInterfaceDef sockets_udp() {
  using Option = SocketOption;
  return HostInterface<>("wasi:sockets/udp", kVersion)
      .resource<Pollable>("pollable")
      .resource<Network>("network")
      .resource<S>("udp-socket")
      .method("start-bind", {"network", "local-address"}, start_bind)
      .method("finish-bind", &S::finish_bind)
      .method("stream", {"remote-address"}, stream)
      .method("local-address", local_address)
      .method("remote-address", remote_address)
      .method("address-family", [](const S& socket) { return family_of(socket.is_v6()); })
      .method("unicast-hop-limit", hop_limit)
      .method("set-unicast-hop-limit", {"value"}, set_hop_limit)
      .method("receive-buffer-size", get_buffer<Option::kReceiveBuffer>)
      .method("set-receive-buffer-size", {"value"}, set_buffer<Option::kReceiveBuffer>)
      .method("send-buffer-size", get_buffer<Option::kSendBuffer>)
      .method("set-send-buffer-size", {"value"}, set_buffer<Option::kSendBuffer>)
      .method("subscribe", subscribe_to<S>)
      .resource<DatagramInput>("incoming-datagram-stream")
      .method("receive", {"max-results"}, receive_patiently)
      .method("subscribe", subscribe_to<DatagramInput>)
      .resource<DatagramOutput>("outgoing-datagram-stream")
      .method("check-send", check_send_patiently)
      .method("send", {"datagrams"}, send)
      .method("subscribe", subscribe_to<DatagramOutput>);
}

}  // namespace tappet::wasi::p2
