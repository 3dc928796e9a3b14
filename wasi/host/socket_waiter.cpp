#include "wasi/host/socket_waiter.h"

namespace tappet::wasi {

using net::FdWatcher;

SocketWaiter::SocketWaiter(net::Loop& loop, int fd)
    : loop_(loop), fd_(fd), timer_(loop, [this] { happened(true, true); }) {}

void SocketWaiter::wait(WaitFor what, Waker& waker) {
  (what == WaitFor::kRead ? readable_ : writable_).add(waker);
  watch();
}

void SocketWaiter::watch() {
  if (!watcher_) {
    watcher_.emplace(loop_, fd_, [this](int events, bool failed) {
      happened(failed || (events & FdWatcher::kReadable) != 0,
               failed || (events & FdWatcher::kWritable) != 0);
    });
  }
  const bool anybody = !readable_.empty() || !writable_.empty();
  if (watcher_->error() != 0) {
    if (anybody && !timer_.pending()) timer_.set_after(kLookAgain);
    return;
  }
  watcher_->watch((readable_.empty() ? FdWatcher::kNothing : FdWatcher::kReadable) |
                  (writable_.empty() ? FdWatcher::kNothing : FdWatcher::kWritable));
}

// Those who are woken may register again, which watches again.
void SocketWaiter::happened(bool read, bool write) {
  const net::Liveness::Watch alive(liveness_);
  if (read) readable_.wake_all();
  if (alive && write) writable_.wake_all();
  if (alive) watch();
}

}  // namespace tappet::wasi
