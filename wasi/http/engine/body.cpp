#include "wasi/http/engine/body.h"

#include <algorithm>

namespace tappet::wasi {
namespace {

class BodyInput final : public InputStream {
 public:
  explicit BodyInput(std::shared_ptr<http::BodyReader> reader)
      : reader_(std::move(reader)), readable_([this] { changed_.wake_all(); }) {}

  bool ready() override {
    if (ended_ || reader_->try_peek()) return true;
    reader_->await_readable(readable_);
    return false;
  }
  StreamResult<Bytes> read(uint64_t limit) override {
    if (ended_) return fail(StreamEnd::closed());
    if (limit == 0) return Bytes();
    auto bytes = reader_->try_take(static_cast<size_t>(std::min<uint64_t>(limit, kMostRead)));
    if (!bytes) return Bytes();
    if (bytes->ok() && !(*bytes)->empty()) return std::move(*bytes).value();
    ended_ = true;
    return fail(bytes->ok() ? StreamEnd::closed() : stream_failure(bytes->error()));
  }

 private:
  std::shared_ptr<http::BodyReader> reader_;
  Waker readable_;
  bool ended_ = false;
};

class BodyOutput final : public OutputStream {
 public:
  BodyOutput(std::shared_ptr<http::BodyWriter> writer, size_t chunk_size)
      : writer_(std::move(writer)),
        chunk_size_(std::min(chunk_size, kMostWritten)),
        writable_([this] { changed_.wake_all(); }) {}

  bool ready() override {
    if (over() || writer_->room() > 0) return true;
    writer_->await_writable(writable_);
    return false;
  }
  StreamResult<size_t> check_write() override {
    if (over()) return fail(StreamEnd::closed());
    const size_t room = writer_->room();
    if (room == 0) writer_->await_writable(writable_);
    return std::min(room, chunk_size_);
  }
  StreamResult<> write(Bytes bytes) override {
    if (over()) return fail(StreamEnd::closed());
    if (bytes.empty()) return {};
    auto pushed = writer_->try_push(std::move(bytes));
    if (pushed.ok() && *pushed) return {};
    // Others have used up the room that there was when the guest asked: what it may hold is full.
    if (pushed.ok()) pushed = fail(http::ErrorCode::InternalError("too much waits to be sent"));
    failed_ = true;
    if (writer_->reader_gone()) return fail(StreamEnd::closed());
    return fail(stream_failure(pushed.error()));
  }
  StreamResult<> flush() override {
    if (over()) return fail(StreamEnd::closed());
    return {};
  }

 private:
  bool over() const { return failed_ || writer_->reader_gone() || writer_->over(); }

  std::shared_ptr<http::BodyWriter> writer_;
  const size_t chunk_size_;
  Waker writable_;
  bool failed_ = false;
};

}  // namespace

StreamEnd stream_failure(const http::ErrorCode& error) {
  return StreamEnd::failed(IoError(http::ErrorCode(error).with_detail({}).to_string(), error));
}

void cut_off(http::BodyReader& reader) {
  http::Body none = http::Body::make();
  none.writer.abort(http::ErrorCode::ConnectionTerminated());
  reader = std::move(none.reader);
}

std::shared_ptr<InputStream> IncomingBody::stream() {
  if (std::exchange(streamed_, true)) return nullptr;
  return std::make_shared<BodyInput>(reader_);
}

FutureTrailers::FutureTrailers(std::shared_ptr<http::BodyReader> reader, const FieldRules& rules)
    : reader_(std::move(reader)), rules_(rules), readable_([this] { changed_.wake_all(); }) {}

bool FutureTrailers::ready() {
  while (!outcome_ && !taken_) {
    if (auto trailers = reader_->try_trailers()) {
      settle(std::move(*trailers));
      break;
    }
    auto rest = reader_->try_peek();
    if (!rest) {
      reader_->await_readable(readable_);
      return false;
    }
    if (rest->ok() && !(*rest)->empty()) {
      reader_->consume((*rest)->size());
      continue;
    }
    // The end has been seen now, so the trailers are known, or the error is.
    if (!rest->ok()) {
      settle(fail(std::move(*rest).error()));
      break;
    }
  }
  return true;
}

void FutureTrailers::settle(Result<std::optional<http::Fields>, http::ErrorCode> trailers) {
  if (!trailers.ok()) {
    outcome_ = Outcome(fail(std::move(trailers).error()));
  } else if (*trailers) {
    outcome_ = Outcome(
        GuestFields::received(std::move(**trailers), rules_, net::Charge(reader_->budget())));
  } else {
    outcome_ = Outcome(std::optional<GuestFields>());
  }
}

Poll<Result<FutureTrailers::Outcome, Unit>> FutureTrailers::get() {
  if (taken_) return Result<Outcome, Unit>(fail(Unit()));
  if (!ready()) return kPending;
  taken_ = true;
  return Result<Outcome, Unit>(*std::exchange(outcome_, std::nullopt));
}

// The stream may outlive this for as long as it takes to drop both; the content ends here.
OutgoingBody::~OutgoingBody() { cut_off(); }

void OutgoingBody::cut_off() {
  writer_->abort(http::ErrorCode::HttpProtocolError().with_detail("the body was not finished"));
}

std::shared_ptr<OutputStream> OutgoingBody::stream() {
  if (std::exchange(streamed_, true)) return nullptr;
  return std::make_shared<BodyOutput>(writer_, chunk_size_);
}

Result<Unit, http::ErrorCode> OutgoingBody::finish(std::optional<http::Fields> trailers) {
  return writer_->finish(std::move(trailers));
}

}  // namespace tappet::wasi
