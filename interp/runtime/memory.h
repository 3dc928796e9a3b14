// Linear memories (core spec 4.2.8), with two strategies behind one interface.
//
// kGuard: 8 GiB of address space are reserved per 32-bit memory, so that base + u32 + u32 always
// lies inside the reservation; pages beyond the current size are inaccessible and the fault handler
// (exec/fault) makes a trap of it. Handlers then carry no bounds check, and the base never moves.
// kChecked: ordinary allocations; handlers compare with the size. For hosts without an MMU or with
// little address space, and wherever the embedder owns the signals.
//
// The current size in bytes is stored in the eight bytes before base, so that a handler needs only
// the base register to check.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "interp/base/bytes.h"
#include "interp/base/result.h"
#include "interp/module/types.h"

namespace tappet {

enum class MemoryStrategy : uint8_t { kGuard, kChecked };

inline constexpr uint64_t kPageBytes = 65536;

// The initial contents of a memory, mapped copy-on-write into each instance. Immutable, shared by
// all threads.
class MemoryImage {
 public:
  // An image of `bytes` from offset 0 (rounded up to whole host pages). Null if the host has no
  // anonymous files: callers then copy.
  static std::shared_ptr<const MemoryImage> create(ByteSpan bytes);
  ~MemoryImage();
  MemoryImage(const MemoryImage&) = delete;
  MemoryImage& operator=(const MemoryImage&) = delete;

  uint64_t size() const { return size_; }
  int descriptor() const { return descriptor_; }

 private:
  MemoryImage(int descriptor, uint64_t size) : descriptor_(descriptor), size_(size) {}
  int descriptor_;
  uint64_t size_;
};

class Memory {
 public:
  // A zeroed memory of type.limits.min pages, or one that starts with *image (which is not larger).
  // `max_bytes` caps growth below what the type allows. Errors: kResource, kLimit.
  static Result<std::unique_ptr<Memory>> create(const MemoryType& type, MemoryStrategy strategy,
                                                uint64_t max_bytes, const MemoryImage* image);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  const MemoryType& type() const { return type_; }
  uint64_t pages() const { return size() >> type_.page_size_log2; }
  uint64_t size() const { return load_le<uint64_t>(base_ - sizeof(uint64_t)); }
  // Changes with grow() under kChecked: never keep it across anything that runs guest code.
  uint8_t* base() { return base_; }
  const uint8_t* base() const { return base_; }

  // memory.grow: the old size in pages, or -1 if the type, the cap or the host refuses.
  int64_t grow(uint64_t delta_pages);

  // The bytes [offset, offset + length), or nothing if that is out of bounds. As short-lived as
  // base().
  std::span<uint8_t> view(uint64_t offset, uint64_t length) {
    if (!in_bounds(offset, length, size())) return {};
    return {base_ + offset, static_cast<size_t>(length)};
  }
  bool contains(uint64_t offset, uint64_t length) const {
    return in_bounds(offset, length, size());
  }

  // True if a fault at `address` is an access that this memory's reservation was made to catch.
  bool reserves(const void* address) const {
    const auto* at = static_cast<const uint8_t*>(address);
    return at >= base_ && at < base_ + reserved_;
  }

  // A base of no memory at all: size zero, for instances without one.
  static uint8_t* empty_base();

 private:
  Memory(const MemoryType& type, MemoryStrategy strategy, uint64_t max_bytes)
      : type_(type), strategy_(strategy), max_bytes_(max_bytes) {}
  Result<> allocate(uint64_t bytes, const MemoryImage* image);
  bool resize(uint64_t bytes);
  void set_size(uint64_t bytes) { store_le<uint64_t>(base_ - sizeof(uint64_t), bytes); }

  MemoryType type_;
  MemoryStrategy strategy_;
  uint64_t max_bytes_;
  uint8_t* base_ = nullptr;
  uint64_t reserved_ = 0;  // bytes of address space from base_ (kGuard)
};

// What a memory of this type gets where `wanted` is configured: guard pages can stand in for checks
// only under 32-bit addresses and whole 64 KiB pages.
constexpr MemoryStrategy effective_strategy(const MemoryType& type, MemoryStrategy wanted) {
  const bool guardable = type.address == AddressType::kI32 && type.page_size_log2 == 16;
  return guardable ? wanted : MemoryStrategy::kChecked;
}

// kGuard where this process can reserve address space for it, else kChecked.
MemoryStrategy best_memory_strategy();

}  // namespace tappet
