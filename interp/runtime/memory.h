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
//
// A shared memory (threads proposal) lies outside of stores, in a SharedMemory that any number of
// them use at once; a store's Memory is then its view of it. Under both strategies its base never
// moves, and its size, which only grows, is an atomic.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "interp/base/bytes.h"
#include "interp/base/result.h"
#include "interp/module/types.h"
#include "interp/runtime/reservation.h"

namespace tappet {

class MemoryPool;
struct PooledMemory;
class SharedMemory;

enum class MemoryStrategy : uint8_t { kGuard, kChecked };

inline constexpr uint64_t kPageBytes = 65536;

// The size of the memory at `base`: in one order with all atomic accesses of all threads.
inline uint64_t memory_size(const uint8_t* base) {
  return __atomic_load_n(reinterpret_cast<const uint64_t*>(base - sizeof(uint64_t)),
                         __ATOMIC_SEQ_CST);
}
// The same for the bounds check of a plain access, which may come before another thread's grow()
// unless guests see to it. An ordinary load: compilers fold no atomic one into the comparison, and
// an aligned word that only grows is never seen torn or too large.
inline uint64_t memory_size_unordered(const uint8_t* base) {
#if defined(__SANITIZE_THREAD__)
  return __atomic_load_n(reinterpret_cast<const uint64_t*>(base - sizeof(uint64_t)),
                         __ATOMIC_RELAXED);
#else
  return *reinterpret_cast<const uint64_t*>(base - sizeof(uint64_t));
#endif
}
inline void set_memory_size(uint8_t* base, uint64_t bytes) {
  __atomic_store_n(reinterpret_cast<uint64_t*>(base - sizeof(uint64_t)), bytes, __ATOMIC_SEQ_CST);
}

// The initial contents of a memory, mapped copy-on-write into each instance. Immutable, shared by
// all threads.
class MemoryImage {
 public:
  struct Piece {
    uint64_t offset;
    ByteSpan bytes;
  };
  // An image of `size` bytes, zero but for the pieces, of which later ones win. Null if the host
  // has no anonymous files or no room for one: callers then copy. Precondition: pieces lie within
  // size.
  static std::shared_ptr<const MemoryImage> create(uint64_t size, std::span<const Piece> pieces);
  ~MemoryImage();
  MemoryImage(const MemoryImage&) = delete;
  MemoryImage& operator=(const MemoryImage&) = delete;

  uint64_t size() const { return size_; }
  // The contents, or nothing if the host has no room for them.
  ByteSpan bytes() const { return {data_, data_ != nullptr ? static_cast<size_t>(size_) : 0}; }
  // Puts the contents at `to`, by mapping (a host page's start, accessible) or copying them. False
  // if the host refuses.
  bool map_at(uint8_t* to) const;
  bool copy_to(uint8_t* to) const;

 private:
  MemoryImage(int descriptor, uint64_t size) : descriptor_(descriptor), size_(size) {}
  int descriptor_;
  uint64_t size_;
  uint8_t* data_ = nullptr;
};

class Memory {
 public:
  // A zeroed memory of type.limits.min pages, or one that starts with *image (which is not larger).
  // `max_bytes` caps growth below what the type allows. `pool`, which outlives the memory: where it
  // comes from and goes to, if it has guard pages; may be null. Errors: kResource, kLimit.
  static Result<std::unique_ptr<Memory>> create(const MemoryType& type, MemoryStrategy strategy,
                                                uint64_t max_bytes,
                                                std::shared_ptr<const MemoryImage> image = nullptr,
                                                MemoryPool* pool = nullptr);
  // A view of a shared memory, for a store whose handlers rely on `strategy`. Error kUsage: the
  // memory was made without the guard pages that they need.
  static Result<std::unique_ptr<Memory>> view_of(std::shared_ptr<SharedMemory> shared,
                                                 MemoryStrategy strategy, uint64_t max_bytes);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  const MemoryType& type() const { return type_; }
  uint64_t pages() const { return size() >> type_.page_size_log2; }
  uint64_t size() const { return memory_size(base_); }
  // Changes with grow() under kChecked: never keep it across anything that runs guest code.
  uint8_t* base() { return base_; }
  const uint8_t* base() const { return base_; }

  // memory.grow: the old size in pages, or -1 if the type, the cap or the host refuses.
  int64_t grow(uint64_t delta_pages);

  // What other stores can be given a view of; null unless type().shared.
  const std::shared_ptr<SharedMemory>& shared() const { return shared_; }

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
  static uint8_t* empty_base() { return empty_ + kHeaderBytes; }

 private:
  // What is kept free below the base of a checked memory.
  static constexpr uint64_t kHeaderBytes = 64;
  alignas(kHeaderBytes) static inline uint8_t empty_[2 * kHeaderBytes] = {};

  Memory(const MemoryType& type, MemoryStrategy strategy, uint64_t max_bytes);
  Result<> allocate(uint64_t bytes, std::shared_ptr<const MemoryImage> image);
  Result<> map(uint64_t bytes, const MemoryImage* image);
  const Reservation& reservation() const;
  bool resize(uint64_t bytes);
  void see(const SharedMemory& shared);

  MemoryType type_;
  MemoryStrategy strategy_;
  uint64_t max_bytes_;
  uint8_t* base_ = nullptr;
  uint64_t reserved_ = 0;  // bytes of address space from base_ (kGuard)
  // What base_ lies in: the first of these that is there, or else a block of malloc's.
  std::shared_ptr<SharedMemory> shared_;
  Reservation reservation_;
  std::unique_ptr<PooledMemory> pooled_;
  MemoryPool* pool_ = nullptr;  // that pooled_ goes back to
};

// What a memory of this type gets where `wanted` is configured: guard pages can stand in for checks
// only under 32-bit addresses and whole 64 KiB pages.
constexpr MemoryStrategy effective_strategy(const MemoryType& type, MemoryStrategy wanted) {
  const bool guardable = type.address == AddressType::kI32 && type.page_size_log2 == 16;
  return guardable ? wanted : MemoryStrategy::kChecked;
}

// What a guarded memory reserves, so that base + u32 + u32 and an access's width lie inside.
inline constexpr uint64_t kGuardedBytes = (uint64_t{8} << 30) + kPageBytes;

// Up to how many bytes a memory of this type can grow, before any other limit.
uint64_t most_bytes(const MemoryType& type);

// kGuard where this process can reserve address space for it, else kChecked.
MemoryStrategy best_memory_strategy();

}  // namespace tappet
