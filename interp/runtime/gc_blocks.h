// The pages of the garbage-collected heap: spans of 64 KiB blocks, cut from regions of 1 MiB that
// are mapped and given back as a whole. Blocks that become free stay dirty for reuse, or have their
// pages given back at once. What a span holds is for the heap to say, in the header that every span
// starts with.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "interp/runtime/gc_object.h"

namespace tappet {

inline constexpr uint64_t kGcBlockBytes = 64 * 1024;
inline constexpr uint64_t kGcRegionBytes = 1024 * 1024;
inline constexpr uint32_t kGcRegionBlocks = kGcRegionBytes / kGcBlockBytes;
inline constexpr uint32_t kGcLeastSlotBytes = 16;
inline constexpr uint32_t kGcBitmapWords = kGcBlockBytes / kGcLeastSlotBytes / 64;

// Starts each span. A span holds either slots of one size, in one block, or a single object.
struct GcSpan {
  enum class State : uint8_t {
    kInUse,  // a slot is allocated if its header is not zero
    kSwept,  // a slot is allocated if its bit in `live` is set; others hold garbage
  };
  State state;
  uint8_t size_class;
  uint32_t slot_bytes;  // of a single object: 0
  uint32_t slots;
  uint32_t reciprocal;             // 2^32 / slot_bytes, rounded up
  uint64_t bytes;                  // that the span takes, a multiple of kGcBlockBytes
  GcSpan* next;                    // for the heap's lists
  uint64_t marks[kGcBitmapWords];  // all zero but during a collection
  uint64_t live[kGcBitmapWords];   // the marks of the last collection

  uint8_t* payload() { return reinterpret_cast<uint8_t*>(this + 1); }
  GcObject* slot(uint32_t index) {
    return reinterpret_cast<GcObject*>(payload() + uint64_t{index} * slot_bytes);
  }
  // Of the slot that holds the byte at `offset` in the payload; the division is exact.
  uint32_t index_of(uint64_t offset) const {
    return static_cast<uint32_t>(offset * reciprocal >> 32);
  }
};
inline constexpr uint32_t kGcPayloadBytes = kGcBlockBytes - sizeof(GcSpan);

// Every object starts in the first block of its span.
inline GcSpan* span_of(const GcObject* object) {
  return reinterpret_cast<GcSpan*>(reinterpret_cast<uint64_t>(object) & ~(kGcBlockBytes - 1));
}

class GcBlocks {
 public:
  GcBlocks() = default;
  ~GcBlocks();
  GcBlocks(const GcBlocks&) = delete;
  GcBlocks& operator=(const GcBlocks&) = delete;

  // A span of at least `bytes`, zeroed but for GcSpan::bytes. Null if the host has no memory left.
  GcSpan* acquire(uint64_t bytes);
  void release(GcSpan* span);
  // Gives back the pages of dirty blocks until no more than `keep` bytes of them are left, and
  // regions that are empty.
  void trim(uint64_t keep);

  // Bytes that spans in use and dirty blocks take.
  uint64_t committed() const { return used_ + dirty_; }
  uint64_t dirty() const { return dirty_; }
  static uint64_t span_bytes(uint64_t bytes) {
    return (bytes + kGcBlockBytes - 1) / kGcBlockBytes * kGcBlockBytes;
  }

  // The span whose first block holds that address, if there is one.
  GcSpan* find(uint64_t address) const;

  // Calls visit(GcSpan*) for every span in use; it may release that span.
  template <class Visit>
  void for_each(Visit visit) {
    for (size_t i = 0; i < regions_.size(); ++i) {
      Region& region = *regions_[i];
      for (uint32_t k = 0; k < region.blocks; ++k) {
        if (region.block[k] == Block::kHead) visit(region.span(k));
      }
    }
  }

 private:
  enum class Block : uint8_t { kClean, kDirty, kHead, kBody };
  // A region of one large span has one entry, kHead, or kClean once that is released.
  struct Region {
    uint8_t* base = nullptr;
    uint64_t bytes = 0;
    uint32_t blocks = 0;
    uint32_t free = 0;
    Block block[kGcRegionBlocks] = {};

    GcSpan* span(uint32_t index) { return reinterpret_cast<GcSpan*>(base + index * kGcBlockBytes); }
    bool is_huge() const { return bytes > kGcRegionBytes; }
  };

  Region* add_region(uint64_t bytes);
  void unmap_empty_regions();
  Region* region_of(uint64_t address) const;
  // The first of `count` free blocks, or kGcRegionBlocks.
  static uint32_t find_free(const Region& region, uint32_t count);
  GcSpan* take(Region& region, uint32_t first, uint32_t count);
  void clean(Region& region, uint32_t index);

  std::vector<std::unique_ptr<Region>> regions_;  // sorted by base
  size_t hints_[kGcRegionBlocks + 1] = {};        // by length of a span: where one was found last
  uint64_t free_blocks_ = 0;
  uint64_t used_ = 0;
  uint64_t dirty_ = 0;
};

}  // namespace tappet
