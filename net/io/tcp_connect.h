// Making a TCP connection.
#pragma once

#include "net/io/tcp_stream.h"

namespace tappet::net {

// One attempt to one address; destroying it gives the attempt up. Loop thread only.
class TcpConnect {
 public:
  // Gives up after timeout_ns with IoErrorKind::kTimedOut.
  TcpConnect(Loop& loop, const SocketAddress& address, uint64_t timeout_ns);
  TcpConnect(const TcpConnect&) = delete;
  TcpConnect& operator=(const TcpConnect&) = delete;

  // The connection (TCP_NODELAY set) or why there is none. The outcome is taken by the first call
  // that sees it.
  Poll<Result<std::unique_ptr<TcpStream>, IoError>> try_get();
  WakeList& ready() { return ready_; }

 private:
  void settle(int error_number);

  Loop& loop_;
  Fd socket_;
  std::optional<IoError> error_;
  bool settled_ = false;
  Timer timeout_;
  WakeList ready_;
  std::optional<FdWatcher> watcher_;  // last: gone before the socket is closed
};

}  // namespace tappet::net
