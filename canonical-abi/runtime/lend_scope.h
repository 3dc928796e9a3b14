// What a call within a component has lent to its callee.
#pragma once

#include <vector>

#include "canonical-abi/runtime/handle_table.h"

namespace tappet::component {

// Handles are kept by index: one that is lent cannot be removed, but the table may move.
class LendScope {
 public:
  // `i` is a handle of the caller's table.
  void add_lender(uint32_t i, ResourceHandle& handle) {
    ++handle.num_lends;
    lenders_.push_back(i);
  }
  // The caller learns of the result: what was lent is back.
  void give_back(HandleTable& handles) {
    for (const uint32_t i : lenders_) --handles.get(i)->num_lends;
    lenders_ = {};
  }

 private:
  std::vector<uint32_t> lenders_;
};

}  // namespace tappet::component
