// Flattened value types: at most as many core types as are ever passed in registers.
#pragma once

#include <cassert>
#include <cstdint>

#include "interp/base/limits.h"
#include "interp/module/types.h"

namespace tappet::component {

// The core types that value types flatten to, numbered as tappet::ValueKind.
enum class CoreKind : uint8_t { kI32, kI64, kF32, kF64, kNone };

constexpr CoreKind core_kind(AddressType width) {
  return width == AddressType::kI64 ? CoreKind::kI64 : CoreKind::kI32;
}
constexpr ValueType core_type(CoreKind kind) {
  return ValueType::number(static_cast<ValueKind>(kind));
}
// The tightest type that holds either (definitions.py: join).
constexpr CoreKind join(CoreKind a, CoreKind b) {
  if (a == b) return a;
  const bool narrow =
      (a == CoreKind::kI32 && b == CoreKind::kF32) || (a == CoreKind::kF32 && b == CoreKind::kI32);
  return narrow ? CoreKind::kI32 : CoreKind::kI64;
}

// A list of at most limits::kFlatParams core types, or the knowledge that there are more: then
// values go through memory, and nobody asks which types they are.
class FlatTypes {
 public:
  static constexpr uint32_t kMax = limits::kFlatParams;

  FlatTypes() = default;
  explicit FlatTypes(CoreKind kind) { push(kind); }

  bool too_many() const { return count_ > kMax; }
  // kMax + 1 if there are too many.
  uint32_t size() const { return count_; }
  // Precondition: i < size(), and not too_many().
  CoreKind operator[](uint32_t i) const {
    assert(i < count_ && !too_many());
    return static_cast<CoreKind>(kinds_ >> (2 * i) & 3);
  }

  void push(CoreKind kind) {
    if (count_ < kMax) kinds_ |= static_cast<uint32_t>(kind) << (2 * count_);
    if (!too_many()) ++count_;
  }
  void append(const FlatTypes& other) {
    for (uint32_t i = 0; i < other.count_ && !too_many(); ++i) {
      push(other.too_many() ? CoreKind::kI32 : other[i]);
    }
  }
  // Overlays another list, element by element.
  void join_with(const FlatTypes& other) {
    if (too_many() || other.too_many()) {
      count_ = kMax + 1;
      return;
    }
    FlatTypes joined;
    for (uint32_t i = 0; i < count_ || i < other.count_; ++i) {
      if (i >= count_) {
        joined.push(other[i]);
      } else {
        joined.push(i < other.count_ ? join((*this)[i], other[i]) : (*this)[i]);
      }
    }
    *this = joined;
  }
  void append_to(std::vector<ValueType>& out) const {
    for (uint32_t i = 0; i < count_; ++i) out.push_back(core_type((*this)[i]));
  }

 private:
  static_assert(kMax <= 16, "two bits per type");
  uint32_t kinds_ = 0;
  uint32_t count_ = 0;
};

}  // namespace tappet::component
