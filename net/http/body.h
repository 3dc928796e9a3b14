// The content of a message: bytes that one side writes while the other reads, with bounded memory
// in between, an end that is either clean or an error, and trailers.
//
// Both ends are resources that move but do not copy; each may be dropped at any time, and the other
// learns of it. Wake-ups come straight from the call on the other end, so a waker's callback must
// only take note (schedule itself) and not use the body. Loop thread only.
#pragma once

#include <optional>
#include <span>

#include "interp/base/bytes.h"
#include "interp/base/ready.h"
#include "interp/base/result.h"
#include "net/http/error_code.h"
#include "net/http/fields.h"
#include "net/io/budget.h"
#include "net/loop/ref.h"

namespace tappet::http {

struct BodyPipe;

// Where the content is read. Without a writer (empty, or made from bytes) it costs no allocation of
// its own and is never pending.
class BodyReader {
 public:
  BodyReader();  // empty
  // `charge` pays for them.
  explicit BodyReader(Bytes bytes, net::Charge charge = {});
  explicit BodyReader(std::string_view text);  // copied
  // `text` must outlive the reader: literals.
  static BodyReader of_static(std::string_view text);
  BodyReader(BodyReader&& other) noexcept;
  BodyReader& operator=(BodyReader&& other) noexcept;
  // Tells the writer that nobody reads on.
  ~BodyReader();

  // The next bytes (at least one), or none for the clean end, or pending, or why the content is
  // incomplete. Everything written before an error is read before it. Views are valid until the
  // next call on either end.
  Poll<Result<ByteSpan, ErrorCode>> try_peek();
  void consume(size_t count);
  // Up to `max` bytes, moved out without a copy where they were written as one piece. Empty: the
  // end (or max = 0).
  Poll<Result<Bytes, ErrorCode>> try_take(size_t max);
  // Pending until the end has been read; then the trailers, moved out by the first call.
  Poll<Result<std::optional<Fields>, ErrorCode>> try_trailers();
  // Registers for the next change: bytes, end or error. Try first: what is there already does not
  // wake.
  void await_readable(Waker& waker);

  // Up to out.size() pieces of the bytes that try_peek() would show one after the other, together
  // at most `max` bytes; the number of pieces. Never counts as asking for content.
  size_t gather(std::span<ByteSpan> out, size_t max) const;
  // Bytes there now.
  size_t available() const;
  // Everything has been written and the end is clean: available() is all the rest there is.
  bool complete() const;
  // The error that the content ends in, perhaps after available() bytes; nullptr if there is none.
  const ErrorCode* failure() const;
  bool has_trailers() const;
  // For complete() content, whether it has been read or not.
  std::optional<Fields> take_trailers();
  // The number of bytes still to be read: known if the content is complete or its length was
  // announced.
  std::optional<uint64_t> remaining() const;
  // What the content is charged to; null: nothing.
  net::Ref<net::Budget> budget() const;

 private:
  friend struct Body;
  void drop();
  net::Ref<BodyPipe> pipe_;
  Bytes own_;
  ByteSpan rest_;       // without a pipe: of own_, or static
  net::Charge charge_;  // for own_
};

// Where the content is written.
class BodyWriter {
 public:
  BodyWriter();  // belongs to no body: the reader is gone
  BodyWriter(BodyWriter&& other) noexcept;
  BodyWriter& operator=(BodyWriter&& other) noexcept;
  // Dropped before finish() or abort(): the content is incomplete, HTTP-protocol-error.
  ~BodyWriter();

  // Bytes that a write would accept now. 0: full, or over. Writes of others that share the budget
  // can make it less.
  size_t room() const;
  // Accepts a prefix; 0 means full. Fails when the reader is gone (connection-terminated), after
  // the end, and when more is written than was announced (HTTP-…-body-size with what the total
  // would have been), which also spoils the body for its reader.
  Result<size_t, ErrorCode> try_write(ByteSpan bytes);
  // The whole chunk, or nothing of it (false) if it is larger than room(). Without a copy, unless
  // it is small and many others wait already.
  Result<bool, ErrorCode> try_push(Bytes&& chunk);
  // The clean end. Fails when less was written than was announced (HTTP-…-body-size with what was
  // written) or the budget has not enough for the trailers (HTTP-…-trailer-section-size), which
  // spoils the body for its reader, or when it is over already.
  Result<Unit, ErrorCode> finish(std::optional<Fields> trailers = std::nullopt);
  // The end in error. Later calls, and this one after the end, do nothing.
  void abort(ErrorCode error);

  bool reader_gone() const;
  // finish() or abort() was called, or the body is spoiled.
  bool over() const;
  // Someone has tried to read what was not there yet.
  bool demanded() const;
  uint64_t written() const;
  // Woken when room() has grown, when the reader is gone, and with the first demand.
  void await_writable(Waker& waker);

 private:
  friend struct Body;
  void drop();
  net::Ref<BodyPipe> pipe_;
};

struct BodyOptions {
  // Bytes held before the writer has to wait; at least 1.
  size_t capacity = 64 * 1024;
  // The announced length (content-length): neither more nor less will do.
  std::optional<uint64_t> length = std::nullopt;
  // Decides between HTTP-request-body-size and HTTP-response-body-size.
  bool of_request = false;
  // Pays for what is held, trailers included; null: nothing counts.
  net::Ref<net::Budget> budget = {};
};

// Bytes that may be added to `buffered` ones: up to `capacity`, as long as the budget has so many
// left; but always so many that a little is held, so that content gets on, if slowly, whatever
// else is.
size_t room_within(const net::Ref<net::Budget>& budget, size_t capacity, size_t buffered = 0);

struct Body {
  BodyWriter writer;
  BodyReader reader;

  static Body make(const BodyOptions& options = {});
};

}  // namespace tappet::http
