// Waiting for a descriptor that is shared with other processes.
#pragma once

#include <functional>
#include <optional>

#include "net/io/socket.h"
#include "net/loop/fd_watcher.h"

namespace tappet::wasi {

// What a descriptor is waited for.
enum class WaitFor : uint8_t { kRead, kWrite };

// Whether one read, or one write of up to PIPE_BUF bytes, returns without waiting.
bool ready_now(int fd, WaitFor what);

// The standard streams' open file descriptions belong to the shell, too: they must not be made
// non-blocking, which is what net::FdWatcher does to what it watches. So the watcher gets an epoll
// set of our own with the descriptor in it. What epoll does not take (regular files) is always
// ready; where there is no epoll at all, a timer looks again and again.
class FdWaiter {
 public:
  // Does not own the descriptor. `on_ready` may destroy the waiter.
  FdWaiter(net::Loop& loop, int fd, WaitFor what, std::function<void()> on_ready);

  bool ready() const { return ready_now(fd_, what_); }
  // Calls on_ready once, on the loop, when ready() has become true.
  void arm();
  // Waits on the spot, at most for so long. Whether it is ready.
  bool block(uint64_t longest_ns) const;

 private:
  static constexpr uint64_t kLookAgain = 10 * net::kMillisecond;
  void look();
  void wait_with(bool watcher);

  net::Loop& loop_;
  int fd_;
  WaitFor what_;
  std::function<void()> on_ready_;
  bool armed_ = false;
  net::Fd set_;
  net::Timer timer_;
  std::optional<net::FdWatcher> watcher_;  // last: gone before the set is closed
};

}  // namespace tappet::wasi
