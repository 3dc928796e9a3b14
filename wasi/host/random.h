// Random numbers: unpredictable ones, and fast ones.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>

#include "interp/base/bytes.h"

namespace tappet::wasi {

// One thread.
class Random {
 public:
  virtual ~Random() = default;
  // For keys and the like. False if the system has none to give.
  virtual bool fill_secure(std::span<uint8_t> out) = 0;
  // For everything that nobody attacks.
  virtual void fill_insecure(std::span<uint8_t> out) = 0;
  // The same for the whole life of this object: what guests seed their hash tables with.
  virtual std::pair<uint64_t, uint64_t> insecure_seed() = 0;

  // The most bytes that a guest gets at once; asking for more is a trap.
  static constexpr uint64_t kMostBytes = uint64_t{64} << 20;
};

// The operating system's generator, and one seeded by it.
std::unique_ptr<Random> system_random();
// Everything follows from the seed, the "secure" numbers included: for tests and replays.
std::unique_ptr<Random> deterministic_random(uint64_t seed);

}  // namespace tappet::wasi
