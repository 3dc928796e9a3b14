// What time it is, and waiting for a time.
#pragma once

#include "net/loop/loop.h"
#include "wasi/host/stream.h"

namespace tappet::wasi {

// Tells the loop's time, or that of clocks handed in. One thread, that of the loop, which outlives
// it as do the clocks.
class Clocks {
 public:
  // The monotonic clock is the loop's, because the loop's timers follow it. `wall` overrides where
  // the time of day comes from.
  explicit Clocks(net::Loop& loop, net::Clock* wall = nullptr)
      : loop_(loop), wall_(wall ? wall : &loop.clock()) {}

  // Nanoseconds since 1970-01-01T00:00:00Z.
  uint64_t wall_now() const { return wall_->wall_ns(); }
  // Nanoseconds since an arbitrary start.
  uint64_t monotonic_now() const { return loop_.now(); }
  // Nanoseconds between two different answers, of either clock.
  uint64_t resolution() const { return 1; }

  // Ready from that monotonic time on; UINT64_MAX is never.
  std::shared_ptr<Readiness> at(uint64_t when) const;
  // The same `duration` nanoseconds from now on.
  std::shared_ptr<Readiness> after(uint64_t duration) const {
    return at(net::saturating_add(monotonic_now(), duration));
  }

 private:
  net::Loop& loop_;
  net::Clock* wall_;
};

}  // namespace tappet::wasi
