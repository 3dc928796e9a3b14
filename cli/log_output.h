// What a server says while it serves: requests must not wait for whoever reads it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "wasi/host/fd_stream.h"

namespace tappet::cli {

// Writes texts without ever waiting: where the other side does not take them, be it slow or out of
// space, they are dropped, and the next one that fits is preceded by a note of how many those were.
// Loop thread only.
class LogOutput {
 public:
  // Makes a line of the number of texts that were dropped.
  using Note = std::function<std::string(uint64_t)>;

  // Takes over the descriptor.
  LogOutput(net::Loop& loop, net::Fd fd, Note note);

  void write(std::string_view text);
  uint64_t dropped() const { return dropped_; }
  // For the end: waits for the other side, unless it takes nothing for so long.
  void drain(uint64_t longest_stall_ns);

 private:
  bool try_write(std::string_view text);

  net::Loop& loop_;
  net::Fd fd_;
  std::optional<wasi::FdOutput> out_;  // nothing after it has failed
  Note note_;
  uint64_t dropped_ = 0;
  uint64_t untold_ = 0;
};

}  // namespace tappet::cli
