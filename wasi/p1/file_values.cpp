#include "wasi/p1/file_values.h"

#include <algorithm>
#include <array>

#include "interp/base/bytes.h"

namespace tappet::wasi::p1 {
namespace {

constexpr uint64_t kBillion = 1'000'000'000;

// fdflags that a file is opened with
constexpr uint64_t kDsync = 1 << 1;
constexpr uint64_t kRsync = 1 << 3;
constexpr uint64_t kSync = 1 << 4;
constexpr uint64_t kSyncFlags = kDsync | kRsync | kSync;

// rights
constexpr uint64_t right(int bit) { return uint64_t{1} << bit; }
constexpr uint64_t kFdRead = right(1);
constexpr uint64_t kFdWrite = right(6);
constexpr uint64_t kSetFlags = right(3);
constexpr uint64_t kFilestatGet = right(21);
constexpr uint64_t kFilestatSetTimes = right(23);
constexpr uint64_t kPoll = right(27);
// sock_shutdown, sock_accept
constexpr uint64_t kSockets = right(28) | right(29);
// fd_seek, fd_tell
constexpr uint64_t kPosition = right(2) | right(5);
// fd_allocate, fd_filestat_set_size
constexpr uint64_t kSize = right(8) | right(22);
// fd_datasync, fd_sync
constexpr uint64_t kAnyFile = right(0) | right(4) | kFilestatGet | kFilestatSetTimes;
// also fd_advise
constexpr uint64_t kFile =
    kAnyFile | kFdRead | kFdWrite | kSetFlags | kPosition | right(7) | kSize | kPoll;
// path_create_directory to path_filestat_get, path_filestat_set_times, path_symlink to
// path_unlink_file. Not path_filestat_set_size: no function does that.
constexpr uint64_t kDirectory =
    kAnyFile | (right(19) - right(9)) | right(20) | (right(27) - right(24));

uint64_t base_rights(const OpenFile& file) {
  if (file.socket) return kFdRead | kFdWrite | kSetFlags | kFilestatGet | kPoll | kSockets;
  if (!file.descriptor) {
    return (file.in ? kFdRead : kFdWrite) | kSetFlags | kFilestatGet | kPoll;
  }
  if (file.descriptor->is_directory()) return kDirectory;
  uint64_t rights = kFile;
  if (!file.descriptor->flags().read) rights &= ~kFdRead;
  if (!file.descriptor->flags().write) rights &= ~(kFdWrite | kSize);
  if (!file.never_waits()) rights &= ~kPosition;
  return rights;
}

// 64 bits of nanoseconds reach from 1970 to 2554.
uint64_t nanoseconds(const Timestamp& time) {
  constexpr int64_t kLast = UINT64_MAX / kBillion - 1;
  return static_cast<uint64_t>(std::clamp<int64_t>(time.seconds, 0, kLast)) * kBillion +
         (time.seconds < 0 ? 0 : time.nanoseconds);
}

Answered<NewTimestamp> new_time(uint64_t time, bool set, bool now) {
  using Kind = NewTimestamp::Kind;
  if (set && now) return fail(kInval);
  if (!set) return NewTimestamp{now ? Kind::kNow : Kind::kNoChange, {}};
  return NewTimestamp{
      Kind::kValue,
      {static_cast<int64_t>(time / kBillion), static_cast<uint32_t>(time % kBillion)}};
}

}  // namespace

// C libraries buffer by lines, and programs colour, only what is a terminal.
FileType type_of(const OpenFile& file) {
  if (file.descriptor) return file.descriptor->type();
  if (file.socket) return FileType::kSocket;
  return file.is_terminal ? FileType::kCharacterDevice : FileType::kUnknown;
}

uint8_t file_type(FileType type) {
  constexpr uint8_t kRegularFile = 4;
  constexpr uint8_t kSocketStream = 6;
  constexpr uint8_t kSymbolicLink = 7;
  switch (type) {
    case FileType::kBlockDevice:
      return 1;
    case FileType::kCharacterDevice:
      return 2;
    case FileType::kDirectory:
      return 3;
    case FileType::kRegularFile:
      return kRegularFile;
    case FileType::kSocket:
      return kSocketStream;
    case FileType::kSymbolicLink:
      return kSymbolicLink;
    case FileType::kFifo:
    case FileType::kUnknown:
      break;
  }
  return 0;
}

uint16_t fd_flags(const OpenFile& file) {
  uint64_t flags = file.flags;
  if (file.descriptor) {
    const OpenOptions& options = file.descriptor->flags();
    flags |= (options.data_sync ? kDsync : 0) | (options.read_sync ? kRsync : 0) |
             (options.sync ? kSync : 0);
  }
  return static_cast<uint16_t>(flags);
}

Answered<uint16_t> new_fd_flags(const OpenFile& file, uint64_t flags) {
  constexpr uint64_t kChangeable = kAppend | kNonblock;
  if ((flags & ~(kChangeable | (fd_flags(file) & kSyncFlags))) != 0) return fail(kInval);
  return static_cast<uint16_t>(flags & kChangeable);
}

void write_fdstat(std::span<uint8_t> out, const OpenFile& file) {
  std::fill(out.begin(), out.end(), 0);
  out[0] = file_type(type_of(file));
  const bool is_directory = file.descriptor && file.descriptor->is_directory();
  store_le<uint16_t>(out.data() + 2, fd_flags(file));
  store_le<uint64_t>(out.data() + 8, base_rights(file));
  store_le<uint64_t>(out.data() + 16, is_directory ? kDirectory | kFile : 0);
}

void write_filestat(std::span<uint8_t> out, const FilestatLayout& layout,
                    const FileStatus& status) {
  std::fill(out.begin(), out.end(), 0);
  store_le<uint64_t>(out.data(), status.device);
  store_le<uint64_t>(out.data() + 8, status.inode);
  out[16] = file_type(status.type);
  if (layout.link_count_bytes == 8) {
    store_le<uint64_t>(out.data() + layout.link_count, status.link_count);
  } else {
    store_le<uint32_t>(out.data() + layout.link_count,
                       static_cast<uint32_t>(std::min<uint64_t>(status.link_count, UINT32_MAX)));
  }
  uint8_t* at = out.data() + layout.size;
  for (const uint64_t value : {status.size, nanoseconds(status.accessed),
                               nanoseconds(status.modified), nanoseconds(status.changed)}) {
    store_le<uint64_t>(at, value);
    at += sizeof value;
  }
}

void write_dirent(std::span<uint8_t, kDirentBytes> out, const DirectoryEntry& entry,
                  uint64_t next_cookie) {
  std::fill(out.begin(), out.end(), 0);
  store_le<uint64_t>(out.data(), next_cookie);
  store_le<uint64_t>(out.data() + 8, entry.inode);
  store_le<uint32_t>(out.data() + 16, static_cast<uint32_t>(entry.name.size()));
  out[20] = file_type(entry.type);
}

Answered<bool> follows(uint64_t lookup_flags) {
  if (lookup_flags > 1) return fail(kInval);
  return lookup_flags == 1;
}

Answered<OpenOptions> open_options(uint64_t lookup_flags, uint64_t oflags, uint64_t rights,
                                   uint64_t fd_flags) {
  constexpr uint64_t kCreat = 1 << 0;
  constexpr uint64_t kOnlyDirectory = 1 << 1;
  constexpr uint64_t kExcl = 1 << 2;
  constexpr uint64_t kTrunc = 1 << 3;
  if ((oflags & ~(kCreat | kOnlyDirectory | kExcl | kTrunc)) != 0) return fail(kInval);
  if ((fd_flags & ~(kAppend | kNonblock | kSyncFlags)) != 0) return fail(kInval);
  OpenOptions options;
  options.follow = TAPPET_TRY(follows(lookup_flags));
  options.create = (oflags & kCreat) != 0;
  options.directory = (oflags & kOnlyDirectory) != 0;
  options.exclusive = (oflags & kExcl) != 0;
  options.truncate = (oflags & kTrunc) != 0;
  options.read = (rights & kFdRead) != 0;
  options.write = (rights & kFdWrite) != 0;
  options.sync = (fd_flags & kSync) != 0;
  options.data_sync = (fd_flags & kDsync) != 0;
  options.read_sync = (fd_flags & kRsync) != 0;
  return options;
}

Answered<NewTimes> new_times(uint64_t accessed, uint64_t modified, uint64_t fst_flags) {
  const auto has = [fst_flags](int bit) { return ((fst_flags >> bit) & 1) != 0; };
  if (fst_flags > 15) return fail(kInval);
  NewTimes times;
  times.accessed = TAPPET_TRY(new_time(accessed, has(0), has(1)));
  times.modified = TAPPET_TRY(new_time(modified, has(2), has(3)));
  return times;
}

}  // namespace tappet::wasi::p1
