// fd_*: the standard streams as descriptors.
#include <cstring>

#include "wasi/p1/memory32.h"

namespace tappet::wasi {
namespace {

// filetype
constexpr uint8_t kUnknown = 0;
constexpr uint8_t kCharacterDevice = 2;

// rights
constexpr uint64_t kRightsRead = 1 << 1;
constexpr uint64_t kRightsSetFlags = 1 << 3;
constexpr uint64_t kRightsWrite = 1 << 6;
constexpr uint64_t kRightsFilestatGet = 1 << 21;
constexpr uint64_t kRightsPoll = 1 << 27;

// fdflags. The streams know only how to wait and how not to; appending is what they do anyway.
constexpr uint64_t kAppend = 1 << 0;
constexpr uint64_t kNonblock = 1 << 2;

constexpr uint64_t kFdstatBytes = 24;
constexpr uint64_t kFilestatBytes = 64;
constexpr uint64_t kUnstableFilestatBytes = 56;  // the link count has 32 bits

}  // namespace

Preview1::Descriptor* Preview1::descriptor(uint64_t fd) {
  return fd < descriptors_.size() && descriptors_[fd] ? &*descriptors_[fd] : nullptr;
}

// C libraries buffer by lines, and programs colour, only what is a terminal.
bool Preview1::is_terminal(StreamName stream) const {
  switch (stream) {
    case StreamName::kIn:
      return stdio_.in_is_terminal;
    case StreamName::kOut:
      return stdio_.out_is_terminal;
    case StreamName::kErr:
      return stdio_.err_is_terminal;
  }
  return false;
}

HostOutcome Preview1::fd_close(HostCall& call) {
  if (descriptor(call.arg(0)) == nullptr) return answer(call, kBadf);
  descriptors_[call.arg(0)].reset();
  return answer(call, kSuccess);
}

// The second number takes over the first one's stream.
HostOutcome Preview1::fd_renumber(HostCall& call) {
  const uint64_t from = call.arg(0);
  const uint64_t to = call.arg(1);
  if (descriptor(from) == nullptr || descriptor(to) == nullptr) return answer(call, kBadf);
  if (from != to) descriptors_[to] = std::exchange(descriptors_[from], std::nullopt);
  return answer(call, kSuccess);
}

HostOutcome Preview1::fd_fdstat_get(HostCall& call) {
  const Descriptor* const found = descriptor(call.arg(0));
  if (found == nullptr) return answer(call, kBadf);
  const auto out = Memory32(call).view(call.arg(1), kFdstatBytes);
  if (out.empty()) return answer(call, kFault);
  const uint64_t rights = (found->stream == StreamName::kIn ? kRightsRead : kRightsWrite) |
                          kRightsSetFlags | kRightsFilestatGet | kRightsPoll;
  std::memset(out.data(), 0, out.size());
  out[0] = is_terminal(found->stream) ? kCharacterDevice : kUnknown;
  store_le<uint16_t>(out.data() + 2, found->flags);
  store_le<uint64_t>(out.data() + 8, rights);
  return answer(call, kSuccess);
}

HostOutcome Preview1::fd_fdstat_set_flags(HostCall& call) {
  Descriptor* const found = descriptor(call.arg(0));
  if (found == nullptr) return answer(call, kBadf);
  if ((call.arg(1) & ~(kAppend | kNonblock)) != 0) return answer(call, kInval);
  found->flags = static_cast<uint16_t>(call.arg(1));
  return answer(call, kSuccess);
}

HostOutcome Preview1::write_filestat(HostCall& call, uint64_t bytes) {
  const Descriptor* const found = descriptor(call.arg(0));
  if (found == nullptr) return answer(call, kBadf);
  const auto out = Memory32(call).view(call.arg(1), bytes);
  if (out.empty()) return answer(call, kFault);
  std::memset(out.data(), 0, out.size());
  out[16] = is_terminal(found->stream) ? kCharacterDevice : kUnknown;
  return answer(call, kSuccess);
}

HostOutcome Preview1::fd_filestat_get(HostCall& call) {
  return write_filestat(call, kFilestatBytes);
}
HostOutcome Preview1::unstable_fd_filestat_get(HostCall& call) {
  return write_filestat(call, kUnstableFilestatBytes);
}

// No directory is preopened: guests stop looking at the first ERRNO_BADF.
HostOutcome Preview1::fd_prestat_get(HostCall& call) { return answer(call, kBadf); }
HostOutcome Preview1::fd_prestat_dir_name(HostCall& call) { return answer(call, kBadf); }

}  // namespace tappet::wasi
