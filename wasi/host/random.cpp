#include "wasi/host/random.h"

#include <sys/random.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace tappet::wasi {
namespace {

// SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
class SplitMix {
 public:
  explicit SplitMix(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9e37'79b9'7f4a'7c15;
    z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9;
    z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11eb;
    return z ^ (z >> 31);
  }
  void fill(std::span<uint8_t> out) {
    while (!out.empty()) {
      const uint64_t bits = next();
      const size_t count = std::min(out.size(), sizeof bits);
      std::memcpy(out.data(), &bits, count);
      out = out.subspan(count);
    }
  }

 private:
  uint64_t state_;
};

bool fill_from_system(std::span<uint8_t> out) {
  while (!out.empty()) {
    const ssize_t count = getrandom(out.data(), out.size(), 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    out = out.subspan(static_cast<size_t>(count));
  }
  return true;
}

// Good enough without the system's help for numbers that promise nothing.
uint64_t some_seed() {
  uint64_t seed = 0;
  if (!fill_from_system({reinterpret_cast<uint8_t*>(&seed), sizeof seed})) {
    seed = static_cast<uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
  }
  return seed;
}

class SystemRandom final : public Random {
 public:
  SystemRandom() : insecure_(some_seed()), seed_(some_seed(), some_seed()) {}
  bool fill_secure(std::span<uint8_t> out) override { return fill_from_system(out); }
  void fill_insecure(std::span<uint8_t> out) override { insecure_.fill(out); }
  std::pair<uint64_t, uint64_t> insecure_seed() override { return seed_; }

 private:
  SplitMix insecure_;
  std::pair<uint64_t, uint64_t> seed_;
};

class DeterministicRandom final : public Random {
 public:
  explicit DeterministicRandom(uint64_t seed) : numbers_(seed) {
    seed_ = {numbers_.next(), numbers_.next()};
  }
  bool fill_secure(std::span<uint8_t> out) override { return numbers_.fill(out), true; }
  void fill_insecure(std::span<uint8_t> out) override { numbers_.fill(out); }
  std::pair<uint64_t, uint64_t> insecure_seed() override { return seed_; }

 private:
  SplitMix numbers_;
  std::pair<uint64_t, uint64_t> seed_;
};

}  // namespace

std::unique_ptr<Random> system_random() { return std::make_unique<SystemRandom>(); }
std::unique_ptr<Random> deterministic_random(uint64_t seed) {
  return std::make_unique<DeterministicRandom>(seed);
}

}  // namespace tappet::wasi
