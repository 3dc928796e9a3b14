// A queue of chunks. Small writes fill up the last chunk; whole chunks come and go by move.
#include "net/http/body.h"

#include <algorithm>

namespace tappet::http {
namespace {

// The least that is allocated for content, so that a byte at a time does not cost a chunk each.
constexpr size_t kSmallChunk = 2048;
// Held of every body even if the budget is used up.
constexpr size_t kLeastHeld = kSmallChunk;
// So many chunks wait as they were pushed; behind them, small ones are put together.
constexpr size_t kFewChunks = 16;
// How many chunks that were read stay (empty) in the queue before it is shifted.
constexpr size_t kForgetRead = 16;

}  // namespace

size_t room_within(const net::Ref<net::Budget>& budget, size_t capacity, size_t buffered) {
  capacity = std::max<size_t>(capacity, 1);
  if (buffered >= capacity) return 0;
  const size_t room = capacity - buffered;
  if (!budget || budget->bytes_left() >= room) return room;
  const size_t least = buffered < kLeastHeld ? std::min(kLeastHeld - buffered, room) : 0;
  return std::max(static_cast<size_t>(budget->bytes_left()), least);
}

struct BodyPipe : net::RefCounted {
  explicit BodyPipe(const BodyOptions& options_in)
      : options(options_in), charge(options_in.budget) {
    options.capacity = std::max<size_t>(options.capacity, 1);
  }

  ByteSpan front() const { return ByteSpan(chunks[first]).subspan(offset); }
  bool over() const { return ended || error.has_value(); }
  size_t room() const {
    return over() || reader_gone ? 0 : room_within(options.budget, options.capacity, buffered);
  }
  ErrorCode wrong_size(uint64_t total) const {
    return options.of_request ? ErrorCode::HttpRequestBodySize(total)
                              : ErrorCode::HttpResponseBodySize(total);
  }
  ErrorCode wrong_trailers(size_t size) const {
    const auto told = static_cast<uint32_t>(size);
    return options.of_request ? ErrorCode::HttpRequestTrailerSectionSize(told)
                              : ErrorCode::HttpResponseTrailerSectionSize(told);
  }
  void account() { charge.set_bytes(buffered + (trailers ? trailers->footprint() : 0)); }
  std::optional<Fields> take_trailers() {
    std::optional<Fields> taken = std::exchange(trailers, std::nullopt);
    account();
    return taken;
  }
  void end_with(ErrorCode why) {
    error = std::move(why);
    readable.wake_all();
  }
  // The space for new bytes: the last chunk if they fit there, else a new one.
  Bytes& chunk_for(size_t size);
  Result<Unit, ErrorCode> check_write(size_t size);
  void wrote(size_t size);
  void consume(size_t count);
  Bytes take_chunk();
  void drop_chunk();
  void ask() {
    if (demanded) return;
    demanded = true;
    writable.wake_all();
  }

