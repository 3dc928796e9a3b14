// A directory's entries as fd_readdir numbers them.
#pragma once

#include <memory>
#include <optional>

#include "wasi/host/descriptor.h"

namespace tappet::wasi::p1 {

// A cookie is how many entries come before; the first two are "." and "..". Going on where the last
// call stopped reads on, everything else starts again.
class Listing {
 public:
  // Null at the end. Valid until the next call.
  SystemResult<const DirectoryEntry*> at(const Descriptor& directory, uint64_t cookie);

 private:
  SystemResult<> advance(const Descriptor& directory);

  std::shared_ptr<DirectoryReader> reader_;  // null at the end, too: it counts as open
  uint64_t next_ = 0;                        // the cookie of what the reader gives next
  std::optional<DirectoryEntry> current_;    // that before it
};

}  // namespace tappet::wasi::p1
