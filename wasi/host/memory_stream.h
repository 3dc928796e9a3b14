// Streams without an outside: from and to buffers, and nowhere.
#pragma once

#include <algorithm>

#include "wasi/host/stream.h"

namespace tappet::wasi {

class MemoryInput final : public InputStream {
 public:
  // Empty contents are a stream that has ended.
  explicit MemoryInput(Bytes contents = {}) : contents_(std::move(contents)) {}

  bool ready() override { return true; }
  StreamResult<Bytes> read(uint64_t limit) override;

 private:
  Bytes contents_;
  size_t position_ = 0;
};

// Keeps what is written, up to a limit. More fails.
class MemoryOutput final : public OutputStream {
 public:
  explicit MemoryOutput(size_t limit = kMostWritten) : limit_(limit) {}

  const Bytes& contents() const { return contents_; }
  std::string_view text() const { return as_text(contents_); }
  // Makes room.
  Bytes take() { return std::move(contents_); }

  bool ready() override { return true; }
  StreamResult<size_t> check_write() override;
  StreamResult<> write(Bytes bytes) override;
  StreamResult<> flush() override;

 private:
  Bytes contents_;
  size_t limit_;
  bool failed_ = false;
};

class NullOutput final : public OutputStream {
 public:
  bool ready() override { return true; }
  StreamResult<size_t> check_write() override { return kMostWritten; }
  StreamResult<> write(Bytes) override { return {}; }
  StreamResult<> flush() override { return {}; }
};

}  // namespace tappet::wasi
