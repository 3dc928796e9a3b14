// Records of preview1 about files, and what they are on the host.
#pragma once

#include <span>

#include "wasi/p1/answer.h"
#include "wasi/p1/dialect.h"
#include "wasi/p1/open_files.h"

namespace tappet::wasi::p1 {

// fdflags
inline constexpr uint64_t kAppend = 1 << 0;
inline constexpr uint64_t kNonblock = 1 << 2;

// What can be told without asking the system.
FileType type_of(const OpenFile& file);
// filetype. What systems have more is unknown.
uint8_t file_type(FileType type);
// fdflags: those it was opened with, and those set since.
uint16_t fd_flags(const OpenFile& file);
// The flags that remain as an OpenFile's, of those that are asked for. Errors: kInval for flags
// that there are not, or that are not to be had once a file is open.
Answered<uint16_t> new_fd_flags(const OpenFile& file, uint64_t flags);

inline constexpr uint64_t kFdstatBytes = 24;
// Writes an fdstat, whose size `out` has. Rights say what makes sense for such a file; nothing
// depends on them but reading and writing, which are flags of the host's.
void write_fdstat(std::span<uint8_t> out, const OpenFile& file);
// Writes a filestat, whose size in that dialect `out` has.
void write_filestat(std::span<uint8_t> out, const FilestatLayout& layout, const FileStatus& status);

inline constexpr uint64_t kDirentBytes = 24;
void write_dirent(std::span<uint8_t, kDirentBytes> out, const DirectoryEntry& entry,
                  uint64_t next_cookie);

// lookupflags: whether to follow a symbolic link. Errors: kInval.
Answered<bool> follows(uint64_t lookup_flags);
// Errors: kInval.
Answered<OpenOptions> open_options(uint64_t lookup_flags, uint64_t oflags, uint64_t rights,
                                   uint64_t fd_flags);

struct NewTimes {
  NewTimestamp accessed;
  NewTimestamp modified;
};
// fstflags. Errors: kInval, also for two values of one timestamp.
Answered<NewTimes> new_times(uint64_t accessed, uint64_t modified, uint64_t fst_flags);

}  // namespace tappet::wasi::p1
