#include "net/loop/fd_watcher.h"

#include <uv.h>

namespace tappet::net {

static_assert(static_cast<int>(FdWatcher::kReadable) == UV_READABLE);
static_assert(static_cast<int>(FdWatcher::kWritable) == UV_WRITABLE);
// libuv does not report errors of descriptors that it watches for nothing; urgent data never comes
// (or is ignored by the reader), errors do.
static_assert(static_cast<int>(FdWatcher::kErrors) == UV_PRIORITIZED);

struct FdWatcher::Handle {
  uv_poll_t poll;
  OnEvent on_event;
  FdWatcher* owner;
};

FdWatcher::FdWatcher(Loop& loop, int fd, OnEvent on_event) : handle_(new Handle) {
  handle_->on_event = std::move(on_event);
  handle_->owner = this;
  handle_->poll.data = handle_;
  error_ = uv_poll_init(loop.raw(), &handle_->poll, fd);
}

FdWatcher::~FdWatcher() {
  handle_->owner = nullptr;
  if (error_ != 0) {
    delete handle_;
    return;
  }
  uv_close(reinterpret_cast<uv_handle_t*>(&handle_->poll),
           [](uv_handle_t* closed) { delete static_cast<Handle*>(closed->data); });
}

void FdWatcher::watch(int events) {
  if (error_ != 0 || events == events_) return;
  events_ = events;
  if (events == kNothing) {
    uv_poll_stop(&handle_->poll);
    return;
  }
  // The callback may destroy the watcher; its own storage lives until libuv has closed the handle.
  uv_poll_start(&handle_->poll, events, [](uv_poll_t* poll, int status, int seen) {
    auto* handle = static_cast<Handle*>(poll->data);
    if (status < 0) handle->owner->events_ = kNothing;
    handle->on_event(seen, status < 0);
  });
}

}  // namespace tappet::net