  BodyOptions options;
  net::Charge charge;
  std::vector<Bytes> chunks;
  size_t first = 0;     // chunks before it are read
  size_t offset = 0;    // bytes of chunks[first] before it are read
  size_t buffered = 0;  // bytes not read; if 0, there may still be an empty chunk to write to
  uint64_t written = 0;
  uint64_t consumed = 0;
  bool ended = false;
  bool demanded = false;
  bool reader_gone = false;
  std::optional<ErrorCode> error;
  std::optional<Fields> trailers;
  WakeList readable;
  WakeList writable;
};

Result<Unit, ErrorCode> BodyPipe::check_write(size_t size) {
  if (error) return fail(*error);
  if (ended) return fail(ErrorCode::HttpProtocolError().with_detail("written after its end"));
  if (reader_gone) return fail(ErrorCode::ConnectionTerminated());
  if (options.length && size > *options.length - written) {
    end_with(wrong_size(written + size));
    return fail(*error);
  }
  return Unit();
}

Bytes& BodyPipe::chunk_for(size_t size) {
  const bool fits =
      chunks.size() > first && chunks.back().capacity() - chunks.back().size() >= size;
  if (fits) return chunks.back();
  if (buffered == 0) chunks.clear(), first = offset = 0;
  chunks.emplace_back();
  return chunks.back();
}

void BodyPipe::wrote(size_t size) {
  buffered += size;
  written += size;
  account();
  if (size > 0) readable.wake_all();
}

void BodyPipe::consume(size_t count) {
  buffered -= count;
  consumed += count;
  account();
  while (count > 0) {
    const size_t part = std::min(count, front().size());
    offset += part;
    count -= part;
    if (front().empty()) drop_chunk();
  }
  writable.wake_all();
}

// The first chunk, of which nothing has been read.
Bytes BodyPipe::take_chunk() {
  Bytes chunk = std::move(chunks[first]);
  buffered -= chunk.size();
  consumed += chunk.size();
  account();
  drop_chunk();
  writable.wake_all();
  return chunk;
}

// The memory of the last chunk stays for the next writes.
void BodyPipe::drop_chunk() {
  offset = 0;
  if (first + 1 == chunks.size()) {
    std::swap(chunks.front(), chunks.back());
    chunks.resize(over() ? 0 : 1);
    if (!chunks.empty()) chunks.front().clear();
    first = 0;
    return;
  }
  chunks[first] = Bytes();
  if (++first < kForgetRead) return;
  chunks.erase(chunks.begin(), chunks.begin() + static_cast<ptrdiff_t>(first));
  first = 0;
}

Body Body::make(const BodyOptions& options) {
  Body body;
  body.writer.pipe_ = net::make_ref<BodyPipe>(options);
  body.reader.pipe_ = body.writer.pipe_;
  return body;
}

BodyReader::BodyReader() = default;
BodyReader::BodyReader(Bytes bytes, net::Charge charge)
    : own_(std::move(bytes)), rest_(own_), charge_(std::move(charge)) {
  charge_.set_bytes(own_.size());
}
BodyReader::BodyReader(std::string_view text) : own_(text.begin(), text.end()), rest_(own_) {}

BodyReader BodyReader::of_static(std::string_view text) {
  BodyReader reader;
  reader.rest_ = as_bytes(text);
  return reader;
}

BodyReader::BodyReader(BodyReader&& other) noexcept
    : pipe_(std::move(other.pipe_)),
      own_(std::move(other.own_)),
      rest_(std::exchange(other.rest_, {})),
      charge_(std::move(other.charge_)) {}

BodyReader& BodyReader::operator=(BodyReader&& other) noexcept {
  if (this == &other) return *this;
  drop();
  pipe_ = std::move(other.pipe_);
  own_ = std::move(other.own_);
  rest_ = std::exchange(other.rest_, {});
  charge_ = std::move(other.charge_);
  return *this;
}

BodyReader::~BodyReader() { drop(); }

void BodyReader::drop() {
  if (!pipe_) return;
  const net::Ref<BodyPipe> pipe = std::move(pipe_);
  pipe->reader_gone = true;
  pipe->chunks.clear();
  pipe->first = pipe->offset = pipe->buffered = 0;
  pipe->account();
  pipe->writable.wake_all();
}

Poll<Result<ByteSpan, ErrorCode>> BodyReader::try_peek() {
  using Peeked = Result<ByteSpan, ErrorCode>;
  if (!pipe_) return Peeked(rest_);
  if (pipe_->buffered > 0) return Peeked(pipe_->front());
  if (pipe_->error) return Peeked(fail(*pipe_->error));
  if (pipe_->ended) return Peeked(ByteSpan());
  pipe_->ask();
  return kPending;
}

void BodyReader::consume(size_t count) {
  if (pipe_) {
    pipe_->consume(count);
  } else {
    rest_ = rest_.subspan(count);
  }
}

Poll<Result<Bytes, ErrorCode>> BodyReader::try_take(size_t max) {
  using Taken = Result<Bytes, ErrorCode>;
  const auto peeked = try_peek();
  if (!peeked) return kPending;
  if (!peeked->ok()) return Taken(fail(peeked->error()));
  const ByteSpan bytes = **peeked;
  if (bytes.size() > max || bytes.empty()) {
    Bytes part(bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(std::min(max, bytes.size())));
    consume(part.size());
    return Taken(std::move(part));
  }
  const Bytes& whole = pipe_ ? pipe_->chunks[pipe_->first] : own_;
  // A chunk that is far larger than its content is for the writer to fill up, not to be given away.
  if (whole.size() != bytes.size() || whole.capacity() > 2 * whole.size()) {
    Bytes copy(bytes.begin(), bytes.end());
    consume(copy.size());
    return Taken(std::move(copy));
  }
  if (pipe_) return Taken(pipe_->take_chunk());
  rest_ = {};
  charge_.release();
  return Taken(std::move(own_));
}

Poll<Result<std::optional<Fields>, ErrorCode>> BodyReader::try_trailers() {
  using Trailers = Result<std::optional<Fields>, ErrorCode>;
  if (available() > 0) return kPending;
  if (!pipe_) return Trailers(std::nullopt);
  if (pipe_->error) return Trailers(fail(*pipe_->error));
  if (!pipe_->ended) return kPending;
  return Trailers(pipe_->take_trailers());
}

void BodyReader::await_readable(Waker& waker) {
  if (pipe_) pipe_->readable.add(waker);
}

size_t BodyReader::gather(std::span<ByteSpan> out, size_t max) const {
  if (!pipe_) {
    if (out.empty() || rest_.empty() || max == 0) return 0;
    out[0] = rest_.first(std::min(max, rest_.size()));
    return 1;
  }
  size_t used = 0;
  for (size_t i = pipe_->first; i < pipe_->chunks.size() && used < out.size() && max > 0; ++i) {
    ByteSpan part(pipe_->chunks[i]);
    if (i == pipe_->first) part = part.subspan(pipe_->offset);
    if (part.empty()) continue;
    out[used] = part.first(std::min(max, part.size()));
    max -= out[used++].size();
  }
  return used;
}

size_t BodyReader::available() const { return pipe_ ? pipe_->buffered : rest_.size(); }
bool BodyReader::complete() const { return !pipe_ || pipe_->ended; }
bool BodyReader::has_trailers() const { return pipe_ && pipe_->trailers; }

const ErrorCode* BodyReader::failure() const {
  return pipe_ && pipe_->error ? &*pipe_->error : nullptr;
}

std::optional<Fields> BodyReader::take_trailers() {
  return pipe_ ? pipe_->take_trailers() : std::nullopt;
}

net::Ref<net::Budget> BodyReader::budget() const {
  return pipe_ ? pipe_->options.budget : charge_.budget();
}

std::optional<uint64_t> BodyReader::remaining() const {
  if (complete()) return available();
  if (pipe_->options.length) return *pipe_->options.length - pipe_->consumed;
  return std::nullopt;
}

BodyWriter::BodyWriter() = default;
BodyWriter::BodyWriter(BodyWriter&& other) noexcept : pipe_(std::move(other.pipe_)) {}

BodyWriter& BodyWriter::operator=(BodyWriter&& other) noexcept {
  if (this == &other) return *this;
  drop();
  pipe_ = std::move(other.pipe_);
  return *this;
}

BodyWriter::~BodyWriter() { drop(); }

void BodyWriter::drop() {
  if (!pipe_) return;
  abort(ErrorCode::HttpProtocolError().with_detail("the content was not finished"));
  pipe_ = {};
}

size_t BodyWriter::room() const { return pipe_ ? pipe_->room() : 0; }

Result<size_t, ErrorCode> BodyWriter::try_write(ByteSpan bytes) {
  if (!pipe_) return fail(ErrorCode::ConnectionTerminated());
  TAPPET_TRY(pipe_->check_write(bytes.size()));
  const size_t size = std::min(bytes.size(), pipe_->room());
  if (size == 0) return size_t{0};
  Bytes& chunk = pipe_->chunk_for(size);
  if (chunk.capacity() == 0) {
    chunk.reserve(std::max(size, std::min(kSmallChunk, pipe_->options.capacity)));
  }
  chunk.insert(chunk.end(), bytes.begin(), bytes.begin() + static_cast<ptrdiff_t>(size));
  pipe_->wrote(size);
  return size;
}

Result<bool, ErrorCode> BodyWriter::try_push(Bytes&& chunk) {
  if (!pipe_) return fail(ErrorCode::ConnectionTerminated());
  TAPPET_TRY(pipe_->check_write(chunk.size()));
  if (chunk.size() > pipe_->room()) return false;
  if (chunk.empty()) return true;
  const size_t size = chunk.size();
  // A long queue of tiny chunks would take many times the memory of its content.
  if (size < kSmallChunk / 2 && pipe_->chunks.size() - pipe_->first >= kFewChunks) {
    TAPPET_TRY(try_write(chunk));
    return true;
  }
  if (pipe_->buffered == 0) pipe_->chunks.clear(), pipe_->first = pipe_->offset = 0;
  pipe_->chunks.push_back(std::move(chunk));
  pipe_->wrote(size);
  return true;
}

Result<Unit, ErrorCode> BodyWriter::finish(std::optional<Fields> trailers) {
  if (!pipe_) return fail(ErrorCode::ConnectionTerminated());
  if (pipe_->error) return fail(*pipe_->error);
  if (pipe_->ended) return fail(ErrorCode::HttpProtocolError().with_detail("finished twice"));
  if (pipe_->options.length && pipe_->written < *pipe_->options.length) {
    const ErrorCode error = pipe_->wrong_size(pipe_->written);
    pipe_->end_with(error);
    return fail(error);
  }
  if (trailers && !pipe_->charge.try_set_bytes(pipe_->buffered + trailers->footprint())) {
    const ErrorCode error = pipe_->wrong_trailers(trailers->footprint());
    pipe_->end_with(error);
    return fail(error);
  }
  pipe_->ended = true;
  pipe_->trailers = std::move(trailers);
  pipe_->readable.wake_all();
  return Unit();
}

void BodyWriter::abort(ErrorCode error) {
  if (pipe_ && !pipe_->over()) pipe_->end_with(std::move(error));
}

bool BodyWriter::reader_gone() const { return !pipe_ || pipe_->reader_gone; }
bool BodyWriter::over() const { return !pipe_ || pipe_->over(); }
bool BodyWriter::demanded() const { return pipe_ && pipe_->demanded; }
uint64_t BodyWriter::written() const { return pipe_ ? pipe_->written : 0; }

void BodyWriter::await_writable(Waker& waker) {
  if (pipe_) pipe_->writable.add(waker);
}

}  // namespace tappet::http
