#include "wasi/p1/call.h"

#include <limits.h>

#include "interp/base/utf8.h"
#include "interp/runtime/instance.h"

namespace tappet::wasi::p1 {
namespace {

constexpr uint64_t kIovecBytes = 8;
constexpr uint64_t kMostBuffers = IOV_MAX;

}  // namespace

Call::Call(HostCall& host, const Dialect& dialect)
    : host_(host), dialect_(dialect), memory_(host.caller() ? host.caller()->memory0 : nullptr) {}

HostOutcome Call::answer(Answer result) {
  host_.set_result(0, result);
  return HostOutcome::kReturn;
}

HostOutcome Call::answer(const Answered<>& result) {
  return answer(result.ok() ? kSuccess : result.error().answer);
}

bool Call::contains(uint64_t at, uint64_t length) const {
  return memory_ && memory_->contains(at, length);
}

Answered<std::span<uint8_t>> Call::view(uint64_t at, uint64_t length) const {
  if (!contains(at, length)) return fail(kFault);
  return memory_->view(at, length);
}

Answered<std::string> Call::text(size_t slot) const {
  const std::span<uint8_t> bytes = TAPPET_TRY(view(arg(slot), arg(slot + 1)));
  if (bytes.size() >= PATH_MAX) return fail(kNametoolong);
  std::string text(bytes.begin(), bytes.end());  // a copy that no other thread of the guest changes
  if (!is_utf8(as_bytes(text))) return fail(kIlseq);
  return text;
}

Answered<std::vector<iovec>> Call::buffers(size_t slot, size_t result_slot) const {
  const uint64_t count = arg(slot + 1);
  if (count > kMostBuffers) return fail(kInval);
  const std::span<uint8_t> array = TAPPET_TRY(view(arg(slot), count * kIovecBytes));
  (void)TAPPET_TRY(view(arg(result_slot), sizeof(uint32_t)));
  std::vector<iovec> buffers;
  buffers.reserve(count);
  for (uint64_t at = 0; at < array.size(); at += kIovecBytes) {
    const uint64_t length = load_le<uint32_t>(array.data() + at + 4);
    const auto bytes = TAPPET_TRY(view(load_le<uint32_t>(array.data() + at), length));
    buffers.push_back({bytes.data(), bytes.size()});
  }
  return buffers;
}

uint64_t total_length(Buffers buffers) {
  uint64_t total = 0;
  for (const iovec& buffer : buffers) total += buffer.iov_len;
  return total;
}

}  // namespace tappet::wasi::p1
