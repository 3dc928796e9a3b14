#include "wasi/p1/listing.h"

namespace tappet::wasi::p1 {
namespace {

constexpr uint64_t kDotEntries = 2;

}  // namespace

SystemResult<const DirectoryEntry*> Listing::at(const Descriptor& directory, uint64_t cookie) {
  const bool again = current_ && cookie + 1 == next_ && cookie != 0;
  if (again) return &*current_;
  if (cookie == 0 || cookie < next_ || !reader_) {
    reader_ = TAPPET_TRY(directory.read_directory());
    next_ = 0;
  }
  do {
    TAPPET_TRY(advance(directory));
  } while (current_ && next_ <= cookie);
  return current_ ? &*current_ : nullptr;
}

// The parent is none of the guest's business: it has this directory's number, too.
SystemResult<> Listing::advance(const Descriptor& directory) {
  if (next_ < kDotEntries) {
    const FileStatus status = TAPPET_TRY(directory.status());
    current_ = DirectoryEntry{FileType::kDirectory, status.inode, next_ == 0 ? "." : ".."};
  } else {
    current_ = TAPPET_TRY(reader_->next());
  }
  ++next_;
  if (!current_) reader_ = nullptr;
  return {};
}

}  // namespace tappet::wasi::p1
