// The content of messages in a guest's hands: net/http's bodies as streams.
#pragma once

#include <memory>
#include <optional>

#include "net/http/body.h"
#include "wasi/host/stream.h"
#include "wasi/http/engine/guest_fields.h"

namespace tappet::wasi {

// A failure of the stream, which http-error-code finds again. Its text has no details: guests see
// it.
StreamEnd stream_failure(const http::ErrorCode& error);

// Nobody is to read on: the sender learns of it, and whoever tries all the same finds an error
// (connection-terminated).
void cut_off(http::BodyReader& reader);

// Content that arrives. The stream and the body share the reader, which the stream uses first, and
// then what waits for the trailers.
class IncomingBody {
 public:
  explicit IncomingBody(http::BodyReader reader)
      : reader_(std::make_shared<http::BodyReader>(std::move(reader))) {}

  // The content; null the second time.
  std::shared_ptr<InputStream> stream();
  const std::shared_ptr<http::BodyReader>& reader() const { return reader_; }
  // The stream included.
  void cut_off() { wasi::cut_off(*reader_); }

 private:
  std::shared_ptr<http::BodyReader> reader_;
  bool streamed_ = false;
};

// What follows the content. What is left of that is read and dropped.
class FutureTrailers final : public Readiness {
 public:
  using Outcome = Result<std::optional<GuestFields>, http::ErrorCode>;
  FutureTrailers(std::shared_ptr<http::BodyReader> reader, const FieldRules& rules);

  bool ready() override;
  // Pending, or the outcome; after that, Unit for having been asked before.
  Poll<Result<Outcome, Unit>> get();
  void cut_off() { wasi::cut_off(*reader_); }

 private:
  void settle(Result<std::optional<http::Fields>, http::ErrorCode> trailers);

  std::shared_ptr<http::BodyReader> reader_;
  const FieldRules& rules_;
  Waker readable_;
  std::optional<Outcome> outcome_;
  bool taken_ = false;
};

// Content that a guest writes. Dropped before finish(), it is incomplete for its reader.
class OutgoingBody {
 public:
  // `chunk_size`: the most that one write to the stream may have.
  explicit OutgoingBody(http::BodyWriter writer, size_t chunk_size = kMostWritten)
      : writer_(std::make_shared<http::BodyWriter>(std::move(writer))), chunk_size_(chunk_size) {}
  ~OutgoingBody();
  OutgoingBody(const OutgoingBody&) = delete;
  OutgoingBody& operator=(const OutgoingBody&) = delete;

  // Where to write; null the second time.
  std::shared_ptr<OutputStream> stream();
  // Who wants to know whether there is a reader left looks at this.
  std::weak_ptr<http::BodyWriter> writer() const { return writer_; }
  // What is not finished is incomplete for its reader.
  void cut_off();
  // Fails if the content is not what content-length said.
  Result<Unit, http::ErrorCode> finish(std::optional<http::Fields> trailers);

 private:
  std::shared_ptr<http::BodyWriter> writer_;
  size_t chunk_size_;
  bool streamed_ = false;
};

}  // namespace tappet::wasi
