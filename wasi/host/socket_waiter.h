// Waiting for a socket that is nobody else's.
#pragma once

#include <optional>

#include "net/io/liveness.h"
#include "net/loop/fd_watcher.h"
#include "wasi/host/fd_waiter.h"

namespace tappet::wasi {

// One watcher for both directions, made when somebody waits at first. Where the loop cannot watch
// (it is out of something), a timer looks again and again. Loop thread only.
class SocketWaiter {
 public:
  // Does not own the socket, which is non-blocking.
  SocketWaiter(net::Loop& loop, int fd);

  bool ready(WaitFor what) const { return ready_now(fd_, what); }
  // Wakes `waker` once, on the loop, when that may have become true. Its callback may destroy this.
  void wait(WaitFor what, Waker& waker);

 private:
  static constexpr uint64_t kLookAgain = 10 * net::kMillisecond;
  void happened(bool read, bool write);
  void watch();

  net::Loop& loop_;
  int fd_;
  WakeList readable_;
  WakeList writable_;
  net::Liveness liveness_;
  net::Timer timer_;
  std::optional<net::FdWatcher> watcher_;
};

}  // namespace tappet::wasi
