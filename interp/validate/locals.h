// The locals of the function being validated: their types, and which of those without a default
// value have been set (core spec 3.1.7, "set" and "unset").
#pragma once

#include <array>
#include <span>
#include <unordered_set>
#include <vector>

#include "interp/module/module.h"
#include "interp/validate/stack_type.h"

namespace tappet {

// Locals are declared in runs of up to 50,000 and there may be a million functions, so only the
// first few are laid out one by one; the others are found by binary search.
class Locals {
 public:
  Locals() { simple_.fill(kNotSimple); }

  // `params` is borrowed until the next reset.
  void reset(std::span<const StackType> params, std::span<const LocalRun> declared);

  uint32_t count() const { return count_; }
  // Precondition of the rest: index < count().
  StackType type(uint32_t index) const {
    return index < simple_count_ ? simple_[index] : type_beyond(index);
  }
  // False for a local without a default value before its first local.set.
  bool is_set(uint32_t index) const { return always_set_ || is_set_slowly(index); }
  void set(uint32_t index) {
    if (!always_set_) set_slowly(index);
  }

  // The type of the local whose index is this byte if it is among the first 128 and reading and
  // writing it needs no bookkeeping; kNotSimple for all others and for those that do not exist.
  StackType simple(uint8_t index) const { return simple_[index]; }
  static constexpr StackType kNotSimple{~0u};

  // All locals have a default value, or none is declared: nothing to set, mark or forget.
  bool always_set() const { return always_set_; }
  // Blocks forget at their end what was set within them.
  uint32_t mark() const { return static_cast<uint32_t>(set_order_.size()); }
  void forget_since(uint32_t mark) {
    if (!always_set_) forget_slowly(mark);
  }

 private:
  static constexpr uint32_t kExpanded = 128;
  struct Run {
    uint32_t end;  // index after the run
    StackType type;
  };

  void add(uint32_t count, StackType type);
  StackType type_beyond(uint32_t index) const;
  bool is_set_slowly(uint32_t index) const;
  void set_slowly(uint32_t index);
  void forget_slowly(uint32_t mark);

  std::array<StackType, 256> simple_;  // only the first half is ever set
  uint32_t simple_count_ = 0;
  std::vector<Run> runs_;  // what is not in simple_
  uint32_t count_ = 0;
  uint32_t params_ = 0;
  bool always_set_ = true;
  std::unordered_set<uint32_t> set_;  // locals without a default value that are set
  std::vector<uint32_t> set_order_;
};

}  // namespace tappet
