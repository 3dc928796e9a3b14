// Streams over descriptors that can make one wait: terminals, pipes, sockets, devices.
#pragma once

#include "wasi/host/buffered_output.h"
#include "wasi/host/errno.h"
#include "wasi/host/fd_waiter.h"

namespace tappet::wasi {

// Reads only when there is something, without making the descriptor non-blocking.
class FdInput final : public InputStream {
 public:
  FdInput(net::Loop& loop, net::Fd fd);

  bool ready() override;
  StreamResult<Bytes> read(uint64_t limit) override;

 private:
  net::Loop& loop_;
  net::Fd fd_;
  bool ended_ = false;
  FdWaiter waiter_;
};

class FdOutput final : public BufferedOutput {
 public:
  // A write to a pipe that nobody reads raises SIGPIPE, unless the process ignores that signal;
  // then the stream is closed.
  FdOutput(net::Loop& loop, net::Fd fd);
  // What is buffered and does not fit anywhere is lost; see drain().
  ~FdOutput() override;

  bool drain(uint64_t longest_stall_ns) override;

 private:
  enum class Kind : uint8_t { kMayBlock, kNeverBlocks, kSocket };

  ssize_t write_some(ByteSpan bytes) override;
  void arm() override { waiter_.arm(); }
  std::optional<IoError> failure(int error) const override;

  net::Fd fd_;
  Kind kind_ = Kind::kMayBlock;
  FdWaiter waiter_;
};

}  // namespace tappet::wasi
