// Which locals certainly hold what the function wrote to them: the others have to be zero when it
// starts. The rule is that of validation for locals without a default (core spec 3.4.12): what a
// block assigns counts until its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace tappet::translate {

class AssignedLocals {
 public:
  AssignedLocals() = default;
  explicit AssignedLocals(size_t count) : assigned_(count), read_early_(count) {}

  void write(size_t local) {
    if (assigned_[local]) return;
    assigned_[local] = true;
    order_.push_back(static_cast<uint32_t>(local));
  }
  void read(size_t local) {
    if (!assigned_[local]) read_early_[local] = true;
  }
  bool may_be_read_before(size_t local) const { return read_early_[local]; }

  // What is assigned from a mark on is forgotten by reset().
  uint32_t mark() const { return static_cast<uint32_t>(order_.size()); }
  void reset(uint32_t mark) {
    for (; order_.size() > mark; order_.pop_back()) assigned_[order_.back()] = false;
  }

 private:
  std::vector<bool> assigned_;
  std::vector<bool> read_early_;
  std::vector<uint32_t> order_;
};

}  // namespace tappet::translate
