#include "canonical-abi/abi/context.h"

#include <fmt/format.h>

#include "interp/runtime/thread.h"

namespace tappet::component {

bool LiftLowerContext::reallocate(uint64_t old, uint64_t old_byte_length, uint32_t alignment,
                                  uint64_t new_byte_length, std::string_view what, uint64_t& ptr) {
  if (options_.realloc == nullptr) return trap("a value needs memory, but there is no realloc");
  const uint64_t args[] = {old, old_byte_length, alignment, new_byte_length};
  uint64_t results[1] = {};
  handles_.begin_realloc();
  if (!call_nested(call_, *options_.realloc, args, results)) return false;
  handles_.end_realloc();
  ptr = options_.width == AddressType::kI64 ? results[0] : static_cast<uint32_t>(results[0]);
  if (peer_ == Peer::kGuest) return check_range(ptr, new_byte_length, alignment, what);
  if (!is_aligned(ptr, alignment)) return trap("realloc return: result not aligned");
  if (!in_memory(ptr, new_byte_length)) return trap("realloc return: beyond end of memory");
  return true;
}

bool LiftLowerContext::check_range(uint64_t ptr, uint64_t byte_length, uint32_t alignment,
                                   std::string_view what) {
  const bool guest = peer_ == Peer::kGuest;
  if (!is_aligned(ptr, alignment)) {
    return trap(guest ? "unaligned pointer" : fmt::format("{} pointer not aligned", what));
  }
  if (!in_memory(ptr, byte_length)) {
    return trap(guest ? fmt::format("{} content out-of-bounds", what)
                      : fmt::format("{} pointer/length out of bounds of memory", what));
  }
  return true;
}

bool LiftLowerContext::trap(std::string message) {
  call_.trap(std::move(message));
  return false;
}

bool LiftLowerContext::charge(uint64_t bytes) {
  if (bytes > lift_bytes_) {
    return trap(fmt::format("the values of a call take more than {} bytes", kLiftBytes));
  }
  lift_bytes_ -= bytes;
  return true;
}

bool LiftLowerContext::trap_out_of_memory() {
  call_.trap(TrapKind::kResource, "the host has no memory for the values of a call");
  return false;
}

}  // namespace tappet::component
