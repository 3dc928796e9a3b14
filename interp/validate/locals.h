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
  void reset(std::span<const StackType> params, const FunctionDecl& function);

  uint32_t count() const { return count_; }
  // Precondition of the rest: index < count().
  StackType type(uint32_t index) const {
    return index < kExpanded ? simple_[index] : type_beyond(index);
  }
  // False for a local without a default value before its first local.set.
  bool is_set(uint32_t index) const { return always_set_ || is_set_slowly(index); }
  void set(uint32_t index) {
    if (!always_set_) set_slowly(index);
  }

  // 256 types by the byte that is a local's index: those of the first 128 locals if reading and
  // writing needs no bookkeeping. kNotSimple for all others and for those that do not exist.
  const StackType* simple() const { return always_set_ ? simple_.data() : kNone.data(); }
  static constexpr StackType kNotSimple{~0u};

  // Blocks forget at their end what was set within them.
  uint32_t mark() const { return static_cast<uint32_t>(set_order_.size()); }
  void forget_since(uint32_t mark) {
    if (!always_set_) forget_slowly(mark);
  }

 private:
  static constexpr uint32_t kExpanded = 128;
  static const std::array<StackType, 256> kNone;
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
  std::vector<Run> runs_;
  uint32_t count_ = 0;
  uint32_t params_ = 0;
  bool always_set_ = true;
  std::unordered_set<uint32_t> set_;  // locals without a default value that are set
  std::vector<uint32_t> set_order_;
};

}  // namespace tappet
