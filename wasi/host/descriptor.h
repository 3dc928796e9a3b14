// An open file or directory of a guest.
#pragma once

#include <sys/uio.h>

#include <optional>
#include <string>
#include <vector>

#include "net/loop/loop.h"
#include "wasi/host/sandbox_path.h"
#include "wasi/host/stream.h"

namespace tappet::wasi {

// In the order of wasi:filesystem's descriptor-type.
enum class FileType : uint8_t {
  kUnknown,
  kBlockDevice,
  kCharacterDevice,
  kDirectory,
  kFifo,
  kSymbolicLink,
  kRegularFile,
  kSocket,
};

struct Timestamp {
  int64_t seconds = 0;  // since 1970-01-01T00:00:00Z
  uint32_t nanoseconds = 0;
};

struct FileStatus {
  FileType type = FileType::kUnknown;
  uint64_t device = 0;
  uint64_t inode = 0;
  uint64_t link_count = 0;
  uint64_t size = 0;
  Timestamp accessed;
  Timestamp modified;
  Timestamp changed;
};

// Changes of one timestamp.
struct NewTimestamp {
  enum class Kind : uint8_t { kNoChange, kNow, kValue };
  Kind kind = Kind::kNoChange;
  Timestamp value;
};

struct DirectoryEntry {
  FileType type = FileType::kUnknown;
  uint64_t inode = 0;
  std::string name;  // any bytes but '/' and NUL
};

// What may be done with everything beneath a preopened directory. Inherited by what is opened
// there, and never extended: not by flags, nor by linking or renaming from elsewhere.
struct Access {
  bool mutate_directories = true;  // create, remove, rename, set times
  bool write_files = true;
};

// How a file is opened.
struct OpenOptions {
  bool follow = false;  // a symbolic link as the last component
  bool create = false;
  bool directory = false;
  bool exclusive = false;  // with create
  bool truncate = false;
  bool read = false;
  bool write = false;
  bool mutate_directory = false;
  bool sync = false;
  bool data_sync = false;
  bool read_sync = false;
};

// Several buffers for one call of the system, which takes up to 1024 of them.
using Buffers = std::span<const iovec>;

enum class Whence : uint8_t { kStart, kCurrent, kEnd };

enum class Advice : uint8_t { kNormal, kSequential, kRandom, kWillNeed, kDontNeed, kNoReuse };

// What all descriptors of a guest have in common.
struct FilesystemState {
  net::Loop& loop;
  SandboxPath paths;
  uint32_t most_open;
  uint32_t open = 0;
};

// Reads a directory's entries one by one, without "." and "..".
class DirectoryReader {
 public:
  // Counts as open while it lives; closes `directory`, a DIR.
  DirectoryReader(std::shared_ptr<FilesystemState> state, void* directory);
  ~DirectoryReader();
  DirectoryReader(const DirectoryReader&) = delete;
  DirectoryReader& operator=(const DirectoryReader&) = delete;

  // Nothing at the end.
  SystemResult<std::optional<DirectoryEntry>> next();

 private:
  std::shared_ptr<FilesystemState> state_;
  void* directory_;
};

// Calls on regular files and directories wait for the disk and nothing else; descriptors are
// non-blocking otherwise. Errors that are not the system's own: EBADF for a file's operation on a
// directory or without the right flag, ENOTDIR for a directory's on a file, EROFS for what Access
// forbids, EPERM for leaving the directory, EMFILE beyond most_open. Loop thread only.
class Descriptor {
 public:
  // Counts as open while it lives. `fd` is a directory's or a file's.
  Descriptor(std::shared_ptr<FilesystemState> state, net::Fd fd, FileType type,
             const OpenOptions& flags, Access access);
  ~Descriptor() { --state_->open; }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  FileType type() const { return type_; }
  bool is_directory() const { return type_ == FileType::kDirectory; }
  // As given to open(); only what belongs to descriptors means anything.
  const OpenOptions& flags() const { return flags_; }
  const Access& access() const { return access_; }

