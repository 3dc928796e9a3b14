// Sockets that listen.
#pragma once

#include <string>

#include "net/io/socket.h"

namespace tappet::net {

struct ListenOptions {
  int backlog = 1024;
  // Several sockets (of several loops or processes) may share the port; the kernel spreads clients.
  bool reuse_port = false;
  // An IPv6 socket serves IPv6 only. Off, [::]:80 serves IPv4 clients as well.
  bool v6_only = false;
};

// Port 0 picks a free one, see local_address(). Addresses of recently closed listeners are taken
// over at once (SO_REUSEADDR).
Result<Fd, IoError> listen_tcp(const SocketAddress& address, const ListenOptions& options = {});
// A socket in the file system. One that nobody listens on any more is replaced; the file stays when
// the socket is closed. Fails for paths of more than 107 bytes and for files of other kinds.
Result<Fd, IoError> listen_unix(const std::string& path, int backlog = 1024);
// Another descriptor for the same socket.
Result<Fd, IoError> duplicate(const Fd& fd);

}  // namespace tappet::net
