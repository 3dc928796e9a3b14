// wasi:io/streams. A stream's own functions never wait; those that block are made of them and of
// readiness.
#include <algorithm>

#include "wasi/p2/io.h"
#include "wasi/p2/patience.h"

namespace tappet::wasi::p2 {

struct StreamError : std::variant<component::Own<IoError>, Unit> {
  using variant::variant;
};
TAPPET_VARIANT(StreamError, "last-operation-failed", "closed")

namespace {

using component::Async;
using component::Borrow;
using component::HostInterface;
using component::HostInterfaceDef;
using component::HostResult;
using component::Own;
using component::Trap;
using component::version;

// As the specification has it.
constexpr size_t kMostBlockingWrite = 4096;

template <class T = Unit>
using Streamed = Result<T, StreamError>;

StreamError error_of(StreamEnd end) {
  if (end.error == nullptr) return StreamError(std::in_place_index<1>);
  return StreamError(std::in_place_index<0>, Own<IoError>(std::move(end.error)));
}

template <class T>
Streamed<T> streamed(StreamResult<T> result) {
  if (!result.ok()) return fail(error_of(std::move(result).error()));
  return std::move(result).value();
}

using Input = std::shared_ptr<InputStream>;
using Output = std::shared_ptr<OutputStream>;

Streamed<Bytes> read(InputStream& in, uint64_t length) { return streamed(in.read(length)); }

Async<Streamed<Bytes>> read_patiently(component::HostEnvironment& environment,
                                      const Borrow<InputStream>& in, uint64_t length) {
  return patiently<Streamed<Bytes>>(
      environment, in.share(), [in = in.share(), length] { return read(*in, length); },
      [length](const Streamed<Bytes>& bytes) {
        return length > 0 && bytes.ok() && bytes->empty();
      });
}

Poll<Streamed<Bytes>> read_when_ready(InputStream& in, uint64_t length, Waker* waker) {
  if (in.ready()) {
    Streamed<Bytes> bytes = read(in, length);
    if (!bytes.ok() || !bytes->empty() || length == 0) return bytes;
    if (in.ready()) return bytes;
  }
  register_with(in, waker);
  return kPending;
}

Async<Streamed<Bytes>> blocking_read(const Borrow<InputStream>& in, uint64_t length) {
  return wait_for<Streamed<Bytes>>(
      [in = in.share(), length](Waker* waker) { return read_when_ready(*in, length, waker); });
}

Streamed<uint64_t> count_of(Streamed<Bytes> bytes) {
  if (!bytes.ok()) return fail(std::move(bytes).error());
  return uint64_t{bytes->size()};
}

Streamed<uint64_t> skip(InputStream& in, uint64_t length) { return count_of(read(in, length)); }

Async<Streamed<uint64_t>> blocking_skip(const Borrow<InputStream>& in, uint64_t length) {
  return wait_for<Streamed<uint64_t>>(
      [in = in.share(), length](Waker* waker) -> Poll<Streamed<uint64_t>> {
        Poll<Streamed<Bytes>> bytes = read_when_ready(*in, length, waker);
        if (!bytes) return kPending;
        return count_of(*std::move(bytes));
      });
}

Streamed<uint64_t> check_write(OutputStream& out) {
  StreamResult<size_t> permit = out.check_write();
  if (!permit.ok()) return fail(error_of(std::move(permit).error()));
  return uint64_t{*permit};
}

Async<Streamed<uint64_t>> check_write_patiently(component::HostEnvironment& environment,
                                                const Borrow<OutputStream>& out) {
  return patiently<Streamed<uint64_t>>(
      environment, out.share(), [out = out.share()] { return check_write(*out); },
      [](const Streamed<uint64_t>& permit) { return permit.ok() && *permit == 0; });
}

HostResult<Streamed<>> write_within_permit(OutputStream& out, uint64_t length,
                                           const auto& contents) {
  StreamResult<size_t> permit = out.check_write();
  if (!permit.ok()) return Streamed<>(fail(error_of(std::move(permit).error())));
  if (length > *permit) return fail(Trap("write beyond what check-write permitted"));
  return streamed(out.write(contents()));
}

HostResult<Streamed<>> write(OutputStream& out, Bytes bytes) {
  const size_t length = bytes.size();
  return write_within_permit(out, length, [&] { return std::move(bytes); });
}

HostResult<Streamed<>> write_zeroes(OutputStream& out, uint64_t length) {
  return write_within_permit(out, length, [&] { return Bytes(static_cast<size_t>(length)); });
}

Streamed<> flush(OutputStream& out) { return streamed(out.flush()); }

// Writes all, then flushes, then waits for that. The end of the stream after everything was written
// is the business of the next call.
class WriteAndFlush {
 public:
  WriteAndFlush(Output out, Bytes bytes) : out_(std::move(out)), bytes_(std::move(bytes)) {}

