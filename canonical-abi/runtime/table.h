// What indices of a component instance denote (CanonicalABI.md, "Table State").
#pragma once

#include <algorithm>
#include <cassert>
#include <cstdint>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "canonical-abi/runtime/quota.h"

namespace tappet::component {

// Indices start at 1, and those removed last are reused first: guests can rely on both. A T that
// was default-constructed is no element.
template <class T>
class Table {
 public:
  // `capacity`: the highest index, at most limits::kHandles. Each index ever used takes one of
  // `places`, for good: a table does not shrink. `places` outlives the table's last add().
  Table(uint32_t capacity, Quota& places) : capacity_(capacity), places_(places) {}
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  // Null if there is no such element. Valid until the next add().
  T* get(uint32_t i) {
    if (i == 0 || i > array_.size()) return nullptr;
    T& element = array_[i - 1];
    return element ? &element : nullptr;
  }
  // Nothing if the table is full, there are no places left, or the host has no memory.
  std::optional<uint32_t> add(T element) {
    if (!free_.empty()) {
      const uint32_t i = free_.back();
      free_.pop_back();
      array_[i - 1] = std::move(element);
      return i;
    }
    if (array_.size() >= capacity_ || !places_.take()) return std::nullopt;
    try {
      // So that remove() never needs memory.
      if (free_.capacity() <= array_.size()) {
        const size_t room = std::max<size_t>(2 * array_.size(), kFirstRoom);
        free_.reserve(room);
        array_.reserve(room);
      }
      array_.push_back(std::move(element));
    } catch (const std::bad_alloc&) {
      places_.give_back(1);
      return std::nullopt;
    }
    return static_cast<uint32_t>(array_.size());
  }
  // Precondition: there is such an element.
  T remove(uint32_t i) {
    assert(get(i) != nullptr);
    free_.push_back(i);
    return std::exchange(array_[i - 1], T());
  }

  // The next add() reuses an index, and cannot fail.
  bool has_free() const { return !free_.empty(); }
  uint32_t size() const { return static_cast<uint32_t>(array_.size() - free_.size()); }

 private:
  static constexpr size_t kFirstRoom = 8;

  uint32_t capacity_;
  Quota& places_;
  std::vector<T> array_;  // index 1 first
  std::vector<uint32_t> free_;
};

}  // namespace tappet::component
