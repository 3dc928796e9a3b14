// The stack of operand types (core spec A.3.1, "vals"), cut into frames: only what the innermost
// block has pushed can be popped.
#pragma once

#include <algorithm>
#include <cstring>
#include <vector>

#include "interp/base/limits.h"
#include "interp/validate/stack_type.h"

namespace tappet {

// Holds at most limits::kOperands types. Pushes beyond are dropped and remembered, for the
// validator to report; so a body that calls a function of 1000 results in every instruction stays
// harmless.
class OperandStack {
 public:
  OperandStack() : slots_(kInitialCapacity, stack_type::kBottom) { reset(); }
  OperandStack(const OperandStack&) = delete;
  OperandStack& operator=(const OperandStack&) = delete;

  void reset() {
    base_ = top_ = bottom();
    end_ = slots_.data() + slots_.size();
    overflowed_ = false;
  }
  bool overflowed() const { return overflowed_; }

  uint32_t height() const { return static_cast<uint32_t>(top_ - bottom()); }
  // Types above the base.
  size_t available() const { return static_cast<size_t>(top_ - base_); }
  void set_base(uint32_t height) { base_ = bottom() + height; }
  // Drops everything above the base.
  void clear() { top_ = base_; }

  void push(StackType type) {
    if (top_ == end_ && !grow(1)) [[unlikely]]
      return;
    *top_++ = type;
  }
  void push(const StackType* types, size_t count) {
    if (static_cast<size_t>(end_ - top_) < count && !grow(count)) [[unlikely]]
      return;
    top_ = std::copy_n(types, count, top_);
  }
  // Two slots below the top can be read even if nothing is available.
  // Precondition of the rest: so many types are available.
  void drop(size_t count) { top_ -= count; }
  // The type `depth` below the top.
  StackType peek(size_t depth = 0) const { return top_[-1 - static_cast<ptrdiff_t>(depth)]; }
  // The topmost `count` types, lowest first; valid until the next push.
  StackType* top_slots(size_t count) { return top_ - count; }
  bool top_equals(const StackType* types, size_t count) const {
    return std::equal(types, types + count, top_ - count);
  }

  // For the shortcut, which reads and writes the types itself: where they begin, where the
  // innermost frame's do, where they end, and how many more fit. Nothing moves until the next push.
  StackType* bottom() { return slots_.data() + kPadding; }
  StackType* base() { return base_; }
  StackType* top() { return top_; }
  ptrdiff_t room() const { return end_ - top_; }
  void set(StackType* base, StackType* top) { base_ = base, top_ = top; }

 private:
  static constexpr size_t kInitialCapacity = 1024;
  static constexpr size_t kPadding = 2;

  const StackType* bottom() const { return slots_.data() + kPadding; }

  bool grow(size_t more) {
    const size_t size = height();
    const auto base = static_cast<size_t>(base_ - bottom());
    if (size + more > limits::kOperands) {
      overflowed_ = true;
      return false;
    }
    slots_.resize(kPadding + std::min<size_t>(limits::kOperands, 2 * (size + more)));
    base_ = bottom() + base;
    top_ = bottom() + size;
    end_ = slots_.data() + slots_.size();
    return true;
  }

  std::vector<StackType> slots_;
  StackType* base_;
  StackType* top_;
  StackType* end_;
  bool overflowed_;
};

}  // namespace tappet
