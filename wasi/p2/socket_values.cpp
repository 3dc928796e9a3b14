#include "wasi/p2/socket_values.h"

namespace tappet::wasi::p2 {
namespace {

constexpr size_t kGroups = 8;  // of an IPv6 address

template <class Array>
Ipv4Address ipv4(const Array& bytes) {
  return {bytes[0], bytes[1], bytes[2], bytes[3]};
}

Ipv6Address ipv6(ByteSpan bytes) {
  const auto group = [&](size_t i) {
    return static_cast<uint16_t>(bytes[2 * i] << 8 | bytes[2 * i + 1]);
  };
  return {group(0), group(1), group(2), group(3), group(4), group(5), group(6), group(7)};
}

std::array<uint8_t, 2 * kGroups> bytes_of(const Ipv6Address& address) {
  std::array<uint8_t, 2 * kGroups> bytes{};
  size_t next = 0;
  std::apply(
      [&](auto... groups) {
        ((bytes[next++] = static_cast<uint8_t>(groups >> 8),
          bytes[next++] = static_cast<uint8_t>(groups)),
         ...);
      },
      address);
  return bytes;
}

}  // namespace

net::SocketAddress to_host(const IpSocketAddress& address) {
  if (const auto* const v4 = std::get_if<Ipv4SocketAddress>(&address)) {
    const auto& [a, b, c, d] = v4->address;
    const std::array<uint8_t, 4> bytes = {a, b, c, d};
    return net::SocketAddress::from_bytes(bytes, v4->port);
  }
  const auto& v6 = *std::get_if<Ipv6SocketAddress>(&address);
  return net::SocketAddress::from_bytes(bytes_of(v6.address), v6.port, v6.flow_info, v6.scope_id);
}

IpSocketAddress to_guest(const net::SocketAddress& address) {
  if (!address.is_v6()) return Ipv4SocketAddress{address.port(), ipv4(address.ip())};
  return Ipv6SocketAddress{address.port(), address.flow_info(), ipv6(address.ip()),
                           address.scope_id()};
}

IpAddress to_guest_ip(const net::SocketAddress& address) {
  if (!address.is_v6()) return ipv4(address.ip());
  return ipv6(address.ip());
}

}  // namespace tappet::wasi::p2
