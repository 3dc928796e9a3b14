// Limits on how many sockets are open.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

namespace tappet::net {

// How many sockets there may be. A value that counts them is shared by those who may open them;
// with an outer one, both limits hold. Loop thread only.
class SocketBudget {
 public:
  explicit SocketBudget(uint32_t most, std::shared_ptr<SocketBudget> outer = nullptr)
      : most_(most), outer_(std::move(outer)) {}
  SocketBudget(const SocketBudget&) = delete;
  SocketBudget& operator=(const SocketBudget&) = delete;

  bool exhausted() const { return used_ >= most_ || (outer_ && outer_->exhausted()); }
  void take() {
    ++used_;
    if (outer_) outer_->take();
  }
  void give_back() {
    --used_;
    if (outer_) outer_->give_back();
  }
  uint32_t used() const { return used_; }

 private:
  uint32_t most_;
  uint32_t used_ = 0;
  std::shared_ptr<SocketBudget> outer_;
};

}  // namespace tappet::net
