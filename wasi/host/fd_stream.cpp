#include "wasi/host/fd_stream.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <fmt/format.h>

namespace tappet::wasi {
namespace {

bool is_again(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

// The same pipe or terminal, non-blocking for us alone: a file description of our own. Nothing
// where the system does not give one.
net::Fd reopen_non_blocking(int fd) {
  const std::string path = fmt::format("/proc/self/fd/{}", fd);
  return net::Fd(open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
}

}  // namespace

FdInput::FdInput(net::Loop& loop, net::Fd fd)
    : loop_(loop),
      fd_(std::move(fd)),
      waiter_(loop, fd_.get(), FdWaiter::For::kRead, [this] { changed_.wake_all(); }) {}

bool FdInput::ready() {
  if (ended_ || waiter_.ready()) return true;
  waiter_.arm();
  return false;
}

StreamResult<Bytes> FdInput::read(uint64_t limit) {
  if (ended_) return fail(StreamEnd::closed());
  if (limit == 0 || !waiter_.ready()) return Bytes();
  const std::span<uint8_t> buffer = loop_.read_buffer();
  const size_t most = std::min({limit, uint64_t{buffer.size()}, uint64_t{kMostRead}});
  ssize_t count = -1;
  do {
    count = ::read(fd_.get(), buffer.data(), most);
  } while (count < 0 && errno == EINTR);
  if (count > 0) return Bytes(buffer.begin(), buffer.begin() + count);
  const int error = errno;
  if (count < 0 && is_again(error)) return Bytes();
  ended_ = true;
  if (count == 0) return fail(StreamEnd::closed());
  return fail(StreamEnd::failed(io_error(Errno{error})));
}

FdOutput::FdOutput(net::Loop& loop, net::Fd fd)
    : fd_(std::move(fd)), waiter_(loop, fd_.get(), FdWaiter::For::kWrite, [this] {
        pump();
        changed_.wake_all();
      }) {
  struct stat info{};
  if (fstat(fd_.get(), &info) != 0) return;
  if (S_ISSOCK(info.st_mode)) {
    kind_ = Kind::kSocket;
  } else if (S_ISREG(info.st_mode)) {
    kind_ = Kind::kNeverBlocks;
  } else if (S_ISFIFO(info.st_mode) || isatty(fd_.get()) != 0) {
    net::Fd ours = reopen_non_blocking(fd_.get());
    if (!ours || dup3(ours.get(), fd_.get(), O_CLOEXEC) < 0) return;
    kind_ = Kind::kNeverBlocks;
  }
}

FdOutput::~FdOutput() { pump(); }

bool FdOutput::ready() {
  pump();
  if (ended_ || (!flushing_ && buffered() < kCapacity)) return true;
  waiter_.arm();
  return false;
}

StreamEnd FdOutput::take_end() {
  if (!failure_) return StreamEnd::closed();
  StreamEnd end = StreamEnd::failed(*std::move(failure_));
  failure_.reset();
  return end;
}

StreamResult<size_t> FdOutput::check_write() {
  pump();
  if (ended_) return fail(take_end());
  return flushing_ ? 0 : kCapacity - buffered();
}

StreamResult<> FdOutput::write(Bytes bytes) {
  if (ended_) return fail(take_end());
  if (buffered() == 0) {
    buffer_ = std::move(bytes);
  } else {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<ptrdiff_t>(written_));
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
  }
  written_ = 0;
  pump();
  return {};
}

StreamResult<> FdOutput::flush() {
  pump();
  if (ended_) return fail(take_end());
  flushing_ = buffered() != 0;
  return {};
}

void FdOutput::drain() {
  for (pump(); buffered() != 0; pump()) waiter_.block();
}

ssize_t FdOutput::write_some(ByteSpan bytes) {
  ssize_t count = -1;
  do {
    switch (kind_) {
      case Kind::kSocket:
        count = send(fd_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
        break;
      case Kind::kNeverBlocks:
        count = ::write(fd_.get(), bytes.data(), bytes.size());
        break;
      case Kind::kMayBlock:
        if (!waiter_.ready()) return -EAGAIN;
        count = ::write(fd_.get(), bytes.data(), std::min<size_t>(bytes.size(), PIPE_BUF));
        break;
    }
  } while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : count;
}

void FdOutput::pump() {
  while (buffered() != 0) {
    const ssize_t count = write_some(ByteSpan(buffer_).subspan(written_));
    if (count == 0 || is_again(static_cast<int>(-count))) return waiter_.arm();
    if (count < 0) return end(static_cast<int>(-count));
    written_ += static_cast<size_t>(count);
  }
  buffer_.clear();
  written_ = 0;
  flushing_ = false;
}

void FdOutput::end(int error) {
  ended_ = true;
  buffer_.clear();
  written_ = 0;
  flushing_ = false;
  if (error != EPIPE && error != ECONNRESET) failure_ = io_error(Errno{error});
}

}  // namespace tappet::wasi
