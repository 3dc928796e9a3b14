// What concerns an open file by itself. Paths beneath a directory are in directory.cpp.
#include "wasi/host/descriptor.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <initializer_list>

#include "wasi/host/file_status.h"

namespace tappet::wasi {
namespace {

auto error(int code) { return fail(Errno{code}); }

// Zero is success.
SystemResult<> done(int result) {
  if (result != 0) return error(errno);
  return {};
}

bool is_offset(uint64_t value) { return value <= INT64_MAX; }

// Writes the bytes with one call after the other. A failure after the first call is told next time.
template <class Call>
SystemResult<size_t> write_all(ByteSpan bytes, Call write_some) {
  size_t written = 0;
  while (written < bytes.size()) {
    const SystemResult<size_t> count = write_some(bytes.subspan(written), written);
    if (!count.ok() && written == 0) return count;
    if (!count.ok() || *count == 0) break;
    written += *count;
  }
  return written;
}

}  // namespace

Descriptor::Descriptor(std::shared_ptr<FilesystemState> state, net::Fd fd, FileType type,
                       const OpenOptions& flags, Access access)
    : state_(std::move(state)), fd_(std::move(fd)), type_(type), flags_(flags), access_(access) {
  ++state_->open;
}

SystemResult<> Descriptor::readable_file() const {
  if (is_directory() || !flags_.read) return error(EBADF);
  return {};
}

SystemResult<> Descriptor::writable_file() const {
  if (is_directory() || !flags_.write) return error(EBADF);
  return {};
}

SystemResult<Bytes> Descriptor::read(uint64_t length, uint64_t offset) const {
  TAPPET_TRY(readable_file());
  if (!is_offset(offset)) return error(EINVAL);
  const std::span<uint8_t> buffer = state_->loop.read_buffer();
  const size_t most = std::min({length, uint64_t{kMostRead}, uint64_t{INT64_MAX} - offset});
  const size_t count = TAPPET_TRY(
      counted([&] { return pread(fd_.get(), buffer.data(), most, static_cast<off_t>(offset)); }));
  return Bytes(buffer.begin(), buffer.begin() + static_cast<ptrdiff_t>(count));
}

SystemResult<size_t> Descriptor::write(ByteSpan bytes, uint64_t offset) const {
  TAPPET_TRY(writable_file());
  if (!is_offset(offset) || bytes.size() > INT64_MAX - offset) return error(EFBIG);
  return write_all(bytes, [&](ByteSpan rest, size_t written) {
    return counted([&] {
      return pwrite(fd_.get(), rest.data(), rest.size(), static_cast<off_t>(offset + written));
    });
  });
}

SystemResult<size_t> Descriptor::append(ByteSpan bytes) const {
  TAPPET_TRY(writable_file());
  return write_all(bytes, [&](ByteSpan rest, size_t) {
    return counted([&] {
      iovec part{const_cast<uint8_t*>(rest.data()), rest.size()};
      return pwritev2(fd_.get(), &part, 1, 0, RWF_APPEND);
    });
  });
}

SystemResult<> Descriptor::advise(uint64_t offset, uint64_t length, Advice advice) const {
  if (is_directory()) return error(EBADF);
  if (!is_offset(offset) || !is_offset(length)) return error(EINVAL);
  constexpr std::array kAdvice = {POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
                                  POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE};
  const int code = posix_fadvise(fd_.get(), static_cast<off_t>(offset), static_cast<off_t>(length),
                                 kAdvice[static_cast<size_t>(advice)]);
  if (code != 0) return error(code);
  return {};
}

SystemResult<> Descriptor::set_size(uint64_t size) const {
  TAPPET_TRY(writable_file());
  if (!is_offset(size)) return error(EFBIG);
  return done(ftruncate(fd_.get(), static_cast<off_t>(size)));
}

SystemResult<> Descriptor::allocate(uint64_t offset, uint64_t length) const {
  TAPPET_TRY(writable_file());
  if (length == 0) return error(EINVAL);
  if (!is_offset(offset) || length > INT64_MAX - offset) return error(EFBIG);
  TAPPET_TRY(counted([&] {
    return fallocate(fd_.get(), 0, static_cast<off_t>(offset), static_cast<off_t>(length));
  }));
  return {};
}

SystemResult<size_t> Descriptor::read_into(Buffers buffers, std::optional<uint64_t> offset) const {
  TAPPET_TRY(readable_file());
  if (offset && !is_offset(*offset)) return error(EINVAL);
  const int count = static_cast<int>(buffers.size());
  return counted([&] {
    return offset ? preadv(fd_.get(), buffers.data(), count, static_cast<off_t>(*offset))
                  : readv(fd_.get(), buffers.data(), count);
  });
}

SystemResult<size_t> Descriptor::write_from(Buffers buffers, std::optional<uint64_t> offset) const {
  TAPPET_TRY(writable_file());
  if (offset && !is_offset(*offset)) return error(EFBIG);
  const int count = static_cast<int>(buffers.size());
  return counted([&] {
    return offset ? pwritev(fd_.get(), buffers.data(), count, static_cast<off_t>(*offset))
                  : writev(fd_.get(), buffers.data(), count);
  });
}

// An offset of -1 stands for the position, which is moved.
SystemResult<size_t> Descriptor::append_from(Buffers buffers) const {
  TAPPET_TRY(writable_file());
  return counted([&] {
    return pwritev2(fd_.get(), buffers.data(), static_cast<int>(buffers.size()), -1, RWF_APPEND);
  });
}

SystemResult<uint64_t> Descriptor::seek(int64_t distance, Whence from) const {
  if (is_directory()) return error(EBADF);
  constexpr std::array kWhence = {SEEK_SET, SEEK_CUR, SEEK_END};
  const off_t position = lseek(fd_.get(), distance, kWhence[static_cast<size_t>(from)]);
  if (position < 0) return error(errno);
  return static_cast<uint64_t>(position);
}

SystemResult<FileStatus> Descriptor::status() const { return file_status(fd_.get()); }

// wasi:filesystem: "succeeds with no effect if the file descriptor is not opened for writing".
SystemResult<> Descriptor::sync() const {
  if (!is_directory() && !flags_.write) return {};
  return done(fsync(fd_.get()));
}

SystemResult<> Descriptor::sync_data() const {
  if (!is_directory() && !flags_.write) return {};
  return done(fdatasync(fd_.get()));
}

SystemResult<> Descriptor::set_times(const NewTimestamp& accessed,
                                     const NewTimestamp& modified) const {
  const bool allowed = is_directory() ? access_.mutate_directories : access_.write_files;
  if (!allowed) return error(EROFS);
  const std::array<timespec, 2> times = {TAPPET_TRY(to_timespec(accessed)),
                                         TAPPET_TRY(to_timespec(modified))};
  return done(futimens(fd_.get(), times.data()));
}

std::pair<uint64_t, uint64_t> metadata_hash(const FileStatus& status) {
  // Two lanes of FNV-1a over words, each finished by a mixer so that all bits depend on all.
  const auto lane = [](uint64_t hash, std::initializer_list<uint64_t> words) {
    for (const uint64_t word : words) {
      hash = (hash ^ word) * 0x100'0000'01b3;
      hash ^= hash >> 29;
    }
    hash *= 0xbf58'476d'1ce4'e5b9;
    return hash ^ (hash >> 32);
  };
  const uint64_t identity = lane(0xcbf2'9ce4'8422'2325, {status.device, status.inode});
  const uint64_t version =
      lane(0x9e37'79b9'7f4a'7c15,
           {identity, status.size, static_cast<uint64_t>(status.modified.seconds),
            status.modified.nanoseconds, static_cast<uint64_t>(status.changed.seconds),
            status.changed.nanoseconds});
  return {identity, version};
}

}  // namespace tappet::wasi
