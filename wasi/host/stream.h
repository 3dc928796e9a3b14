// Byte streams between a guest and something of the host, for all generations of WASI: files, the
// standard streams, bodies of HTTP messages.
//
// Nothing blocks. What has nothing to do says so, and wakes those who registered once that may have
// changed; a wake-up may be spurious, and never comes from inside a call on the stream itself.
// Loop thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "interp/base/bytes.h"
#include "interp/base/ready.h"
#include "interp/base/result.h"

namespace tappet::wasi {

// Something to wait for.
class Readiness {
 public:
  Readiness() = default;
  virtual ~Readiness() = default;
  Readiness(const Readiness&) = delete;
  Readiness& operator=(const Readiness&) = delete;

  // Whether there is something to do. After false, changed() is woken when it may be true.
  virtual bool ready() = 0;
  WakeList& changed() { return changed_; }

 protected:
  WakeList changed_;
};

class AlwaysReady final : public Readiness {
 public:
  bool ready() override { return true; }
};

// Why a stream failed: text for people, and for those who know where the stream comes from, a value
// of its own kind (an errno, an HTTP error).
class IoError {
 public:
  explicit IoError(std::string debug_string) : debug_string_(std::move(debug_string)) {}
  template <class T>
  IoError(std::string debug_string, T payload)
      : debug_string_(std::move(debug_string)),
        key_(key<T>()),
        payload_(std::make_shared<const T>(std::move(payload))) {}

  const std::string& debug_string() const { return debug_string_; }
  // Null if the payload is of another type.
  template <class T>
  const T* payload() const {
    return key_ == key<T>() ? static_cast<const T*>(payload_.get()) : nullptr;
  }

 private:
  template <class T>
  static const void* key() {
    static const char id = 0;
    return &id;
  }
  std::string debug_string_;
  const void* key_ = nullptr;
  std::shared_ptr<const void> payload_;
};

// The end of a stream: in order if there is no error. An error is told once, and then the stream is
// closed.
struct StreamEnd {
  std::shared_ptr<IoError> error;

  static StreamEnd closed() { return {}; }
  static StreamEnd failed(IoError error) { return {std::make_shared<IoError>(std::move(error))}; }
};

template <class T = Unit>
using StreamResult = Result<T, StreamEnd>;

// The most that one call of a stream moves, whatever was asked for.
inline constexpr size_t kMostRead = size_t{64} * 1024;
inline constexpr size_t kMostWritten = size_t{1024} * 1024;

class InputStream : public Readiness {
 public:
  // What there is now: at most `limit` bytes, and at most kMostRead. Empty: nothing yet, see
  // ready(), or limit is 0. A stream that has ended and a stream that has failed are ready.
  virtual StreamResult<Bytes> read(uint64_t limit) = 0;
};

class OutputStream : public Readiness {
 public:
  // How many bytes write() takes now: at most kMostWritten. 0: none before changed() is woken. A
  // stream that has failed or is closed is ready.
  virtual StreamResult<size_t> check_write() = 0;
  // Precondition: bytes.size() is at most what check_write() would return.
  virtual StreamResult<> write(Bytes bytes) = 0;
  // Begins to hand over what was written; check_write() returns 0 until that is done.
  virtual StreamResult<> flush() = 0;
  // Hands over what was written before it returns, for a program's end. False: nothing more was
  // taken for so long, and something is left.
  virtual bool drain(uint64_t /*longest_stall_ns*/) { return true; }
};

}  // namespace tappet::wasi
