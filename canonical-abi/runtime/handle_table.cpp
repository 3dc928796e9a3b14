#include "canonical-abi/runtime/handle_table.h"

#include <cassert>
#include <new>

namespace tappet::component {

ResourceHandle* HandleTable::get(uint32_t i) {
  return i == 0 || i > array_.size() ? nullptr : std::get_if<ResourceHandle>(&array_[i - 1]);
}

std::optional<uint32_t> HandleTable::add(const ResourceHandle& handle) {
  if (free_ != 0) {
    const uint32_t i = free_;
    free_ = std::get<Free>(array_[i - 1]).next;
    array_[i - 1] = handle;
    ++size_;
    return i;
  }
  if (array_.size() >= capacity_) return std::nullopt;
  try {
    array_.emplace_back(handle);
  } catch (const std::bad_alloc&) {
    return std::nullopt;
  }
  ++size_;
  return static_cast<uint32_t>(array_.size());
}

void HandleTable::remove(uint32_t i) {
  assert(i != 0 && i <= array_.size() && !std::holds_alternative<Free>(array_[i - 1]));
  array_[i - 1] = Free{free_};
  free_ = i;
  --size_;
}

}  // namespace tappet::component
