#include "wasi/host/filesystem.h"

#include <fcntl.h>

#include <cerrno>

#include <fmt/format.h>

#include "wasi/host/environment.h"

namespace tappet::wasi {

Filesystem::Filesystem(net::Loop& loop, uint32_t most_open, SandboxPath paths)
    : state_(std::make_shared<FilesystemState>(FilesystemState{loop, paths, most_open})) {}

Result<> Filesystem::preopen(const std::string& host_path, std::string_view guest_path,
                             Access access) {
  net::Fd fd(open(host_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) {
    return fail(ErrorKind::kIo,
                fmt::format("cannot open directory `{}`: {}", host_path, to_string(Errno{errno})));
  }
  OpenOptions flags;
  flags.directory = flags.read = true;
  flags.mutate_directory = access.mutate_directories;
  preopens_.push_back(
      {std::make_shared<Descriptor>(state_, std::move(fd), FileType::kDirectory, flags, access),
       to_utf8(guest_path)});
  return {};
}

}  // namespace tappet::wasi
