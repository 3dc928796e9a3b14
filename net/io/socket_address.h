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
  // 4 or 16 bytes in network order; the rest is for IPv6 only, and as sockaddr_in6 has it.
  static SocketAddress from_bytes(ByteSpan ip, uint16_t port, uint32_t flow_info = 0,
                                  uint32_t scope_id = 0);
  // Of another family than the two: nothing.
  static std::optional<SocketAddress> from_raw(const sockaddr* address);

  bool is_v6() const { return storage_.any.sa_family == AF_INET6; }
  uint16_t port() const;
  void set_port(uint16_t port);
  // 4 or 16 bytes, valid as long as the address.
  ByteSpan ip() const;
  // As sockaddr_in6 has them; 0 for IPv4.
  uint32_t flow_info() const { return is_v6() ? storage_.v6.sin6_flowinfo : 0; }
  uint32_t scope_id() const { return is_v6() ? storage_.v6.sin6_scope_id : 0; }
  // What the special addresses are for: every interface; several hosts, or all of them.
  bool is_unspecified() const;
  bool is_multicast_or_broadcast() const;
  // fe80::/10 and ff02::/16: who is meant depends on the scope. Of IPv4, nothing.
  bool is_link_local() const;
  // ::ffff:a.b.c.d.
  bool is_mapped() const;
  // ::ffff:a.b.c.d as the IPv4 address it stands for; everything else as it is. Policies look at
  // this one.
  SocketAddress unmapped() const;

  std::string ip_text() const;
  // "127.0.0.1:80", "[::1]:80".
  std::string to_string() const;
  // Whether the text is the same.
  bool operator==(const SocketAddress& other) const;

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
