// The values and resources of wasi:sockets.
#pragma once

#include "canonical-abi/bind/interface.h"
#include "wasi/host/socket.h"
#include "wasi/host/socket_error.h"

namespace tappet::wasi {

TAPPET_ENUM(SocketError, kUnknown, kAccessDenied, kNotSupported, kInvalidArgument, kOutOfMemory,
            kTimeout, kConcurrencyConflict, kNotInProgress, kWouldBlock, kInvalidState,
            kNewSocketLimit, kAddressNotBindable, kAddressInUse, kRemoteUnreachable,
            kConnectionRefused, kConnectionReset, kConnectionAborted, kDatagramTooLarge,
            kNameUnresolvable, kTemporaryResolverFailure, kPermanentResolverFailure)

}  // namespace tappet::wasi

namespace tappet::wasi::p2 {

enum class IpAddressFamily : uint8_t { kIpv4, kIpv6 };
TAPPET_ENUM(IpAddressFamily, kIpv4, kIpv6)

using Ipv4Address = std::tuple<uint8_t, uint8_t, uint8_t, uint8_t>;
using Ipv6Address =
    std::tuple<uint16_t, uint16_t, uint16_t, uint16_t, uint16_t, uint16_t, uint16_t, uint16_t>;

struct IpAddress : std::variant<Ipv4Address, Ipv6Address> {
  using variant::variant;
};
TAPPET_VARIANT(IpAddress, "ipv4", "ipv6")

struct Ipv4SocketAddress {
  uint16_t port = 0;
  Ipv4Address address;
};
TAPPET_RECORD(Ipv4SocketAddress, port, address)

struct Ipv6SocketAddress {
  uint16_t port = 0;
  uint32_t flow_info = 0;
  Ipv6Address address;
  uint32_t scope_id = 0;
};
TAPPET_RECORD(Ipv6SocketAddress, port, flow_info, address, scope_id)

struct IpSocketAddress : std::variant<Ipv4SocketAddress, Ipv6SocketAddress> {
  using variant::variant;
};
TAPPET_VARIANT(IpSocketAddress, "ipv4", "ipv6")

enum class ShutdownType : uint8_t { kReceive, kSend, kBoth };
TAPPET_ENUM(ShutdownType, kReceive, kSend, kBoth)

struct IncomingDatagram {
  Bytes data;
  IpSocketAddress remote_address;
};
TAPPET_RECORD(IncomingDatagram, data, remote_address)

struct OutgoingDatagram {
  Bytes data;
  std::optional<IpSocketAddress> remote_address;
};
TAPPET_RECORD(OutgoingDatagram, data, remote_address)

// An IPv6 address that stands for an IPv4 one stays one.
net::SocketAddress to_host(const IpSocketAddress& address);
IpSocketAddress to_guest(const net::SocketAddress& address);
IpAddress to_guest_ip(const net::SocketAddress& address);
inline bool is_v6(IpAddressFamily family) { return family == IpAddressFamily::kIpv6; }
inline IpAddressFamily family_of(bool is_v6) {
  return is_v6 ? IpAddressFamily::kIpv6 : IpAddressFamily::kIpv4;
}

// The value of a result, as `convert` makes it.
template <class T, class Convert>
auto map(SocketResult<T> result, Convert convert) -> SocketResult<decltype(convert(*result))> {
  if (!result.ok()) return fail(result.error());
  return convert(std::move(*result));
}

// Nothing yet.
template <class T>
bool would_block(const SocketResult<T>& result) {
  return !result.ok() && result.error() == SocketError::kWouldBlock;
}

}  // namespace tappet::wasi::p2
