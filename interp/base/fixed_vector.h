// A vector that never moves its elements.
#pragma once

#include <cassert>
#include <cstddef>
#include <memory>
#include <utility>

namespace tappet {

// Room for all elements is made once, beforehand. Neither copies nor moves, and its elements need
// do neither. Destroyed last to first.
template <class T>
class FixedVector {
 public:
  FixedVector() = default;
  ~FixedVector() {
    while (size_ != 0) std::destroy_at(data_ + --size_);
    if (data_ != nullptr) std::allocator<T>().deallocate(data_, capacity_);
  }
  FixedVector(const FixedVector&) = delete;
  FixedVector& operator=(const FixedVector&) = delete;

  // Precondition: none was reserved before.
  void reserve(size_t capacity) {
    assert(data_ == nullptr);
    if (capacity != 0) data_ = std::allocator<T>().allocate(capacity);
    capacity_ = capacity;
  }
  // Precondition: size() is less than what was reserved.
  template <class... A>
  T& emplace_back(A&&... args) {
    assert(size_ < capacity_);
    T* const element = std::construct_at(data_ + size_, std::forward<A>(args)...);
    ++size_;
    return *element;
  }

  size_t size() const { return size_; }
  T& operator[](size_t i) {
    assert(i < size_);
    return data_[i];
  }
  const T& operator[](size_t i) const {
    assert(i < size_);
    return data_[i];
  }

 private:
  T* data_ = nullptr;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace tappet
