#include "wasi/host/memory_stream.h"

namespace tappet::wasi {

StreamResult<Bytes> MemoryInput::read(uint64_t limit) {
  const size_t left = contents_.size() - position_;
  if (left == 0) return fail(StreamEnd::closed());
  const size_t count = std::min({limit, uint64_t{left}, uint64_t{kMostRead}});
  const auto from = contents_.begin() + static_cast<ptrdiff_t>(position_);
  position_ += count;
  return Bytes(from, from + static_cast<ptrdiff_t>(count));
}

StreamResult<size_t> MemoryOutput::check_write() {
  if (failed_) return fail(StreamEnd::closed());
  if (contents_.size() < limit_) return std::min(limit_ - contents_.size(), kMostWritten);
  failed_ = true;
  return fail(StreamEnd::failed(IoError("the buffer for this output is full")));
}

StreamResult<> MemoryOutput::write(Bytes bytes) {
  if (failed_) return fail(StreamEnd::closed());
  contents_.insert(contents_.end(), bytes.begin(), bytes.end());
  return {};
}

StreamResult<> MemoryOutput::flush() {
  if (failed_) return fail(StreamEnd::closed());
  return {};
}

}  // namespace tappet::wasi
