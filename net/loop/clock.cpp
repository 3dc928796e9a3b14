#include "net/loop/clock.h"

#include <ctime>

namespace tappet::net {
namespace {

uint64_t read_clock(clockid_t id) {
  timespec time{};
  clock_gettime(id, &time);
  return static_cast<uint64_t>(time.tv_sec) * kSecond + static_cast<uint64_t>(time.tv_nsec);
}

}  // namespace

uint64_t SystemClock::monotonic_ns() { return read_clock(CLOCK_MONOTONIC); }
uint64_t SystemClock::wall_ns() { return read_clock(CLOCK_REALTIME); }

}  // namespace tappet::net
