// The operating system's reasons, as values.
#pragma once

#include <sys/types.h>

#include <cerrno>
#include <string>

#include "interp/base/result.h"
#include "wasi/host/stream.h"

namespace tappet::wasi {

// A positive errno.
struct Errno {
  int code = 0;
  bool operator==(const Errno&) const = default;
};

template <class T = Unit>
using SystemResult = Result<T, Errno>;

// The count that a system call returns, which is tried again when a signal interrupts it.
template <class Call>
SystemResult<size_t> counted(Call call) {
  ssize_t count = -1;
  do {
    count = call();
  } while (count < 0 && errno == EINTR);
  if (count < 0) return fail(Errno{errno});
  return static_cast<size_t>(count);
}

// "No such file or directory (errno 2)"
std::string to_string(Errno error);
// With the Errno as payload.
IoError io_error(Errno error);

}  // namespace tappet::wasi
