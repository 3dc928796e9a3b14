// The table of a component instance's handles (CanonicalABI.md, "Table State").
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "canonical-abi/runtime/resource.h"

namespace tappet::component {

// Indices start at 1, and those removed last are reused first: guests can rely on both.
class HandleTable {
 public:
  // `capacity`: the highest index, at most limits::kHandles.
  explicit HandleTable(uint32_t capacity) : capacity_(capacity) {}
  HandleTable(const HandleTable&) = delete;
  HandleTable& operator=(const HandleTable&) = delete;

  // Null if there is no such element, or it is something else. Valid until the next add().
  ResourceHandle* get(uint32_t i);
  // Nothing if the table is full or the host has no memory.
  std::optional<uint32_t> add(const ResourceHandle& handle);
  // Precondition: there is such an element.
  void remove(uint32_t i);

  uint32_t size() const { return size_; }

 private:
  struct Free {
    uint32_t next;  // 0: none
  };
  using Element = std::variant<Free, ResourceHandle>;

  uint32_t capacity_;
  uint32_t size_ = 0;
  uint32_t free_ = 0;
  std::vector<Element> array_;  // index 1 first
};

}  // namespace tappet::component
