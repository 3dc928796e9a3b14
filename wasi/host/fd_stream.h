// Streams over descriptors that can make one wait: terminals, pipes, sockets, devices.
#pragma once

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

// Takes what fits into its buffer, and writes when the other side takes it.
class FdOutput final : public OutputStream {
 public:
  static constexpr size_t kCapacity = size_t{64} * 1024;

  // A write to a pipe that nobody reads raises SIGPIPE, unless the process ignores that signal;
  // then the stream is closed.
  FdOutput(net::Loop& loop, net::Fd fd);
  // What is buffered and does not fit anywhere is lost; see drain().
  ~FdOutput() override;

  bool ready() override;
  StreamResult<size_t> check_write() override;
  StreamResult<> write(Bytes bytes) override;
  StreamResult<> flush() override;
  void drain() override;

 private:
  enum class Kind : uint8_t { kMayBlock, kNeverBlocks, kSocket };

  void pump();
  // The number of bytes written, or a negative errno.
  ssize_t write_some(ByteSpan bytes);
  void end(int error);
  size_t buffered() const { return buffer_.size() - written_; }
  // The failure that has not been told yet, or that the stream is closed.
  StreamEnd take_end();

  net::Fd fd_;
  Kind kind_ = Kind::kMayBlock;
  Bytes buffer_;
  size_t written_ = 0;  // of the buffer
  bool flushing_ = false;
  bool ended_ = false;
  std::optional<IoError> failure_;  // not told yet
  FdWaiter waiter_;
};

}  // namespace tappet::wasi
