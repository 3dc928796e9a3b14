#include "interp/runtime/reservation.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tappet {
namespace {

constexpr uint64_t kHeaderBytes = 16384;  // a multiple of every host's page size
// Address space alone is lost by it.
constexpr uint64_t kAlignment = kHugePageBytes;

// What is mapped for so many bytes.
uint64_t mapping_bytes(uint64_t size) { return kHeaderBytes + size + kAlignment; }

}  // namespace

uint64_t host_page_bytes() {
  static const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return page;
}

uint64_t round_to_host_page(uint64_t bytes) {
  const uint64_t page = host_page_bytes();
  return (bytes + page - 1) / page * page;
}

Reservation::Reservation(uint64_t bytes) : size_(round_to_host_page(bytes)) {
  void* at = mmap(nullptr, mapping_bytes(size_), PROT_NONE,
                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (at == MAP_FAILED) return;
  mapping_ = static_cast<uint8_t*>(at);
  const uint64_t past = (reinterpret_cast<uintptr_t>(at) + kHeaderBytes) % kAlignment;
  base_ = mapping_ + kHeaderBytes + (past == 0 ? 0 : kAlignment - past);
}

Reservation::~Reservation() {
  if (mapping_ != nullptr) munmap(mapping_, mapping_bytes(size_));
}

Reservation::Reservation(Reservation&& other) noexcept
    : mapping_(std::exchange(other.mapping_, nullptr)),
      base_(std::exchange(other.base_, nullptr)),
      size_(std::exchange(other.size_, 0)),
      small_(std::exchange(other.small_, 0)) {}

Reservation& Reservation::operator=(Reservation&& other) noexcept {
  std::swap(mapping_, other.mapping_);
  std::swap(base_, other.base_);
  std::swap(size_, other.size_);
  std::swap(small_, other.small_);
  return *this;
}

// A guest with this much memory that runs about in it misses the address cache all the time; one
// with less should not have 2 MiB zeroed for each byte that it touches somewhere else.
bool Reservation::in_huge_pages(uint64_t committed) { return committed >= uint64_t{16} << 20; }

void Reservation::use_huge_pages([[maybe_unused]] uint64_t committed) const {
#if defined(MADV_HUGEPAGE)
  // Hosts without them say so; nothing depends on it.
  if (in_huge_pages(committed)) {
    madvise(base_ + small_, round_to_host_page(committed) - small_, MADV_HUGEPAGE);
  }
#endif
}

bool Reservation::refuse_huge_pages([[maybe_unused]] uint64_t committed) {
#if defined(MADV_NOHUGEPAGE)
  if (in_huge_pages(committed)) return false;
  small_ = round_to_host_page(committed);
  // EINVAL: the host knows none.
  return small_ == 0 || madvise(base_, small_, MADV_NOHUGEPAGE) == 0 || errno == EINVAL;
#else
  return false;
#endif
}

bool Reservation::commit(uint64_t from, uint64_t to) const {
  // The header's page and the first pages become accessible in one call.
  const uint64_t header = from == 0 ? round_to_host_page(1) : 0;
  const uint64_t begin = round_to_host_page(from);
  const uint64_t end = round_to_host_page(to);
  if (end - begin + header != 0 &&
      mprotect(base_ + begin - header, end - begin + header, PROT_READ | PROT_WRITE) != 0) {
    // The host may have done it for the first of several mappings: their pages must not be reached
    // beyond the memory's size.
    (void)decommit(begin, end);
    return false;
  }
  use_huge_pages(to);
  return true;
}

bool Reservation::discard(uint64_t from, uint64_t to) const {
  return from == to || madvise(base_ + from, to - from, MADV_DONTNEED) == 0;
}

bool Reservation::decommit(uint64_t from, uint64_t to) const {
  return discard(from, to) && (from == to || mprotect(base_ + from, to - from, PROT_NONE) == 0);
}

}  // namespace tappet
