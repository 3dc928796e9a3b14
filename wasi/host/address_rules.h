// Which addresses WASI lets sockets use.
#pragma once

#include <algorithm>

#include "net/io/socket_address.h"

namespace tappet::wasi {

// Of the socket's family; and not IPv4 in disguise, as sockets of IPv6 are for that alone.
inline bool is_of_family(const net::SocketAddress& address, bool is_v6) {
  return address.is_v6() == is_v6 && !address.is_mapped();
}
// One that can be sent to.
inline bool is_remote(const net::SocketAddress& address) {
  return !address.is_unspecified() && address.port() != 0;
}
// Whether both mean the same peer. Flow labels are not part of that; scopes are where an address
// means another host on every link, unless somebody leaves that to the socket, which knows its own.
inline bool is_same_peer(const net::SocketAddress& a, const net::SocketAddress& b) {
  if (!std::ranges::equal(a.ip(), b.ip()) || a.port() != b.port()) return false;
  return !a.is_link_local() || a.scope_id() == b.scope_id() || a.scope_id() == 0 ||
         b.scope_id() == 0;
}

}  // namespace tappet::wasi
