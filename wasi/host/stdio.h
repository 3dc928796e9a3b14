// The standard streams of a guest.
#pragma once

#include "net/loop/loop.h"
#include "wasi/host/stream.h"

namespace tappet::wasi {

// Streams may be shared between guests. By default there is nothing to read, and what is written
// vanishes.
struct Stdio {
  std::shared_ptr<InputStream> in;
  std::shared_ptr<OutputStream> out;
  std::shared_ptr<OutputStream> err;
  bool in_is_terminal = false;
  bool out_is_terminal = false;
  bool err_is_terminal = false;

  Stdio();

  // This process's own; a descriptor that is closed counts as nothing to read or nowhere to write.
  // Whoever inherits outputs ignores SIGPIPE, and calls drain() before the process ends.
  void inherit_in(net::Loop& loop);
  void inherit_out(net::Loop& loop);
  void inherit_err(net::Loop& loop);

  void drain(uint64_t longest_stall_ns) const {
    (void)out->drain(longest_stall_ns);
    (void)err->drain(longest_stall_ns);
  }
};

}  // namespace tappet::wasi
