#include "wasi/host/file_status.h"

#include <cerrno>

namespace tappet::wasi {
namespace {

Timestamp from_timespec(const timespec& time) {
  return {time.tv_sec, static_cast<uint32_t>(time.tv_nsec)};
}

}  // namespace

FileType file_type(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFBLK:
      return FileType::kBlockDevice;
    case S_IFCHR:
      return FileType::kCharacterDevice;
    case S_IFDIR:
      return FileType::kDirectory;
    case S_IFIFO:
      return FileType::kFifo;
    case S_IFLNK:
      return FileType::kSymbolicLink;
    case S_IFREG:
      return FileType::kRegularFile;
    case S_IFSOCK:
      return FileType::kSocket;
    default:
      return FileType::kUnknown;
  }
}

SystemResult<FileStatus> file_status(int fd) {
  struct stat info{};
  if (fstat(fd, &info) != 0) return fail(Errno{errno});
  FileStatus status;
  status.type = file_type(info.st_mode);
  status.device = info.st_dev;
  status.inode = info.st_ino;
  status.link_count = info.st_nlink;
  status.size = static_cast<uint64_t>(info.st_size);
  status.accessed = from_timespec(info.st_atim);
  status.modified = from_timespec(info.st_mtim);
  status.changed = from_timespec(info.st_ctim);
  return status;
}

SystemResult<timespec> to_timespec(const NewTimestamp& time) {
  switch (time.kind) {
    case NewTimestamp::Kind::kNoChange:
      return timespec{0, UTIME_OMIT};
    case NewTimestamp::Kind::kNow:
      return timespec{0, UTIME_NOW};
    case NewTimestamp::Kind::kValue:
      break;
  }
  if (time.value.nanoseconds >= 1'000'000'000) return fail(Errno{EINVAL});
  return timespec{time.value.seconds, static_cast<long>(time.value.nanoseconds)};
}

}  // namespace tappet::wasi
