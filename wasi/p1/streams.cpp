// fd_read and fd_write. Of what may wait, a guest waits only if nothing at all can be read or
// written, as it would for a pipe.
#include <algorithm>
#include <cstring>

#include "wasi/p1/file_values.h"
#include "wasi/p1/preview1.h"

namespace tappet::wasi {

using namespace p1;  // NOLINT: the names of errnos

namespace {

// The answer to a failed read or write.
Answer to_answer(const StreamEnd& end) {
  if (end.error == nullptr) return kPipe;
  const auto* const system = end.error->payload<Errno>();
  return system == nullptr ? kIo : Refusal(*system).answer;
}

Answered<> read_file(const Call& call, const Descriptor& file, Buffers buffers) {
  const size_t count = TAPPET_TRY(file.read_into(buffers, std::nullopt));
  return call.store(call.arg(3), static_cast<uint32_t>(count));
}

Answered<> write_file(const Call& call, const OpenFile& file, Buffers buffers) {
  const bool append = (file.flags & kAppend) != 0;
  const Descriptor& descriptor = *file.descriptor;
  const size_t count = TAPPET_TRY(append ? descriptor.append_from(buffers)
                                         : descriptor.write_from(buffers, std::nullopt));
  return call.store(call.arg(3), static_cast<uint32_t>(count));
}

// Precondition: as many bytes fit.
void scatter(ByteSpan bytes, Buffers buffers) {
  for (const iovec& buffer : buffers) {
    const size_t count = std::min(buffer.iov_len, bytes.size());
    if (count != 0) std::memcpy(buffer.iov_base, bytes.data(), count);
    bytes = bytes.subspan(count);
  }
}

Bytes gather(Buffers buffers, size_t most) {
  Bytes bytes;
  for (const iovec& buffer : buffers) {
    const auto* const from = static_cast<const uint8_t*>(buffer.iov_base);
    bytes.insert(bytes.end(), from, from + std::min(buffer.iov_len, most - bytes.size()));
  }
  return bytes;
}

}  // namespace

// A suspended call.
class Preview1::Waiting final : public HostContinuation {
 public:
  Waiting(Preview1& self, const Dialect& dialect, std::shared_ptr<Readiness> on, Continue next)
      : dialect_(dialect),
        on_(std::move(on)),
        next_(std::move(next)),
        waker_([&self] { self.on_wake_(); }) {
    on_->changed().add(waker_);
  }
  HostOutcome resume(HostCall& host) override {
    Call call(host, dialect_);
    return next_(call);
  }

 private:
  const Dialect& dialect_;
  std::shared_ptr<Readiness> on_;
  Continue next_;
  Waker waker_;
};

HostOutcome Preview1::wait(Call& call, std::shared_ptr<Readiness> on, Continue next) {
  // Ready already: the wake-up must not be waited for, and the guest leaves nevertheless, so that a
  // source that is ready and yields nothing cannot hold up the loop.
  if (on->ready()) on_wake_();
  return call.host().suspend(
      std::make_unique<Waiting>(*this, call.dialect(), std::move(on), std::move(next)));
}

// fd, iovs, count, where the number of bytes goes.
HostOutcome Preview1::fd_read(Call& call) {
  OpenFile* const file = files_.find(call.arg(0));
  if (file == nullptr) return call.answer(kBadf);
  if (file->socket) return receive(call, {.result_slot = 3});
  const auto buffers = call.buffers(1, 3);
  if (!buffers.ok()) return call.answer(buffers.error().answer);
  if (file->never_waits()) return call.answer(read_file(call, *file->descriptor, *buffers));
  return read_stream(call, *file, *buffers);
}

HostOutcome Preview1::read_stream(Call& call, OpenFile& file, Buffers buffers) {
  const auto stream = file.input();
  if (!stream.ok()) return call.answer(stream.error().answer);
  const uint64_t wanted = total_length(buffers);
  const StreamResult<Bytes> read = (*stream)->read(wanted);
  if (!read.ok() && read.error().error != nullptr) return call.answer(to_answer(read.error()));
  if (read.ok() && read->empty() && wanted != 0) {
    if ((file.flags & kNonblock) != 0) return call.answer(kAgain);
    return wait(call, *stream, [this](Call& again) { return fd_read(again); });
  }
  const ByteSpan bytes = read.ok() ? ByteSpan(*read) : ByteSpan();
  scatter(bytes, buffers);
  return call.answer(call.store(call.arg(3), static_cast<uint32_t>(bytes.size())));
}

// The same parameters.
HostOutcome Preview1::fd_write(Call& call) {
  OpenFile* const file = files_.find(call.arg(0));
  if (file == nullptr) return call.answer(kBadf);
  if (file->socket) return send(call, 3);
  const auto buffers = call.buffers(1, 3);
  if (!buffers.ok()) return call.answer(buffers.error().answer);
  if (file->never_waits()) return call.answer(write_file(call, *file, *buffers));
  return write_stream(call, *file, *buffers);
}

HostOutcome Preview1::write_stream(Call& call, OpenFile& file, Buffers buffers) {
  const auto stream = file.output();
  if (!stream.ok()) return call.answer(stream.error().answer);
  const StreamResult<size_t> room = (*stream)->check_write();
  if (!room.ok()) return call.answer(to_answer(room.error()));
  if (*room == 0) {
    if ((file.flags & kNonblock) != 0) return call.answer(kAgain);
    return wait(call, *stream, [this](Call& again) { return fd_write(again); });
  }
  Bytes bytes = gather(buffers, *room);
  const auto count = static_cast<uint32_t>(bytes.size());
  const StreamResult<> written = (*stream)->write(std::move(bytes));
  if (!written.ok()) return call.answer(to_answer(written.error()));
  const StreamResult<> flushed = (*stream)->flush();
  if (!flushed.ok()) return call.answer(to_answer(flushed.error()));
  const bool is_standard = !file.descriptor;
  if (is_standard) return call.answer(call.store(call.arg(3), count));
  return finish_write(call, *stream, count);
}

// Whoever runs the guest drains its standard streams at the end. Other pipes are closed when the
// guest likes, so it goes on when nothing is left to be handed over.
HostOutcome Preview1::finish_write(Call& call, const std::shared_ptr<OutputStream>& stream,
                                   uint32_t count) {
  const StreamResult<size_t> room = stream->check_write();
  if (!room.ok()) return call.answer(to_answer(room.error()));
  if (*room != 0) return call.answer(call.store(call.arg(3), count));
  return wait(call, stream,
              [this, stream, count](Call& again) { return finish_write(again, stream, count); });
}

}  // namespace tappet::wasi
