// Between the system's records about files and ours.
#pragma once

#include <sys/stat.h>
#include <time.h>

#include "wasi/host/descriptor.h"

namespace tappet::wasi {

FileType file_type(mode_t mode);
SystemResult<FileStatus> file_status(int fd);
// For futimens() and utimensat(). Errors: EINVAL for nanoseconds of a second or more.
SystemResult<timespec> to_timespec(const NewTimestamp& time);

}  // namespace tappet::wasi
