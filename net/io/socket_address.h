// An IPv4 or IPv6 address with a port.
#pragma once

#include <netinet/in.h>

#include <optional>
#include <string>
#include <string_view>

#include "interp/base/bytes.h"

namespace tappet::net {

// A value. Ports are in host byte order, IP bytes in network order.
class SocketAddress {
 public:
  // 0.0.0.0:0.
  SocketAddress();
  // "127.0.0.1", "::1", "fe80::1%eth0"; nothing else (no names, no brackets).
  static std::optional<SocketAddress> from_ip(std::string_view ip, uint16_t port);
  // "127.0.0.1:80", "[::1]:80".
  static std::optional<SocketAddress> parse(std::string_view text);
  // Of another family than the two: nothing.
  static std::optional<SocketAddress> from_raw(const sockaddr* address);

  bool is_v6() const { return storage_.any.sa_family == AF_INET6; }
  uint16_t port() const;
  void set_port(uint16_t port);
  // 4 or 16 bytes, valid as long as the address.
  ByteSpan ip() const;
  // ::ffff:a.b.c.d as the IPv4 address it stands for; everything else as it is. Policies look at
  // this one.
  SocketAddress unmapped() const;

  std::string ip_text() const;
  // "127.0.0.1:80", "[::1]:80".
  std::string to_string() const;
  bool operator==(const SocketAddress& other) const { return to_string() == other.to_string(); }

  const sockaddr* raw() const { return &storage_.any; }
  socklen_t raw_size() const { return is_v6() ? sizeof(sockaddr_in6) : sizeof(sockaddr_in); }

 private:
  union {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
  } storage_;
};

}  // namespace tappet::net
