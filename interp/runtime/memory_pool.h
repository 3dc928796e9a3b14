// Memories that are no more, kept for the next instances: mapping, faulting in and unmapping a
// memory costs more than running a small guest.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "interp/runtime/memory.h"
#include "interp/runtime/reservation.h"

namespace tappet {

// What a memory of a pool lies in, while it is used and while it is kept.
struct PooledMemory {
  // Which pages may differ from the image: `own`, if there were no page faults since.
  static constexpr uint64_t kUnknown = UINT64_MAX;

  Reservation reservation;
  uint64_t bytes = 0;  // that it begins with
  std::shared_ptr<const MemoryImage> image;
  // The host does not put huge pages in the place of small ones, which makes pages writable without
  // a page fault.
  bool only_small_pages = false;
  std::vector<uint32_t> own = {};
  uint64_t faults = kUnknown;  // of the OS thread, when `own` was found out
};

// For memories with guard pages, which are not shared. A memory that is given back is at once what
// it was when it began: pages that were written are restored or dropped, what it had grown by is
// dropped. Belongs to the OS thread of the stores that use it, and outlives them.
class MemoryPool {
 public:
  struct Limits {
    uint32_t memories = 256;              // kept at the same time; each takes 8 GiB of addresses
    uint64_t bytes = uint64_t{64} << 20;  // that all of them keep resident
    // Of one memory. A memory that wrote more is as cheap to fault in again.
    uint64_t memory_bytes = uint64_t{1} << 20;
  };

  MemoryPool() : MemoryPool(Limits()) {}
  explicit MemoryPool(Limits limits);
  ~MemoryPool();
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;

  // One of that many bytes that begins with the image, accessible and so initialised. Null if there
  // is none.
  std::unique_ptr<PooledMemory> take(uint64_t bytes, const MemoryImage* image);
  // It has `size` bytes now.
  void give_back(std::unique_ptr<PooledMemory> memory, uint64_t size);

  size_t kept() const { return kept_.size(); }
  // Of those that are kept, as far as the host tells.
  uint64_t resident_bytes() const { return resident_; }

 private:
  bool reset(PooledMemory& memory, uint64_t size);
  bool find_own(PooledMemory& memory);
  bool read_own(PooledMemory& memory) const;

  Limits limits_;
  int pagemap_;         // -1: the host does not tell which pages were written
  bool counts_faults_;  // the host tells whether there were page faults
  std::vector<std::unique_ptr<PooledMemory>> kept_;
  uint64_t resident_ = 0;
};

}  // namespace tappet
