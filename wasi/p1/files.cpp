// fd_*: what files and directories can do and streams cannot. No call waits for anything but the
// disk.
#include <algorithm>
#include <cstring>

#include "wasi/p1/file_values.h"
#include "wasi/p1/preview1.h"

namespace tappet::wasi {

using namespace p1;  // NOLINT: the names of errnos

Answered<> Preview1::fd_advise(Call& call) {
  const Descriptor* const file = TAPPET_TRY(descriptor(call.arg(0), kSpipe));
  if (call.arg(3) > static_cast<uint64_t>(Advice::kNoReuse)) return fail(kInval);
  TAPPET_TRY(file->advise(call.arg(1), call.arg(2), static_cast<Advice>(call.arg(3))));
  return {};
}

Answered<> Preview1::fd_allocate(Call& call) {
  const Descriptor* const file = TAPPET_TRY(descriptor(call.arg(0), kSpipe));
  TAPPET_TRY(file->allocate(call.arg(1), call.arg(2)));
  return {};
}

Answered<> Preview1::fd_datasync(Call& call) {
  const Descriptor* const file = TAPPET_TRY(descriptor(call.arg(0), kInval));
  TAPPET_TRY(file->sync_data());
  return {};
}

Answered<> Preview1::fd_sync(Call& call) {
  const Descriptor* const file = TAPPET_TRY(descriptor(call.arg(0), kInval));
  TAPPET_TRY(file->sync());
  return {};
}

Answered<> Preview1::fd_filestat_set_size(Call& call) {
  const Descriptor* const file = TAPPET_TRY(descriptor(call.arg(0), kInval));
  TAPPET_TRY(file->set_size(call.arg(1)));
  return {};
}

Answered<> Preview1::fd_filestat_set_times(Call& call) {
  const Descriptor* const file = TAPPET_TRY(descriptor(call.arg(0), kNotsup));
  const NewTimes times = TAPPET_TRY(new_times(call.arg(1), call.arg(2), call.arg(3)));
  TAPPET_TRY(file->set_times(times.accessed, times.modified));
  return {};
}

// fd, iovs, count, offset, where the number of bytes goes.
Answered<> Preview1::fd_pread(Call& call) {
  const Descriptor* const file = TAPPET_TRY(descriptor(call.arg(0), kSpipe));
  const std::vector<iovec> buffers = TAPPET_TRY(call.buffers(1, 4));
  const size_t count = TAPPET_TRY(file->read_into(buffers, call.arg(3)));
  return call.store(call.arg(4), static_cast<uint32_t>(count));
}

Answered<> Preview1::fd_pwrite(Call& call) {
  const Descriptor* const file = TAPPET_TRY(descriptor(call.arg(0), kSpipe));
  const std::vector<iovec> buffers = TAPPET_TRY(call.buffers(1, 4));
  const size_t count = TAPPET_TRY(file->write_from(buffers, call.arg(3)));
  return call.store(call.arg(4), static_cast<uint32_t>(count));
}

// fd, distance, from where, where the new position goes.
Answered<> Preview1::fd_seek(Call& call) {
  const Descriptor* const file = TAPPET_TRY(descriptor(call.arg(0), kSpipe));
  const auto& whence = call.dialect().whence;
  if (call.arg(2) >= whence.size()) return fail(kInval);
  (void)TAPPET_TRY(call.view(call.arg(3), sizeof(uint64_t)));
  const uint64_t position =
      TAPPET_TRY(file->seek(static_cast<int64_t>(call.arg(1)), whence[call.arg(2)]));
  return call.store(call.arg(3), position);
}

Answered<> Preview1::fd_tell(Call& call) {
  const Descriptor* const file = TAPPET_TRY(descriptor(call.arg(0), kSpipe));
  const uint64_t position = TAPPET_TRY(file->seek(0, Whence::kCurrent));
  return call.store(call.arg(1), position);
}

// fd, buffer, its length, cookie, where the number of bytes goes. The last entry may be cut off:
// that the buffer is full says that there is more.
Answered<> Preview1::fd_readdir(Call& call) {
  const Descriptor* const directory = TAPPET_TRY(this->directory(call.arg(0)));
  Listing& listing = files_.find(call.arg(0))->listing;
  const std::span<uint8_t> out = TAPPET_TRY(call.view(call.arg(1), call.arg(2)));
  (void)TAPPET_TRY(call.view(call.arg(4), sizeof(uint32_t)));
  size_t used = 0;
  for (uint64_t cookie = call.arg(3); used < out.size(); ++cookie) {
    const DirectoryEntry* const entry = TAPPET_TRY(listing.at(*directory, cookie));
    if (entry == nullptr) break;
    std::array<uint8_t, kDirentBytes> header{};
    write_dirent(header, *entry, cookie + 1);
    for (const ByteSpan part : {ByteSpan(header), as_bytes(entry->name)}) {
      const size_t count = std::min(part.size(), out.size() - used);
      std::copy_n(part.begin(), count, out.begin() + static_cast<ptrdiff_t>(used));
      used += count;
    }
  }
  return call.store(call.arg(4), static_cast<uint32_t>(used));
}

}  // namespace tappet::wasi