  Poll<HostResult<Streamed<>>> operator()(Waker* waker) {
    for (;;) {
      StreamResult<size_t> permit = out_->check_write();
      if (!permit.ok()) return ended(std::move(permit).error());
      if (*permit == 0) {
        register_with(*out_, waker);
        return kPending;
      }
      if (flushing_) return done();
      StreamResult<> step = bytes_.empty() ? begin_flush() : write_some(*permit);
      if (!step.ok()) return ended(std::move(step).error());
    }
  }

 private:
  static HostResult<Streamed<>> done() { return Streamed<>(Unit()); }

  StreamResult<> write_some(size_t permit) {
    if (bytes_.size() <= permit) return out_->write(std::exchange(bytes_, {}));
    const auto cut = bytes_.begin() + static_cast<ptrdiff_t>(permit);
    Bytes piece(bytes_.begin(), cut);
    bytes_.erase(bytes_.begin(), cut);
    return out_->write(std::move(piece));
  }
  StreamResult<> begin_flush() {
    flushing_ = true;
    return out_->flush();
  }
  HostResult<Streamed<>> ended(StreamEnd end) const {
    if (flushing_ && end.error == nullptr) return done();
    return Streamed<>(fail(error_of(std::move(end))));
  }

  Output out_;
  Bytes bytes_;
  bool flushing_ = false;
};

Async<HostResult<Streamed<>>> blocking_write_and_flush(const Borrow<OutputStream>& out,
                                                       Bytes bytes) {
  if (bytes.size() > kMostBlockingWrite) {
    return HostResult<Streamed<>>(fail(Trap("blocking write of more than 4096 bytes")));
  }
  return wait_for<HostResult<Streamed<>>>(WriteAndFlush(out.share(), std::move(bytes)));
}

Async<HostResult<Streamed<>>> blocking_write_zeroes_and_flush(const Borrow<OutputStream>& out,
                                                              uint64_t length) {
  if (length > kMostBlockingWrite) {
    return HostResult<Streamed<>>(fail(Trap("blocking write of more than 4096 zeroes")));
  }
  return wait_for<HostResult<Streamed<>>>(
      WriteAndFlush(out.share(), Bytes(static_cast<size_t>(length))));
}

Async<Streamed<>> blocking_flush(const Borrow<OutputStream>& out) {
  return wait_for<Streamed<>>(
      [out = out.share(), begun = false](Waker* waker) mutable -> Poll<Streamed<>> {
        if (!begun) {
          begun = true;
          Streamed<> flushed = flush(*out);
          if (!flushed.ok()) return flushed;
        }
        Streamed<uint64_t> permit = check_write(*out);
        if (!permit.ok()) return Streamed<>(fail(std::move(permit).error()));
        if (*permit > 0) return Streamed<>(Unit());
        register_with(*out, waker);
        return kPending;
      });
}

// Moves what there is, at most what the output takes: nothing is read that could not be written.
Streamed<uint64_t> splice(OutputStream& out, InputStream& in, uint64_t length) {
  StreamResult<size_t> permit = out.check_write();
  if (!permit.ok()) return fail(error_of(std::move(permit).error()));
  StreamResult<Bytes> bytes = in.read(std::min<uint64_t>(length, *permit));
  if (!bytes.ok()) return fail(error_of(std::move(bytes).error()));
  const uint64_t count = bytes->size();
  if (count == 0) return count;
  StreamResult<> written = out.write(std::move(bytes).value());
  if (!written.ok()) return fail(error_of(std::move(written).error()));
  return count;
}

Async<Streamed<uint64_t>> blocking_splice(const Borrow<OutputStream>& out,
                                          const Borrow<InputStream>& in, uint64_t length) {
  return wait_for<Streamed<uint64_t>>(
      [out = out.share(), in = in.share(), length](Waker* waker) -> Poll<Streamed<uint64_t>> {
        if (!out->ready()) {
          register_with(*out, waker);
          return kPending;
        }
        if (!in->ready()) {
          register_with(*in, waker);
          return kPending;
        }
        return splice(*out, *in, length);
      });
}

}  // namespace

HostInterfaceDef io_streams() {
  return HostInterface<>("wasi:io/streams", version("0.2.12"))
      .resource<IoError>("error")
      .resource<Pollable>("pollable")
      .resource<InputStream>("input-stream")
      .method("read", {"len"}, read_patiently)
      .method("blocking-read", {"len"}, blocking_read)
      .method("skip", {"len"}, skip)
      .method("blocking-skip", {"len"}, blocking_skip)
      .method("subscribe", subscribe_to<InputStream>)
      .resource<OutputStream>("output-stream")
      .method("check-write", check_write_patiently)
      .method("write", {"contents"}, write)
      .method("blocking-write-and-flush", {"contents"}, blocking_write_and_flush)
      .method("flush", flush)
      .method("blocking-flush", blocking_flush)
      .method("subscribe", subscribe_to<OutputStream>)
      .method("write-zeroes", {"len"}, write_zeroes)
      .method("blocking-write-zeroes-and-flush", {"len"}, blocking_write_zeroes_and_flush)
      .method("splice", {"src", "len"}, splice)
      .method("blocking-splice", {"src", "len"}, blocking_splice);
}

}  // namespace tappet::wasi::p2
