#include "interp/runtime/memory_pool.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <span>

namespace tappet {
namespace {

// An entry of /proc/self/pagemap: a page that is the process's own, in memory or swapped out.
bool is_own(uint64_t entry) {
  constexpr uint64_t kPresent = uint64_t{1} << 63;
  constexpr uint64_t kSwapped = uint64_t{1} << 62;
  constexpr uint64_t kOfFile = uint64_t{1} << 61;
  return (entry & (kPresent | kSwapped)) != 0 && (entry & kOfFile) == 0;
}

using Entries = std::span<uint64_t>;

// Those of as many pages, from the one at `from`. False if the host does not tell.
bool read_pagemap(int pagemap, const uint8_t* from, Entries entries) {
  const uint64_t page = reinterpret_cast<uintptr_t>(from) / host_page_bytes();
  const ssize_t got = pread(pagemap, entries.data(), entries.size_bytes(),
                            static_cast<off_t>(page * sizeof(uint64_t)));
  return got == static_cast<ssize_t>(entries.size_bytes());
}

// Of a page that was written and one that was not: some hosts have the file and tell nothing.
bool tells_the_truth(int pagemap) {
  const Reservation trial(2 * host_page_bytes());
  std::array<uint64_t, 2> entries{};
  if (trial.base() == nullptr || !trial.commit(0, trial.size())) return false;
  trial.base()[0] = 1;
  return read_pagemap(pagemap, trial.base(), entries) && is_own(entries[0]) && !is_own(entries[1]);
}

int open_pagemap() {
  const int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
  if (pagemap < 0 || tells_the_truth(pagemap)) return pagemap;
  close(pagemap);
  return -1;
}

// Those of this thread so far: where the host makes no huge pages, nobody can have written to a
// page for the first time without one.
uint64_t page_faults() {
#if defined(RUSAGE_THREAD)
  rusage usage{};
  if (getrusage(RUSAGE_THREAD, &usage) == 0) {
    return static_cast<uint64_t>(usage.ru_minflt) + static_cast<uint64_t>(usage.ru_majflt);
  }
#endif
  return PooledMemory::kUnknown;
}

// Some hosts have the count and never change it.
bool host_counts_faults() {
  const Reservation trial(host_page_bytes());
  if (trial.base() == nullptr || !trial.commit(0, trial.size())) return false;
  const uint64_t before = page_faults();
  trial.base()[0] = 1;
  return page_faults() != before;
}

void restore(const PooledMemory& memory) {
  const uint64_t page_bytes = host_page_bytes();
  const ByteSpan image = memory.image != nullptr ? memory.image->bytes() : ByteSpan();
  for (const uint32_t page : memory.own) {
    const uint64_t offset = page * page_bytes;
    uint8_t* const to = memory.reservation.base() + offset;
    const uint64_t of_image =
        offset < image.size() ? std::min(page_bytes, image.size() - offset) : 0;
    if (of_image != 0) std::memcpy(to, image.data() + offset, of_image);
    std::memset(to + of_image, 0, page_bytes - of_image);
  }
}

uint64_t resident_bytes_of(const PooledMemory& memory) {
  return memory.own.size() * host_page_bytes();
}

}  // namespace

MemoryPool::MemoryPool(Limits limits)
    : limits_(limits), pagemap_(open_pagemap()), counts_faults_(host_counts_faults()) {}

MemoryPool::~MemoryPool() {
  if (pagemap_ >= 0) close(pagemap_);
}

std::unique_ptr<PooledMemory> MemoryPool::take(uint64_t bytes, const MemoryImage* image) {
  // Those given back last are in the caches.
  const auto found = std::find_if(kept_.rbegin(), kept_.rend(), [&](const auto& memory) {
    return memory->bytes == bytes && memory->image.get() == image;
  });
  if (found == kept_.rend()) return nullptr;
  std::unique_ptr<PooledMemory> memory = std::move(*found);
  resident_ -= resident_bytes_of(*memory);
  kept_.erase(std::next(found).base());
  return memory;
}

void MemoryPool::give_back(std::unique_ptr<PooledMemory> memory, uint64_t size) {
  if (limits_.memories == 0 || !reset(*memory, size)) return;
  const uint64_t resident = resident_bytes_of(*memory);
  // The oldest may be of components that are no more.
  while (!kept_.empty() &&
         (kept_.size() >= limits_.memories || resident_ + resident > limits_.bytes)) {
    resident_ -= resident_bytes_of(*kept_.front());
    kept_.erase(kept_.begin());
  }
  resident_ += resident;
  kept_.push_back(std::move(memory));
}

bool MemoryPool::reset(PooledMemory& memory, uint64_t size) {
  const uint64_t end = round_to_host_page(memory.bytes);
  if (size > memory.bytes && !memory.reservation.decommit(end, round_to_host_page(size))) {
    return false;
  }
  if (find_own(memory)) {
    restore(memory);
    return true;
  }
  memory.own.clear();
  memory.faults = PooledMemory::kUnknown;
  return memory.reservation.discard(0, end);
}

// False if that is not known, or too much.
bool MemoryPool::find_own(PooledMemory& memory) {
  const bool has_image = memory.image != nullptr && memory.image->size() != 0;
  if (pagemap_ < 0 || (has_image && memory.image->bytes().empty())) return false;
  const bool counts = counts_faults_ && memory.only_small_pages;
  const uint64_t faults = counts ? page_faults() : PooledMemory::kUnknown;
  if (faults != PooledMemory::kUnknown && faults == memory.faults) return true;
  if (!read_own(memory)) return false;
  memory.faults = faults;
  return true;
}

bool MemoryPool::read_own(PooledMemory& memory) const {
  memory.own.clear();
  const uint64_t page_bytes = host_page_bytes();
  const uint8_t* const base = memory.reservation.base();
  const uint64_t pages = round_to_host_page(memory.bytes) / page_bytes;
  std::array<uint64_t, 512> entries;
  for (uint64_t done = 0; done < pages;) {
    const uint64_t wanted = std::min<uint64_t>(entries.size(), pages - done);
    if (!read_pagemap(pagemap_, base + done * page_bytes, Entries(entries.data(), wanted))) {
      return false;
    }
    for (uint64_t i = 0; i < wanted; ++i) {
      if (is_own(entries[i])) memory.own.push_back(static_cast<uint32_t>(done + i));
    }
    if (memory.own.size() * page_bytes > limits_.memory_bytes) return false;
    done += wanted;
  }
  return true;
}

}  // namespace tappet
