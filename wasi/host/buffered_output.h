// What output streams over descriptors have in common: a buffer in front of something that takes
// bytes now and then.
#pragma once

#include <sys/types.h>

#include <optional>

#include "wasi/host/stream.h"

namespace tappet::wasi {

// Takes what fits into its buffer, and writes when the other side takes it. Classes derived from it
// call pump() in their destructors; what is still buffered then and does not fit anywhere is lost.
class BufferedOutput : public OutputStream {
 public:
  static constexpr size_t kCapacity = size_t{64} * 1024;

  bool ready() override;
  StreamResult<size_t> check_write() override;
  StreamResult<> write(Bytes bytes) override;
  StreamResult<> flush() override;

  size_t buffered() const { return buffer_.size() - written_; }

 protected:
  // The number of bytes that were taken, or a negative errno: EAGAIN for none now.
  virtual ssize_t write_some(ByteSpan bytes) = 0;
  // Has writable() called once when write_some() may take more.
  virtual void arm() = 0;
  // The reason of a failure, for the guest; nothing if it only means that nobody reads any more.
  virtual std::optional<IoError> failure(int error) const = 0;
  // Everything was taken; called by pump().
  virtual void emptied() {}

  // To be called when more can be written.
  void writable() {
    pump();
    changed_.wake_all();
  }
  // Writes what can be written.
  void pump();
  // Takes nothing more, without an error.
  void close();
  bool ended() const { return ended_; }

 private:
  void end(int error);
  // The failure that has not been told yet, or that the stream is closed.
  StreamEnd take_end();

  Bytes buffer_;
  size_t written_ = 0;  // of the buffer
  bool flushing_ = false;
  bool ended_ = false;
  std::optional<IoError> failure_;  // not told yet
};

}  // namespace tappet::wasi
