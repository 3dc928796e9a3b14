// The operating system's reasons, as values.
#pragma once

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

// "No such file or directory (errno 2)"
std::string to_string(Errno error);
// With the Errno as payload.
IoError io_error(Errno error);

}  // namespace tappet::wasi
