// A listening TCP socket.
#pragma once

#include "net/io/tcp_stream.h"

namespace tappet::net {

struct ListenOptions {
  int backlog = 1024;
  // Several sockets (of several loops or processes) may share the port; the kernel spreads clients.
  bool reuse_port = false;
  // An IPv6 socket serves IPv6 only. Off, [::]:80 serves IPv4 clients as well.
  bool v6_only = false;
};

// Accepts when asked: whoever does not ask leaves clients in the kernel's backlog. Loop thread
// only.
class TcpListener {
 public:
  // Port 0 picks a free one, see address(). Addresses of recently closed listeners are taken over
  // at once (SO_REUSEADDR).
  static Result<std::unique_ptr<TcpListener>, IoError> listen(Loop& loop,
                                                              const SocketAddress& address,
                                                              const ListenOptions& options = {});
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;

  // The next client, with TCP_NODELAY set. Clients that have gone already are passed over. Without
  // free descriptors the answer is pending and, after a pause, a wake-up: no busy loop, no loss.
  Poll<std::unique_ptr<TcpStream>> try_accept();
  WakeList& acceptable() { return acceptable_; }

  SocketAddress address() const { return local_address(socket_.get()); }
  // How often accepting had to pause because the process or the system ran out of something.
  uint64_t pauses() const { return pauses_; }

 private:
  TcpListener(Loop& loop, Fd socket);

  Loop& loop_;
  Fd socket_;
  uint64_t pauses_ = 0;
  Timer retry_;
  WakeList acceptable_;
  FdWatcher watcher_;  // last: gone before the socket is closed
};

}  // namespace tappet::net
