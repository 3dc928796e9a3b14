// POSIX signals as readiness.
#pragma once

#include "net/loop/loop.h"

namespace tappet::net {

// Catches one signal for as long as it lives. Loop thread only.
class Signal {
 public:
  // Fails for signals that cannot be caught.
  static Result<std::unique_ptr<Signal>> catch_signal(Loop& loop, int number);
  ~Signal();
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  // How often the signal has come since it was last asked; pending if not at all.
  Poll<uint32_t> try_take();
  WakeList& ready() { return ready_; }

 private:
  struct Handle;
  Signal() = default;
  Handle* handle_ = nullptr;  // owned by libuv from the destructor on
  uint32_t count_ = 0;
  WakeList ready_;
};

}  // namespace tappet::net
