// Where time comes from. Handed in, never global, so that tests own it.
#pragma once

#include <cstdint>

namespace tappet::net {

inline constexpr uint64_t kMicrosecond = 1'000;
inline constexpr uint64_t kMillisecond = 1'000'000;
inline constexpr uint64_t kSecond = 1'000'000'000;
// A deadline that is never reached, and the sum of every addition that would overflow.
inline constexpr uint64_t kNever = UINT64_MAX;

// a + b in nanoseconds; "never" instead of wrapping around.
constexpr uint64_t saturating_add(uint64_t a, uint64_t b) {
  return a > kNever - b ? kNever : a + b;
}

class Clock {
 public:
  virtual ~Clock() = default;
  // Nanoseconds since an arbitrary start; never decreases.
  virtual uint64_t monotonic_ns() = 0;
  // Nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
  virtual uint64_t wall_ns() = 0;
};

class SystemClock final : public Clock {
 public:
  uint64_t monotonic_ns() override;
  uint64_t wall_ns() override;
};

// Stands still until told otherwise. A loop with such a clock must be driven turn by turn: it
// sleeps in real time for as long as its next timer is away in this clock's time.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(uint64_t wall_start_ns = 0) : wall_start_(wall_start_ns) {}
  uint64_t monotonic_ns() override { return now_; }
  uint64_t wall_ns() override { return wall_start_ + now_; }
  void advance(uint64_t ns) { now_ = saturating_add(now_, ns); }

 private:
  uint64_t wall_start_;
  uint64_t now_ = 0;
};

}  // namespace tappet::net
