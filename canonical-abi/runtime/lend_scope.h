// What a call within a component has lent to its callee.
#pragma once

#include <array>
#include <vector>

#include "canonical-abi/runtime/handle_table.h"

namespace tappet::component {

// Handles are kept by index: one that is lent cannot be removed, but the table may move.
class LendScope {
 public:
  // `handle` is number `i` of the caller's table. What is kept elsewhere than in here is out of the
  // table's quota until it is back: calls may be under way for long. False: that is used up.
  // Throws std::bad_alloc.
  bool add_lender(HandleTable& handles, uint32_t i, ResourceHandle& handle) {
    if (count_ < few_.size()) {
      few_[count_++] = i;
    } else if (handles.quota().take()) {
      more_.push_back(i);
    } else {
      return false;
    }
    ++handle.num_lends;
    return true;
  }
  // The caller learns of the result: what was lent is back.
  void give_back(HandleTable& handles) {
    for (uint32_t i = 0; i < count_; ++i) --handles.get(few_[i])->num_lends;
    count_ = 0;
    if (more_.empty()) return;
    for (const uint32_t i : more_) --handles.get(i)->num_lends;
    handles.quota().give_back(more_.size());
    // With its memory: a subtask may stay long after.
    more_ = std::vector<uint32_t>();
  }

 private:
  // A method lends itself, and seldom more.
  std::array<uint32_t, 3> few_;
  uint32_t count_ = 0;
  std::vector<uint32_t> more_;
};

}  // namespace tappet::component
