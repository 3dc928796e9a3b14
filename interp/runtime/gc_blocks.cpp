#include "interp/runtime/gc_blocks.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace tappet {
namespace {

// Fresh pages are zero. Aligned to kGcRegionBytes; null if there are none.
uint8_t* map(uint64_t bytes) {
  const uint64_t reserve = bytes + kGcRegionBytes;
  void* at = mmap(nullptr, reserve, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (at == MAP_FAILED) return nullptr;
  const auto begin = reinterpret_cast<uint64_t>(at);
  const uint64_t base = (begin + kGcRegionBytes - 1) & ~(kGcRegionBytes - 1);
  const uint64_t after = begin + reserve - (base + bytes);
  if (base != begin) munmap(at, base - begin);
  if (after != 0) munmap(reinterpret_cast<void*>(base + bytes), after);
  return reinterpret_cast<uint8_t*>(base);
}

}  // namespace

GcBlocks::~GcBlocks() {
  for (const auto& region : regions_) munmap(region->base, region->bytes);
}

GcBlocks::Region* GcBlocks::add_region(uint64_t bytes) {
  uint8_t* base = map(bytes);
  if (base == nullptr) return nullptr;
  auto region = std::make_unique<Region>();
  region->base = base;
  region->bytes = bytes;
  region->blocks = bytes > kGcRegionBytes ? 1 : kGcRegionBlocks;
  region->free = region->blocks;
  const auto at =
      std::lower_bound(regions_.begin(), regions_.end(), base,
                       [](const auto& other, const uint8_t* b) { return other->base < b; });
  return regions_.insert(at, std::move(region))->get();
}

GcBlocks::Region* GcBlocks::region_of(uint64_t address) const {
  if (regions_.empty()) return nullptr;
  const auto after = std::upper_bound(
      regions_.begin(), regions_.end(), address,
      [](uint64_t a, const auto& region) { return a < reinterpret_cast<uint64_t>(region->base); });
  if (after == regions_.begin()) return nullptr;
  Region* region = std::prev(after)->get();
  return address - reinterpret_cast<uint64_t>(region->base) < region->bytes ? region : nullptr;
}

GcSpan* GcBlocks::find(uint64_t address) const {
  Region* region = region_of(address);
  if (region == nullptr) return nullptr;
  const uint64_t index = (address - reinterpret_cast<uint64_t>(region->base)) / kGcBlockBytes;
  if (index >= region->blocks || region->block[index] != Block::kHead) return nullptr;
  return region->span(static_cast<uint32_t>(index));
}

uint32_t GcBlocks::find_free(const Region& region, uint32_t count) {
  if (region.free < count || region.is_huge()) return kGcRegionBlocks;
  uint32_t run = 0;
  for (uint32_t i = 0; i < kGcRegionBlocks; ++i) {
    run = region.block[i] <= Block::kDirty ? run + 1 : 0;
    if (run == count) return i + 1 - count;
  }
  return kGcRegionBlocks;
}

// Pages given back read as zero afterwards. Locked ones cannot be given back.
void GcBlocks::clean(Region& region, uint32_t index) {
  if (madvise(region.span(index), kGcBlockBytes, MADV_DONTNEED) != 0)
    std::memset(region.span(index), 0, kGcBlockBytes);
  region.block[index] = Block::kClean;
  dirty_ -= kGcBlockBytes;
}

GcSpan* GcBlocks::take(Region& region, uint32_t first, uint32_t count) {
  for (uint32_t i = first; i < first + count; ++i) {
    if (region.block[i] == Block::kDirty) {
      // Clearing one block is quicker than faulting its pages in again.
      if (count == 1) {
        std::memset(region.span(i), 0, kGcBlockBytes);
        dirty_ -= kGcBlockBytes;
      } else {
        clean(region, i);
      }
    }
    region.block[i] = i == first ? Block::kHead : Block::kBody;
  }
  region.free -= count;
  free_blocks_ -= count;
  GcSpan* span = region.span(first);
  span->bytes = count * kGcBlockBytes;
  used_ += span->bytes;
  return span;
}

GcSpan* GcBlocks::acquire(uint64_t bytes) {
  bytes = span_bytes(bytes);
  if (bytes > kGcRegionBytes) {
    Region* region = add_region(bytes);
    if (region == nullptr) return nullptr;
    region->block[0] = Block::kHead;
    region->free = 0;
    used_ += bytes;
    region->span(0)->bytes = bytes;
    return region->span(0);
  }
  const auto count = static_cast<uint32_t>(bytes / kGcBlockBytes);
  if (free_blocks_ >= count) {
    size_t& hint = hints_[count];
    for (size_t tried = 0; tried < regions_.size(); ++tried, ++hint) {
      if (hint >= regions_.size()) hint = 0;
      const uint32_t first = find_free(*regions_[hint], count);
      if (first != kGcRegionBlocks) return take(*regions_[hint], first, count);
    }
  }
  Region* region = add_region(kGcRegionBytes);
  if (region == nullptr) return nullptr;
  free_blocks_ += kGcRegionBlocks;
  return take(*region, 0, count);
}

void GcBlocks::release(GcSpan* span) {
  Region& region = *region_of(reinterpret_cast<uint64_t>(span));
  const uint64_t bytes = span->bytes;
  used_ -= bytes;
  if (region.is_huge()) {
    region.block[0] = Block::kClean;
    region.free = 1;
    // Given back at once; the region goes with the next trim().
    madvise(region.base, region.bytes, MADV_DONTNEED);
    return;
  }
  const auto first =
      static_cast<uint32_t>((reinterpret_cast<uint8_t*>(span) - region.base) / kGcBlockBytes);
  const auto count = static_cast<uint32_t>(bytes / kGcBlockBytes);
  for (uint32_t i = first; i < first + count; ++i) region.block[i] = Block::kDirty;
  region.free += count;
  free_blocks_ += count;
  dirty_ += bytes;
}

void GcBlocks::unmap_empty_regions() {
  const auto is_empty = [](const Region& region) {
    return region.free == region.blocks &&
           std::all_of(region.block, region.block + region.blocks,
                       [](Block block) { return block == Block::kClean; });
  };
  const auto keep = std::remove_if(regions_.begin(), regions_.end(), [&](const auto& region) {
    if (!is_empty(*region)) return false;
    if (!region->is_huge()) free_blocks_ -= kGcRegionBlocks;
    munmap(region->base, region->bytes);
    return true;
  });
  regions_.erase(keep, regions_.end());
}

void GcBlocks::trim(uint64_t keep) {
  // From the end, so that what is kept lies together.
  for (size_t i = regions_.size(); i > 0 && dirty_ > keep; --i) {
    Region& region = *regions_[i - 1];
    for (uint32_t k = 0; k < region.blocks && dirty_ > keep; ++k) {
      if (region.block[k] == Block::kDirty) clean(region, k);
    }
  }
  unmap_empty_regions();
}

}  // namespace tappet