  // Files. Reading returns at most kMostRead bytes, none at the end.
  SystemResult<Bytes> read(uint64_t length, uint64_t offset) const;
  // All bytes, unless something fails after the first.
  SystemResult<size_t> write(ByteSpan bytes, uint64_t offset) const;
  SystemResult<size_t> append(ByteSpan bytes) const;
  SystemResult<> advise(uint64_t offset, uint64_t length, Advice advice) const;
  SystemResult<> set_size(uint64_t size) const;
  // Makes room, and the file longer if it ends before. Errors also: EOPNOTSUPP, where the file
  // system cannot.
  SystemResult<> allocate(uint64_t offset, uint64_t length) const;

  // Files, as POSIX programs use them: with several buffers, and with a position that each opening
  // has for itself, used and moved where no offset is given. One call of the system, which may move
  // fewer bytes than asked. Only for what never waits: regular files, and all with an offset.
  SystemResult<size_t> read_into(Buffers buffers, std::optional<uint64_t> offset) const;
  SystemResult<size_t> write_from(Buffers buffers, std::optional<uint64_t> offset) const;
  // To the end of the file, where the position is afterwards.
  SystemResult<size_t> append_from(Buffers buffers) const;
  // The new position. Errors also: EINVAL before the start, ESPIPE for what has no position.
  SystemResult<uint64_t> seek(int64_t distance, Whence from) const;

  // Both.
  SystemResult<FileStatus> status() const;
  SystemResult<> sync() const;
  SystemResult<> sync_data() const;
  SystemResult<> set_times(const NewTimestamp& accessed, const NewTimestamp& modified) const;

  // Directories.
  SystemResult<std::shared_ptr<Descriptor>> open(std::string_view path,
                                                 const OpenOptions& options) const;
  SystemResult<std::shared_ptr<DirectoryReader>> read_directory() const;
  SystemResult<FileStatus> status_at(std::string_view path, bool follow) const;
  SystemResult<> set_times_at(std::string_view path, bool follow, const NewTimestamp& accessed,
                              const NewTimestamp& modified) const;
  SystemResult<> create_directory(std::string_view path) const;
  SystemResult<> remove_directory(std::string_view path) const;
  SystemResult<> unlink_file(std::string_view path) const;
  SystemResult<> link(std::string_view path, const Descriptor& to_directory,
                      std::string_view to_path) const;
  SystemResult<> rename(std::string_view path, const Descriptor& to_directory,
                        std::string_view to_path) const;
  SystemResult<> symlink(std::string_view target, std::string_view path) const;
  // Errors also: EPERM for a target that starts at the root.
  SystemResult<std::string> read_link(std::string_view path) const;

  // Streams that keep the file open. What is no regular file has no offsets, and each of its
  // streams counts as open for itself. Errors: EBADF, EMFILE.
  static SystemResult<std::shared_ptr<InputStream>> input(const std::shared_ptr<Descriptor>& file,
                                                          uint64_t offset);
  // Without offset: every write goes to the end of the file.
  static SystemResult<std::shared_ptr<OutputStream>> output(const std::shared_ptr<Descriptor>& file,
                                                            std::optional<uint64_t> offset);

 private:
  SystemResult<> readable_file() const;
  SystemResult<> writable_file() const;
  SystemResult<> mutable_directory() const;
  SystemResult<> may_move_to(const Descriptor& to_directory) const;
  SystemResult<net::Fd> open_path(std::string_view path, bool follow, int flags) const;
  SystemResult<DirectoryEntryRef> entry(std::string_view path) const;
  SystemResult<net::Fd> duplicate() const;

  std::shared_ptr<FilesystemState> state_;
  net::Fd fd_;
  FileType type_;
  OpenOptions flags_;
  Access access_;
};

// 128 bits that change with a file's identity, contents' size and times. The first 64 depend on the
// identity alone: C libraries and the preview1 adapter take them for the file's number.
std::pair<uint64_t, uint64_t> metadata_hash(const FileStatus& status);

}  // namespace tappet::wasi
