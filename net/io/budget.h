// How much of the process somebody may take at a time, and what is taken of it. Loop thread only.
#pragma once

#include <cstdint>
#include <utility>

#include "net/loop/ref.h"

namespace tappet::net {

struct BudgetLimits {
  uint32_t sockets = UINT32_MAX;
  uint64_t bytes = UINT64_MAX;  // of buffers
};

// Shared by those who take of it, and by what is taken. With an outer one, both limits on sockets
// hold; bytes are counted in the inner one only.
class Budget final : public RefCounted {
 public:
  explicit Budget(const BudgetLimits& most, Ref<Budget> outer = {})
      : most_(most), outer_(std::move(outer)) {}

  bool sockets_exhausted() const {
    return sockets_ >= most_.sockets || (outer_ && outer_->sockets_exhausted());
  }
  void take_socket() {
    ++sockets_;
    if (outer_) outer_->take_socket();
  }
  void give_back_socket() {
    --sockets_;
    if (outer_) outer_->give_back_socket();
  }
  uint32_t sockets() const { return sockets_; }

  uint64_t bytes() const { return bytes_; }
  uint64_t bytes_left() const { return bytes_ < most_.bytes ? most_.bytes - bytes_ : 0; }

 private:
  friend class Charge;
  const BudgetLimits most_;
  uint32_t sockets_ = 0;
  uint64_t bytes_ = 0;
  const Ref<Budget> outer_;
};

// What one thing takes of a budget, which gets it back when this is destroyed. Moves. Without a
// budget everything is granted, and nothing counted.
class Charge {
 public:
  Charge() = default;
  explicit Charge(Ref<Budget> budget) : budget_(std::move(budget)) {}
  Charge(Charge&& other) noexcept
      : budget_(std::move(other.budget_)),
        bytes_(std::exchange(other.bytes_, 0)),
        socket_(std::exchange(other.socket_, false)) {}
  Charge& operator=(Charge&& other) noexcept {
    if (this == &other) return *this;
    release();
    budget_ = std::move(other.budget_);
    bytes_ = std::exchange(other.bytes_, 0);
    socket_ = std::exchange(other.socket_, false);
    return *this;
  }
  ~Charge() { release(); }

  const Ref<Budget>& budget() const { return budget_; }
  uint64_t bytes() const { return bytes_; }
  // How many more bytes there are.
  uint64_t left() const { return budget_ ? budget_->bytes_left() : UINT64_MAX; }
  // So many bytes from now on, whatever is left.
  void set_bytes(uint64_t bytes) {
    if (!budget_) return;
    budget_->bytes_ += bytes - bytes_;
    bytes_ = bytes;
  }
  // So many bytes from now on; or false, and no change, if that takes more than is left.
  [[nodiscard]] bool try_set_bytes(uint64_t bytes) {
    if (bytes > bytes_ && bytes - bytes_ > left()) return false;
    set_bytes(bytes);
    return true;
  }
  // A socket, if there is one left. At most one.
  [[nodiscard]] bool try_take_socket() {
    if (!budget_) return true;
    if (budget_->sockets_exhausted()) return false;
    budget_->take_socket();
    socket_ = true;
    return true;
  }
  // Gives everything back.
  void release() {
    set_bytes(0);
    if (std::exchange(socket_, false)) budget_->give_back_socket();
  }

 private:
  Ref<Budget> budget_;
  uint64_t bytes_ = 0;
  bool socket_ = false;
};

}  // namespace tappet::net
