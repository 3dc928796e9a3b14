// A two-way stream of bytes between two parties: TCP, TLS over it, or a pipe within the process.
//
// Nothing blocks and nothing calls the user with data. What cannot be done now is tried again after
// a wake-up; wake-ups come from the loop only, never from inside a call on the stream, and may be
// spurious. A waker's callback may destroy the stream. Loop thread only.
#pragma once

#include <span>

#include "interp/base/bytes.h"
#include "interp/base/ready.h"
#include "interp/base/result.h"
#include "net/io/io_error.h"

namespace tappet::net {

class ByteStream {
 public:
  ByteStream() = default;
  // Closes both directions. What the peer has not been sent yet is lost; see shutdown().
  virtual ~ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  // The bytes that have come and are not consumed: at least one, or none at all for the end of the
  // peer's direction (which stays readable), or pending. The span is valid until the next call on
  // the stream or until the caller returns to the loop. Once it has failed, it fails for good.
  virtual Poll<Result<ByteSpan, IoError>> try_peek() = 0;
  // Takes `count` bytes, at most what try_peek() last showed, out of the stream. Whoever does not
  // consume stops the stream from reading more than a bounded amount: that is the back-pressure.
  virtual void consume(size_t count) = 0;
  WakeList& readable() { return readable_; }

  // Accepts a prefix of the parts' bytes, in order, and says how many; fewer than all means that
  // the way is full now, and writable() will tell. Accepted bytes are sent without further calls.
  virtual Result<size_t, IoError> try_write(std::span<const ByteSpan> parts) = 0;
  // Accepted bytes that are still this process's, because the way is full: destroying the stream
  // loses them. 0 for streams that have failed.
  virtual size_t unsent() const { return 0; }
  // Woken when more can be written after try_write() accepted less than it was given, when unsent()
  // has become 0, and on failure.
  WakeList& writable() { return writable_; }

  // Ends this direction after everything accepted so far. Later writes fail.
  virtual void shutdown() = 0;
  // Ends both directions at once, so that the peer cannot take what it got for complete (for TCP: a
  // reset). Everything fails afterwards.
  virtual void abort() = 0;
  // The stream is known to be dead in both directions. The end of the peer's direction alone is not
  // that. Noticed also while nobody reads.
  virtual bool broken() const = 0;
  // Woken when broken() has become true.
  WakeList& closed() { return closed_; }

  // Copies up to out.size() bytes and consumes them; 0 is the end, or an empty `out`.
  Poll<Result<size_t, IoError>> try_read(std::span<uint8_t> out);

 protected:
  WakeList readable_;
  WakeList writable_;
  WakeList closed_;
};

}  // namespace tappet::net
