#include "wasi/host/fd_waiter.h"

#include <poll.h>
#ifdef __linux__
#include <sys/epoll.h>
#endif

#include <algorithm>
#include <cerrno>
#include <climits>

namespace tappet::wasi {
namespace {

short events_of(WaitFor what) { return what == WaitFor::kRead ? POLLIN : POLLOUT; }

// An epoll set with this descriptor in it, or nothing.
net::Fd make_set([[maybe_unused]] int fd, [[maybe_unused]] WaitFor what) {
#ifdef __linux__
  net::Fd set(epoll_create1(EPOLL_CLOEXEC));
  epoll_event event{};
  event.events = what == WaitFor::kRead ? EPOLLIN : EPOLLOUT;
  if (set && epoll_ctl(set.get(), EPOLL_CTL_ADD, fd, &event) == 0) return set;
#endif
  return {};
}

}  // namespace

bool ready_now(int fd, WaitFor what) {
  pollfd query{fd, events_of(what), 0};
  return poll(&query, 1, 0) != 0;  // a failure is for the read or write to tell
}

FdWaiter::FdWaiter(net::Loop& loop, int fd, WaitFor what, std::function<void()> on_ready)
    : loop_(loop), fd_(fd), what_(what), on_ready_(std::move(on_ready)), timer_(loop, [this] {
        look();
      }) {}

bool FdWaiter::block(uint64_t longest_ns) const {
  constexpr uint64_t kLongest = INT_MAX;
  const uint64_t ms = longest_ns / net::kMillisecond;
  const int timeout = longest_ns == net::kNever ? -1 : static_cast<int>(std::min(ms, kLongest));
  pollfd query{fd_, events_of(what_), 0};
  int outcome = -1;
  do {
    outcome = poll(&query, 1, timeout);
  } while (outcome < 0 && errno == EINTR);
  return outcome != 0;  // a failure is for the read or write to tell
}

void FdWaiter::arm() {
  if (armed_) return;
  armed_ = true;
  if (!set_) {
    set_ = make_set(fd_, what_);
    if (set_) watcher_.emplace(loop_, set_.get(), [this](int, bool) { look(); });
  }
  wait_with(set_ && watcher_->error() == 0);
}

void FdWaiter::wait_with(bool watcher) {
  if (watcher) {
    watcher_->watch(net::FdWatcher::kReadable);
  } else {
    timer_.set_after(kLookAgain);
  }
}

void FdWaiter::look() {
  if (!armed_) return;
  if (!ready()) return wait_with(set_ && watcher_->error() == 0);
  armed_ = false;
  if (watcher_) watcher_->watch(net::FdWatcher::kNothing);
  on_ready_();
}

}  // namespace tappet::wasi
