// Memories that are no more, kept for the next instances: mapping, faulting in and unmapping a
// memory costs more than running a small guest.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "interp/runtime/memory.h"
#include "interp/runtime/reservation.h"

namespace tappet {

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

  // One of that many bytes that begins with the image, accessible and so initialised; or without
  // base(), if there is none.
  Reservation take(uint64_t bytes, const MemoryImage* image);
  // It began as said, and has `size` bytes now.
  void give_back(Reservation reservation, uint64_t size, uint64_t bytes,
                 std::shared_ptr<const MemoryImage> image);

  size_t kept() const { return kept_.size(); }
  // Of those that are kept, as far as the host tells.
  uint64_t resident_bytes() const { return resident_; }

 private:
  struct Kept {
    Reservation reservation;
    uint64_t bytes;
    uint64_t resident;
    std::shared_ptr<const MemoryImage> image;
  };

  bool reset(Kept& memory, uint64_t size);
  bool find_dirty(const Kept& memory);
  void restore(const Kept& memory) const;

  Limits limits_;
  int pagemap_;  // -1: the host does not tell which pages were written
  std::vector<Kept> kept_;
  uint64_t resident_ = 0;
  std::vector<uint32_t> dirty_;  // pages of the memory that is being reset
};

}  // namespace tappet
