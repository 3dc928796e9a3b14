#include "interp/exec/bulk.h"

#include <cstring>

#include "interp/exec/dispatch.h"
#include "interp/exec/slow_ops.h"

namespace tappet::exec {
namespace {

// Longer ones look for interruptions now and then.
constexpr uint64_t kLongest = 1 << 20;

constexpr int kBulkWords = 2;

// target, source, count
struct CopyWithin {
  static TAPPET_INLINE bool jump(State& s) {
    const uint64_t* const slots = s.fp + field<uint32_t, 0>(s);
    const uint64_t size = memory_size(s.mem);
    const uint64_t count = slots[2];
    s.pc += kBulkWords;
    if (count > kLongest || !in_bounds(slots[0], count, size) || !in_bounds(slots[1], count, size))
        [[unlikely]] {
      return false;
    }
    std::memmove(s.mem + slots[0], s.mem + slots[1], count);
    s.pc += kSlowWords;
    return false;
  }
};

// target, value, count
struct Fill {
  static TAPPET_INLINE bool jump(State& s) {
    const uint64_t* const slots = s.fp + field<uint32_t, 0>(s);
    const uint64_t count = slots[2];
    s.pc += kBulkWords;
    if (count > kLongest || !in_bounds(slots[0], count, memory_size(s.mem))) [[unlikely]]
      return false;
    std::memset(s.mem + slots[0], static_cast<uint8_t>(slots[1]), count);
    s.pc += kSlowWords;
    return false;
  }
};

}  // namespace

Handler bulk_handler(Opcode opcode) {
  if (opcode == Opcode::kMemoryCopy) return &execute<CopyWithin>;
  return opcode == Opcode::kMemoryFill ? &execute<Fill> : nullptr;
}

}  // namespace tappet::exec
