#include "net/http/client_count.h"

namespace tappet::http {

// IPv4 addresses are among ::/64, where no client is.
uint64_t ClientCount::key_of(const net::SocketAddress& client) {
  const net::SocketAddress plain = client.unmapped();
  const ByteSpan ip = plain.ip();
  uint64_t key = 0;
  for (size_t i = 0; i < 8 && i < ip.size(); ++i) key = key << 8 | ip[i];
  return key;
}

bool ClientCount::has_room(const net::SocketAddress& client) const {
  if (!counts(client)) return true;
  const auto found = counts_.find(key_of(client));
  return found == counts_.end() || found->second < *limit_;
}

void ClientCount::add(const net::SocketAddress& client) {
  if (counts(client)) ++counts_[key_of(client)];
}

void ClientCount::remove(const net::SocketAddress& client) {
  if (!counts(client)) return;
  const auto found = counts_.find(key_of(client));
  if (--found->second == 0) counts_.erase(found);
}

}  // namespace tappet::http
