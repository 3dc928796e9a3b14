#include "canonical-abi/runtime/host_interface.h"

#include <cassert>

#include <fmt/format.h>

namespace tappet::component {

HostReturn HostReturn::value(ComponentValue value) {
  HostReturn r;
  r.has_value_ = true;
  r.value_ = std::move(value);
  return r;
}

HostReturn HostReturn::trap(std::string message) {
  HostReturn r;
  r.kind_ = Kind::kTrap;
  r.message_ = std::move(message);
  return r;
}

HostReturn HostReturn::exit(int32_t code) {
  HostReturn r;
  r.kind_ = Kind::kExit;
  r.exit_code_ = code;
  return r;
}

HostReturn HostReturn::pending(std::unique_ptr<Pending> pending) {
  HostReturn r;
  r.kind_ = Kind::kPending;
  r.pending_ = std::move(pending);
  return r;
}

HostReturn HostReturn::cancelled() {
  HostReturn r;
  r.kind_ = Kind::kCancelled;
  return r;
}

// Each slot without children is released, and then its parents as far as they have none left. An
// object's destructor may use the table: slots are looked up anew in every step.
HostResources::~HostResources() {
  for (uint32_t i = 0; i < slots_.size(); ++i) {
    uint32_t at = i;
    while (at != kNone && slots_[at].type != nullptr && slots_[at].children == 0) {
      const uint32_t parent = slots_[at].parent;
      release(at);
      at = parent;
    }
  }
}

std::optional<uint32_t> HostResources::add(const HostResourceType& type, Object object) {
  if (live_ >= capacity_) return std::nullopt;
  uint32_t index = first_free_;
  if (index == kNone) {
    if (slots_.size() >= (size_t{1} << kSlotBits)) return std::nullopt;
    index = static_cast<uint32_t>(slots_.size());
    if (index == 0) slots_.reserve(8);  // as many as a request and its response are
    slots_.emplace_back();
  } else {
    first_free_ = slots_[index].next_free;
    if (first_free_ == kNone) last_free_ = kNone;
  }
  Slot& slot = slots_[index];
  slot.type = &type;
  slot.object = std::move(object);
  slot.children = 0;
  slot.parent = kNone;
  slot.next_free = kNone;
  ++live_;
  return slot.generation << kSlotBits | index;
}

std::optional<uint32_t> HostResources::add_child(const HostResourceType& type, Object object,
                                                 uint32_t parent) {
  assert(find(parent) != nullptr);
  const std::optional<uint32_t> rep = add(type, std::move(object));
  const Slot* const found = find(parent);
  if (!rep || found == nullptr) return rep;
  const auto index = static_cast<uint32_t>(found - slots_.data());
  slots_[*rep & ((1u << kSlotBits) - 1)].parent = index;
  ++slots_[index].children;
  return rep;
}

const HostResources::Slot* HostResources::find(uint32_t rep) const {
  const uint32_t index = rep & ((1u << kSlotBits) - 1);
  if (index >= slots_.size()) return nullptr;
  const Slot& slot = slots_[index];
  return slot.type != nullptr && slot.generation == rep >> kSlotBits ? &slot : nullptr;
}

const HostResources::Slot* HostResources::find(const HostResourceType& type, uint32_t rep) const {
  const Slot* const slot = find(rep);
  return slot != nullptr && slot->type == &type ? slot : nullptr;
}

void* HostResources::get(const HostResourceType& type, uint32_t rep) const {
  const Slot* const slot = find(type, rep);
  return slot ? slot->object.get() : nullptr;
}

HostResources::Object HostResources::share(const HostResourceType& type, uint32_t rep) const {
  const Slot* const slot = find(type, rep);
  return slot ? slot->object : nullptr;
}

HostResources::Object HostResources::release(uint32_t index) {
  Slot& slot = slots_[index];
  Object object = std::move(slot.object);
  if (slot.parent != kNone) --slots_[slot.parent].children;
  slot.type = nullptr;
  slot.generation = (slot.generation + 1) & ((1u << (32 - kSlotBits)) - 1);
  if (last_free_ == kNone) {
    first_free_ = index;
  } else {
    slots_[last_free_].next_free = index;
  }
  last_free_ = index;
  --live_;
  return object;
}

Result<HostResources::Object> HostResources::remove(const HostResourceType& type, uint32_t rep) {
  const Slot* const found = find(type, rep);
  if (!found) {
    return fail(ErrorKind::kUsage, fmt::format("there is no {} resource {}", type.name, rep));
  }
  if (found->children != 0) {
    return fail(ErrorKind::kUsage, fmt::format("a {} resource still has children", type.name));
  }
  return release(static_cast<uint32_t>(found - slots_.data()));
}

bool HostResources::has_children(uint32_t rep) const {
  const Slot* const slot = find(rep);
  return slot != nullptr && slot->children != 0;
}

}  // namespace tappet::component
