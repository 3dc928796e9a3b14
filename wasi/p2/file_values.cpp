#include "wasi/p2/file_values.h"

#include <cerrno>

#include "interp/base/utf8.h"

namespace tappet::wasi::p2 {
namespace {

struct ErrorRow {
  int code;
  FileError error;
};
constexpr ErrorRow kErrors[] = {
    {EACCES, FileError::kAccess},
    {EAGAIN, FileError::kWouldBlock},
    {EALREADY, FileError::kAlready},
    {EBADF, FileError::kBadDescriptor},
    {EBUSY, FileError::kBusy},
    {EDEADLK, FileError::kDeadlock},
    {EDQUOT, FileError::kQuota},
    {EEXIST, FileError::kExist},
    {EFBIG, FileError::kFileTooLarge},
    {EILSEQ, FileError::kIllegalByteSequence},
    {EINPROGRESS, FileError::kInProgress},
    {EINTR, FileError::kInterrupted},
    {EINVAL, FileError::kInvalid},
    {EIO, FileError::kIo},
    {EISDIR, FileError::kIsDirectory},
    {ELOOP, FileError::kLoop},
    {EMLINK, FileError::kTooManyLinks},
    {EMSGSIZE, FileError::kMessageSize},
    {ENAMETOOLONG, FileError::kNameTooLong},
    {ENODEV, FileError::kNoDevice},
    {ENOENT, FileError::kNoEntry},
    {ENOLCK, FileError::kNoLock},
    {ENOMEM, FileError::kInsufficientMemory},
    {ENOSPC, FileError::kInsufficientSpace},
    {ENOTDIR, FileError::kNotDirectory},
    {ENOTEMPTY, FileError::kNotEmpty},
    {ENOTRECOVERABLE, FileError::kNotRecoverable},
    {EOPNOTSUPP, FileError::kUnsupported},
    {ENOSYS, FileError::kUnsupported},
    {ENOTTY, FileError::kNoTty},
    {ENXIO, FileError::kNoSuchDevice},
    {EOVERFLOW, FileError::kOverflow},
    {EPERM, FileError::kNotPermitted},
    {EPIPE, FileError::kPipe},
    {EROFS, FileError::kReadOnly},
    {ESPIPE, FileError::kInvalidSeek},
    {ETXTBSY, FileError::kTextFileBusy},
    {EXDEV, FileError::kCrossDevice},
    // There is no code for too many open files: of the resources that run out, the nearest.
    {EMFILE, FileError::kInsufficientMemory},
    {ENFILE, FileError::kInsufficientMemory},
};

std::optional<Datetime> datetime(const Timestamp& time) {
  if (time.seconds < 0) return std::nullopt;
  return Datetime{static_cast<uint64_t>(time.seconds), time.nanoseconds};
}

}  // namespace

FileError file_error(Errno error) {
  for (const ErrorRow& row : kErrors) {
    if (row.code == error.code) return row.error;
  }
  return FileError::kIo;
}

DescriptorFlags descriptor_flags(const OpenOptions& options) {
  DescriptorFlags flags;
  flags.set(DescriptorFlag::kRead, options.read);
  flags.set(DescriptorFlag::kWrite, options.write);
  flags.set(DescriptorFlag::kFileIntegritySync, options.sync);
  flags.set(DescriptorFlag::kDataIntegritySync, options.data_sync);
  flags.set(DescriptorFlag::kRequestedWriteSync, options.read_sync);
  flags.set(DescriptorFlag::kMutateDirectory, options.mutate_directory);
  return flags;
}

OpenOptions open_options(PathFlags path, OpenFlags open, DescriptorFlags flags) {
  return {.follow = path.has(PathFlag::kSymlinkFollow),
          .create = open.has(OpenFlag::kCreate),
          .directory = open.has(OpenFlag::kDirectory),
          .exclusive = open.has(OpenFlag::kExclusive),
          .truncate = open.has(OpenFlag::kTruncate),
          .read = flags.has(DescriptorFlag::kRead),
          .write = flags.has(DescriptorFlag::kWrite),
          .mutate_directory = flags.has(DescriptorFlag::kMutateDirectory),
          .sync = flags.has(DescriptorFlag::kFileIntegritySync),
          .data_sync = flags.has(DescriptorFlag::kDataIntegritySync),
          .read_sync = flags.has(DescriptorFlag::kRequestedWriteSync)};
}

DescriptorStat descriptor_stat(const FileStatus& status) {
  return {.type = status.type,
          .link_count = status.link_count,
          .size = status.size,
          .data_access_timestamp = datetime(status.accessed),
          .data_modification_timestamp = datetime(status.modified),
          .status_change_timestamp = datetime(status.changed)};
}

FileResult<NewTimestamp> new_timestamp(const TimestampChange& change) {
  using Kind = NewTimestamp::Kind;
  const Datetime* const time = std::get_if<2>(&change);
  if (time == nullptr) {
    return NewTimestamp{.kind = change.index() == 0 ? Kind::kNoChange : Kind::kNow, .value = {}};
  }
  if (time->seconds > INT64_MAX) return fail(FileError::kOverflow);
  return NewTimestamp{.kind = Kind::kValue,
                      .value = {static_cast<int64_t>(time->seconds), time->nanoseconds}};
}

FileResult<std::string> text(std::string bytes) {
  if (!is_utf8(as_bytes(bytes))) return fail(FileError::kIllegalByteSequence);
  return bytes;
}

}  // namespace tappet::wasi::p2
