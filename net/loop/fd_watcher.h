// Tells when a descriptor can be read or written. The only place that uses uv_poll_t: sockets do
// their own system calls (so that writes never raise SIGPIPE, reads go into the loop's one buffer,
// and a reset is noticed while nobody reads), the loop only says when.
#pragma once

#include <functional>

#include "net/loop/loop.h"

namespace tappet::net {

// Loop thread only. Does not own the descriptor; closing it is allowed once the watcher is gone.
class FdWatcher {
 public:
  enum Events : uint8_t {
    kNothing = 0,
    kReadable = 1,
    kWritable = 2,
    kErrors = 8,  // nothing but failures, which are reported with every other choice, too; comes
                  // also (and stays) when both directions of a socket have ended in order
  };
  // `failed` says that the descriptor has an error pending (SO_ERROR) and that watching has
  // stopped.
  using OnEvent = std::function<void(int events, bool failed)>;

  FdWatcher(Loop& loop, int fd, OnEvent on_event);
  ~FdWatcher();
  FdWatcher(const FdWatcher&) = delete;
  FdWatcher& operator=(const FdWatcher&) = delete;

  // 0, or the negative libuv code with which watching this descriptor failed for good.
  int error() const { return error_; }
  // Replaces what is watched for. Events are level-triggered: what is not dealt with comes again.
  // A change costs system calls, the same choice again costs nothing.
  void watch(int events);

 private:
  struct Handle;
  Handle* handle_;  // owned by libuv from the destructor on
  int events_ = kNothing;
  int error_ = 0;
};

}  // namespace tappet::net
