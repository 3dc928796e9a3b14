// The values of wasi:filesystem/types, and what they are on the host.
#pragma once

#include "canonical-abi/bind/interface.h"
#include "wasi/host/descriptor.h"
#include "wasi/p2/clocks.h"

namespace tappet::wasi {

TAPPET_ENUM(FileType, kUnknown, kBlockDevice, kCharacterDevice, kDirectory, kFifo, kSymbolicLink,
            kRegularFile, kSocket)
TAPPET_ENUM(Advice, kNormal, kSequential, kRandom, kWillNeed, kDontNeed, kNoReuse)

}  // namespace tappet::wasi

namespace tappet::wasi::p2 {

enum class FileError : uint8_t {
  kAccess,
  kWouldBlock,
  kAlready,
  kBadDescriptor,
  kBusy,
  kDeadlock,
  kQuota,
  kExist,
  kFileTooLarge,
  kIllegalByteSequence,
  kInProgress,
  kInterrupted,
  kInvalid,
  kIo,
  kIsDirectory,
  kLoop,
  kTooManyLinks,
  kMessageSize,
  kNameTooLong,
  kNoDevice,
  kNoEntry,
  kNoLock,
  kInsufficientMemory,
  kInsufficientSpace,
  kNotDirectory,
  kNotEmpty,
  kNotRecoverable,
  kUnsupported,
  kNoTty,
  kNoSuchDevice,
  kOverflow,
  kNotPermitted,
  kPipe,
  kReadOnly,
  kInvalidSeek,
  kTextFileBusy,
  kCrossDevice,
};
TAPPET_ENUM(FileError, kAccess, kWouldBlock, kAlready, kBadDescriptor, kBusy, kDeadlock, kQuota,
            kExist, kFileTooLarge, kIllegalByteSequence, kInProgress, kInterrupted, kInvalid, kIo,
            kIsDirectory, kLoop, kTooManyLinks, kMessageSize, kNameTooLong, kNoDevice, kNoEntry,
            kNoLock, kInsufficientMemory, kInsufficientSpace, kNotDirectory, kNotEmpty,
            kNotRecoverable, kUnsupported, kNoTty, kNoSuchDevice, kOverflow, kNotPermitted, kPipe,
            kReadOnly, kInvalidSeek, kTextFileBusy, kCrossDevice)

template <class T = Unit>
using FileResult = Result<T, FileError>;

enum class DescriptorFlag : uint8_t {
  kRead,
  kWrite,
  kFileIntegritySync,
  kDataIntegritySync,
  kRequestedWriteSync,
  kMutateDirectory,
};
TAPPET_FLAGS(DescriptorFlag, kRead, kWrite, kFileIntegritySync, kDataIntegritySync,
             kRequestedWriteSync, kMutateDirectory)
using DescriptorFlags = component::Flags<DescriptorFlag>;

enum class PathFlag : uint8_t { kSymlinkFollow };
TAPPET_FLAGS(PathFlag, kSymlinkFollow)
using PathFlags = component::Flags<PathFlag>;

enum class OpenFlag : uint8_t { kCreate, kDirectory, kExclusive, kTruncate };
TAPPET_FLAGS(OpenFlag, kCreate, kDirectory, kExclusive, kTruncate)
using OpenFlags = component::Flags<OpenFlag>;

struct DescriptorStat {
  FileType type = FileType::kUnknown;
  uint64_t link_count = 0;
  uint64_t size = 0;
  std::optional<Datetime> data_access_timestamp;
  std::optional<Datetime> data_modification_timestamp;
  std::optional<Datetime> status_change_timestamp;
};
TAPPET_RECORD(DescriptorStat, type, link_count, size, data_access_timestamp,
              data_modification_timestamp, status_change_timestamp)

struct TimestampChange : std::variant<Unit, Unit, Datetime> {
  using variant::variant;
};
TAPPET_VARIANT(TimestampChange, "no-change", "now", "timestamp")

struct NamedEntry {
  FileType type = FileType::kUnknown;
  std::string name;
};
TAPPET_RECORD(NamedEntry, type, name)

struct MetadataHash {
  uint64_t lower = 0;
  uint64_t upper = 0;
};
TAPPET_RECORD(MetadataHash, lower, upper)

// What has no code of its own is an I/O error.
FileError file_error(Errno error);
DescriptorFlags descriptor_flags(const OpenOptions& options);
OpenOptions open_options(PathFlags path, OpenFlags open, DescriptorFlags flags);
// Times before 1970 cannot be told.
DescriptorStat descriptor_stat(const FileStatus& status);
// Errors: kOverflow.
FileResult<NewTimestamp> new_timestamp(const TimestampChange& change);
// Errors: kIllegalByteSequence, for bytes that are not UTF-8.
FileResult<std::string> text(std::string bytes);

}  // namespace tappet::wasi::p2
