// Clients of a listening socket: TCP, or one in the file system.
#pragma once

#include "net/io/listen.h"
#include "net/io/tcp_stream.h"

namespace tappet::net {

// Accepts when asked: whoever does not ask leaves clients in the kernel's backlog. Loop thread
// only.
class TcpListener {
 public:
  // As listen_tcp().
  static Result<std::unique_ptr<TcpListener>, IoError> listen(Loop& loop,
                                                              const SocketAddress& address,
                                                              const ListenOptions& options = {});
  // A socket that listens already; it becomes non-blocking.
  static Result<std::unique_ptr<TcpListener>, IoError> adopt(Loop& loop, Fd socket);
  TcpListener(const TcpListener&) = delete;
  TcpListener& operator=(const TcpListener&) = delete;

  // The next client, with TCP_NODELAY set. Clients that have gone already are passed over. Without
  // free descriptors the answer is pending and, after a pause, a wake-up: no busy loop, no loss.
  Poll<std::unique_ptr<TcpStream>> try_accept();
  WakeList& acceptable() { return acceptable_; }

  // Of TCP sockets.
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
