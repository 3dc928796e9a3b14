// Paths that never leave a directory.
//
// A guest's path is relative to a directory, and no step of its resolution leaves that directory:
// not
// "..", no symbolic link, no rename by somebody else meanwhile. What would leave it is EPERM, as is
// a path or a link that starts at the root (wasi:filesystem/types, path-resolution.md).
#pragma once

#include <string>
#include <string_view>

#include "net/io/socket.h"
#include "wasi/host/errno.h"

namespace tappet::wasi {

// Where a name is to be created, removed or renamed. The name is neither empty nor "." nor "..".
struct DirectoryEntryRef {
  net::Fd parent;
  std::string name;
  bool trailing_slash = false;  // the path said that it is a directory
};

class SandboxPath {
 public:
  enum class Method : uint8_t {
    kKernel,  // openat2(RESOLVE_BENEATH): one system call
    kWalk,    // component by component, never following a link that was not read first
  };
  // The kernel where it can.
  static SandboxPath best();
  explicit SandboxPath(Method method) : method_(method) {}

  // openat() beneath `directory`, with O_CLOEXEC. If the last component is a symbolic link,
  // `follow` resolves it; otherwise O_PATH opens the link itself, and everything else fails with
  // ELOOP.
  SystemResult<net::Fd> open(int directory, std::string_view path, bool follow, int flags,
                             unsigned mode = 0) const;
  // Resolves all but the last component. Errors also: EINVAL if that is "." or "..".
  SystemResult<DirectoryEntryRef> entry(int directory, std::string_view path) const;

 private:
  Method method_;
};

}  // namespace tappet::wasi
