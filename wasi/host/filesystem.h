// The directories that a guest starts with.
#pragma once

#include "wasi/host/descriptor.h"

namespace tappet::wasi {

// One guest's, or shared by several. Loop thread only; the loop outlives it and all descriptors.
class Filesystem {
 public:
  struct Preopen {
    std::shared_ptr<Descriptor> directory;
    std::string guest_path;  // well-formed UTF-8
  };
  // How many descriptors may be open at once, preopens included.
  static constexpr uint32_t kMostOpen = 1024;

  explicit Filesystem(net::Loop& loop, uint32_t most_open = kMostOpen,
                      SandboxPath paths = SandboxPath::best());

  // Makes a directory of the host visible. Errors: kIo.
  Result<> preopen(const std::string& host_path, std::string_view guest_path, Access access = {});
  const std::vector<Preopen>& preopens() const { return preopens_; }
  uint32_t open_count() const { return state_->open; }

 private:
  std::shared_ptr<FilesystemState> state_;
  std::vector<Preopen> preopens_;
};

}  // namespace tappet::wasi
