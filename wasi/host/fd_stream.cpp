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
      waiter_(loop, fd_.get(), WaitFor::kRead, [this] { changed_.wake_all(); }) {}

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
    : fd_(std::move(fd)), waiter_(loop, fd_.get(), WaitFor::kWrite, [this] { writable(); }) {
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

bool FdOutput::drain(uint64_t longest_stall_ns) {
  for (pump(); buffered() != 0; pump()) {
    if (!waiter_.block(longest_stall_ns)) return false;
  }
  return true;
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

std::optional<IoError> FdOutput::failure(int error) const {
  if (error == EPIPE || error == ECONNRESET) return std::nullopt;
  return io_error(Errno{error});
}

}  // namespace tappet::wasi
