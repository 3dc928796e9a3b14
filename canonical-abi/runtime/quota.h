// How much of something all instances of a store may have together.
#pragma once

#include <cassert>
#include <cstdint>

namespace tappet::component {

class Quota {
 public:
  explicit Quota(uint64_t most) : most_(most) {}
  Quota(const Quota&) = delete;
  Quota& operator=(const Quota&) = delete;

  // False: it is used up.
  bool take() {
    if (used_ >= most_) return false;
    ++used_;
    return true;
  }
  // Precondition: so much was taken.
  void give_back(uint64_t count) {
    assert(count <= used_);
    used_ -= count;
  }
  uint64_t used() const { return used_; }

 private:
  uint64_t most_;
  uint64_t used_ = 0;
};

}  // namespace tappet::component
