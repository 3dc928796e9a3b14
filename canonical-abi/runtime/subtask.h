// A call from within a component, as the caller knows it (CanonicalABI.md, "Subtask State").
#pragma once

#include <cassert>
#include <cstdint>
#include <vector>

#include "canonical-abi/runtime/handle_table.h"

namespace tappet::component {

// Counts which of the caller's handles are lent to the callee. Handles are kept by index: one that
// is lent cannot be removed, but the table may move.
class Subtask {
 public:
  enum class State : uint8_t { kStarting, kStarted, kReturned };

  State state() const { return state_; }
  void start() { state_ = State::kStarted; }
  bool resolved() const { return state_ == State::kReturned; }

  // `i` is a handle of the caller's table.
  void add_lender(uint32_t i, ResourceHandle& handle) {
    assert(!resolved());
    ++handle.num_lends;
    lenders_.push_back(i);
  }
  void resolve() { state_ = State::kReturned; }
  // The caller learns of the result: what was lent is back.
  void deliver_resolve(HandleTable& handles) {
    assert(resolved());
    for (const uint32_t i : lenders_) --handles.get(i)->num_lends;
    lenders_.clear();
  }

 private:
  State state_ = State::kStarting;
  std::vector<uint32_t> lenders_;
};

}  // namespace tappet::component
