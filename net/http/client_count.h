// How many connections each client has. Internal to net/http.
#pragma once

#include <map>
#include <optional>

#include "net/io/socket_address.h"

namespace tappet::http {

// A client is an IPv4 address or the first 64 bits of an IPv6 one, as whoever has one of those has
// all. Addresses without a port (sockets in the file system) are nobody's. Clients with connections
// take memory, others none.
class ClientCount {
 public:
  // Without a limit nothing is counted.
  explicit ClientCount(std::optional<uint32_t> limit) : limit_(limit) {}

  bool has_room(const net::SocketAddress& client) const;
  void add(const net::SocketAddress& client);
  // For each add().
  void remove(const net::SocketAddress& client);
  size_t clients() const { return counts_.size(); }

 private:
  static uint64_t key_of(const net::SocketAddress& client);
  bool counts(const net::SocketAddress& client) const { return limit_ && client.port() != 0; }

  const std::optional<uint32_t> limit_;
  std::map<uint64_t, uint32_t> counts_;
};

}  // namespace tappet::http
