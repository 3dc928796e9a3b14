// A guest's memory as preview1 uses it: checked access at 32-bit addresses.
#pragma once

#include <utility>

#include "interp/runtime/instance.h"
#include "interp/runtime/memory.h"
#include "wasi/p1/preview1.h"

namespace tappet::wasi {

// Short-lived: never kept across anything that can run guest code or grow the memory.
class Preview1::Memory32 {
 public:
  explicit Memory32(HostCall& call) : memory_(call.caller() ? call.caller()->memory0 : nullptr) {}

  // Empty if out of bounds; a length of 0 always is.
  std::span<uint8_t> view(uint64_t at, uint64_t length) const {
    return memory_ ? memory_->view(at, length) : std::span<uint8_t>();
  }
  bool contains(uint64_t at, uint64_t length) const {
    return memory_ && memory_->contains(at, length);
  }
  // False if out of bounds: the function answers ERRNO_FAULT.
  template <class T>
  [[nodiscard]] bool store(uint64_t at, T value) const {
    if (!contains(at, sizeof value)) return false;
    store_le<T>(memory_->base() + at, value);
    return true;
  }
  // Precondition: contains(at, sizeof(T)).
  template <class T>
  T load(uint64_t at) const {
    return load_le<T>(memory_->base() + at);
  }

  // An array of iovec or ciovec.
  struct Buffer {
    uint64_t at;
    uint64_t length;
  };
  // As many as systems take at once.
  static constexpr uint64_t kMostBuffers = 1024;
  // Nothing if the array or a buffer is out of bounds. Precondition: count <= kMostBuffers.
  std::optional<std::vector<Buffer>> buffers(uint64_t array, uint64_t count) const {
    if (!contains(array, count * 8)) return std::nullopt;
    std::vector<Buffer> list;
    list.reserve(count);
    for (uint64_t at = array; at < array + count * 8; at += 8) {
      const Buffer buffer{load<uint32_t>(at), load<uint32_t>(at + 4)};
      if (!contains(buffer.at, buffer.length)) return std::nullopt;
      list.push_back(buffer);
    }
    return list;
  }

 private:
  tappet::Memory* memory_;
};

}  // namespace tappet::wasi
