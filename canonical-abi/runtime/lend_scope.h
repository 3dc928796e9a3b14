// What a call within a component has lent to its callee.
#pragma once

#include <array>
#include <vector>

#include "canonical-abi/runtime/handle_table.h"

namespace tappet::component {

// Handles are kept by index: one that is lent cannot be removed, but the table may move.
class LendScope {
 public:
  // `i` is a handle of the caller's table.
  void add_lender(uint32_t i, ResourceHandle& handle) {
    ++handle.num_lends;
    if (count_ < few_.size()) {
      few_[count_++] = i;
    } else {
      more_.push_back(i);
    }
  }
  // The caller learns of the result: what was lent is back.
  void give_back(HandleTable& handles) {
    for (uint32_t i = 0; i < count_; ++i) --handles.get(few_[i])->num_lends;
    for (const uint32_t i : more_) --handles.get(i)->num_lends;
    count_ = 0;
    more_.clear();
  }

 private:
  // A method lends itself, and seldom more.
  std::array<uint32_t, 3> few_;
  uint32_t count_ = 0;
  std::vector<uint32_t> more_;
};

}  // namespace tappet::component
