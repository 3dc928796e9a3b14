#include "wasi/host/buffered_output.h"

#include <cerrno>

namespace tappet::wasi {

bool BufferedOutput::ready() {
  pump();
  if (ended_ || (!flushing_ && buffered() < kCapacity)) return true;
  arm();
  return false;
}

StreamEnd BufferedOutput::take_end() {
  if (!failure_) return StreamEnd::closed();
  StreamEnd end = StreamEnd::failed(*std::move(failure_));
  failure_.reset();
  return end;
}

StreamResult<size_t> BufferedOutput::check_write() {
  pump();
  if (ended_) return fail(take_end());
  return flushing_ ? 0 : kCapacity - buffered();
}

StreamResult<> BufferedOutput::write(Bytes bytes) {
  if (ended_) return fail(take_end());
  if (buffered() == 0) {
    buffer_ = std::move(bytes);
  } else {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<ptrdiff_t>(written_));
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }
  written_ = 0;
  pump();
  return {};
}

StreamResult<> BufferedOutput::flush() {
  pump();
  if (ended_) return fail(take_end());
  flushing_ = buffered() != 0;
  return {};
}

void BufferedOutput::pump() {
  if (buffered() == 0) return;
  while (buffered() != 0) {
    const ssize_t count = write_some(ByteSpan(buffer_).subspan(written_));
    if (count == 0 || count == -EAGAIN || count == -EWOULDBLOCK) return arm();
    if (count < 0) return end(static_cast<int>(-count));
    written_ += static_cast<size_t>(count);
  }
  buffer_.clear();
  written_ = 0;
  flushing_ = false;
  emptied();
}

void BufferedOutput::close() {
  ended_ = true;
  failure_.reset();
}

void BufferedOutput::end(int error) {
  ended_ = true;
  buffer_.clear();
  written_ = 0;
  flushing_ = false;
  failure_ = failure(error);
}

}  // namespace tappet::wasi
