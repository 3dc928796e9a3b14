// fd_read and fd_write: a guest waits only if nothing at all can be read or written, as it would
// for a pipe.
#include <algorithm>
#include <cerrno>
#include <cstring>

#include "wasi/host/errno.h"
#include "wasi/p1/memory32.h"

namespace tappet::wasi {
namespace {

constexpr uint16_t kNonblock = 1 << 2;  // fdflags

}  // namespace

// A suspended call: runs its method again when woken.
class Preview1::Waiting final : public HostContinuation {
 public:
  Waiting(Preview1& self, Readiness& on, Method method)
      : self_(self), method_(method), waker_([&self] { self.on_wake_(); }) {
    on.changed().add(waker_);
  }
  HostOutcome resume(HostCall& call) override { return (self_.*method_)(call); }

 private:
  Preview1& self_;
  Method method_;
  Waker waker_;
};

HostOutcome Preview1::wait(HostCall& call, Readiness& on, Method method) {
  // Ready already: the wake-up must not be waited for, and the guest leaves nevertheless, so that a
  // source that is ready and yields nothing cannot hold up the loop.
  if (on.ready()) on_wake_();
  return call.suspend(std::make_unique<Waiting>(*this, on, method));
}

Preview1::Answer Preview1::to_answer(const StreamEnd& end) {
  if (end.error == nullptr) return kPipe;
  const auto* const system = end.error->payload<wasi::Errno>();
  if (system == nullptr) return kIo;
  switch (system->code) {
    case EPIPE:
      return kPipe;
    case ENOSPC:
      return kNospc;
    case EBADF:
      return kBadf;
    default:
      return kIo;
  }
}

std::shared_ptr<InputStream> Preview1::input(uint64_t fd) {
  const Descriptor* const found = descriptor(fd);
  return found && found->stream == StreamName::kIn ? stdio_.in : nullptr;
}

std::shared_ptr<OutputStream> Preview1::output(uint64_t fd) {
  const Descriptor* const found = descriptor(fd);
  if (found == nullptr || found->stream == StreamName::kIn) return nullptr;
  return found->stream == StreamName::kOut ? stdio_.out : stdio_.err;
}

// fd, iovs, count, where the number of bytes goes.
HostOutcome Preview1::fd_write(HostCall& call) {
  const auto stream = output(call.arg(0));
  if (!stream) return answer(call, kBadf);
  const Memory32 memory(call);
  if (call.arg(2) > Memory32::kMostBuffers) return answer(call, kInval);
  const auto buffers = memory.buffers(call.arg(1), call.arg(2));
  if (!buffers || !memory.contains(call.arg(3), 4)) return answer(call, kFault);
  const StreamResult<size_t> room = stream->check_write();
  if (!room.ok()) return answer(call, to_answer(room.error()));
  if (*room == 0) {
    if ((descriptor(call.arg(0))->flags & kNonblock) != 0) return answer(call, kAgain);
    return wait(call, *stream, &Preview1::fd_write);
  }
  Bytes bytes;
  for (const auto& buffer : *buffers) {
    const uint64_t length = std::min<uint64_t>(buffer.length, *room - bytes.size());
    const auto part = memory.view(buffer.at, length);
    bytes.insert(bytes.end(), part.begin(), part.end());
  }
  const auto count = static_cast<uint32_t>(bytes.size());
  const StreamResult<> written = stream->write(std::move(bytes));
  if (!written.ok()) return answer(call, to_answer(written.error()));
  const StreamResult<> flushed = stream->flush();
  if (!flushed.ok()) return answer(call, to_answer(flushed.error()));
  return answer(call, memory.store(call.arg(3), count) ? kSuccess : kFault);
}

// The same parameters.
HostOutcome Preview1::fd_read(HostCall& call) {
  const auto stream = input(call.arg(0));
  if (!stream) return answer(call, kBadf);
  const Memory32 memory(call);
  if (call.arg(2) > Memory32::kMostBuffers) return answer(call, kInval);
  const auto buffers = memory.buffers(call.arg(1), call.arg(2));
  if (!buffers || !memory.contains(call.arg(3), 4)) return answer(call, kFault);
  uint64_t wanted = 0;
  for (const auto& buffer : *buffers) wanted += buffer.length;
  StreamResult<Bytes> read = stream->read(wanted);
  if (!read.ok() && read.error().error != nullptr) return answer(call, to_answer(read.error()));
  if (read.ok() && read->empty() && wanted != 0) {
    if ((descriptor(call.arg(0))->flags & kNonblock) != 0) return answer(call, kAgain);
    return wait(call, *stream, &Preview1::fd_read);
  }
  const Bytes bytes = read.ok() ? *std::move(read) : Bytes();
  size_t done = 0;
  for (const auto& buffer : *buffers) {
    const size_t count = std::min<size_t>(buffer.length, bytes.size() - done);
    if (count != 0) {
      std::memcpy(memory.view(buffer.at, count).data(), bytes.data() + done, count);
    }
    done += count;
  }
  return answer(call, memory.store(call.arg(3), static_cast<uint32_t>(done)) ? kSuccess : kFault);
}

}  // namespace tappet::wasi
