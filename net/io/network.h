// Ranges of IP addresses, and what they are for.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "net/io/socket_address.h"

namespace tappet::net {

// A value: "10.0.0.0/8", "fd00::/8", "192.0.2.1".
class Network {
 public:
  // An address and the number of its bits that count; without a number, all. Bits behind those are
  // ignored.
  static std::optional<Network> parse(std::string_view text);
  // IPv4-mapped addresses are in networks of IPv4.
  bool contains(const SocketAddress& address) const;

 private:
  bool v6_ = false;
  uint8_t bits_ = 0;
  std::array<uint8_t, 16> bytes_{};
};

// True for addresses that anybody may reach through the internet. False for what the registries of
// special-purpose addresses (RFC 6890) list as not globally reachable: loopback, private, shared,
// link-local, multicast, documentation and the rest; and for IPv6 addresses that stand for such an
// IPv4 one: mapped, compatible, NAT64, 6to4, Teredo, ISATAP.
bool is_public(const SocketAddress& address);

}  // namespace tappet::net
