// Address space of its own for a memory that must not move: reserved as a whole, made accessible
// piece by piece.
#pragma once

#include <cstdint>

namespace tappet {

// A multiple of the host's page size.
uint64_t round_to_host_page(uint64_t bytes);
uint64_t host_page_bytes();

// Of a huge page; reservations begin where one may.
inline constexpr uint64_t kHugePageBytes = uint64_t{2} << 20;

// Before base() lies one accessible host page, at least, for the owner's header. Moves; neither
// copies nor is it safe to use from two threads while commit() runs, except for pages that are
// accessible already.
class Reservation {
 public:
  Reservation() = default;
  // `bytes` from base(), none of them accessible. Without base() if there is not that much left.
  explicit Reservation(uint64_t bytes);
  ~Reservation();
  Reservation(Reservation&& other) noexcept;
  Reservation& operator=(Reservation&& other) noexcept;

  uint8_t* base() const { return base_; }
  uint64_t size() const { return size_; }
  // Makes [from, to), which was not accessible, readable, writable and zero; both are rounded up to
  // host pages. `to` is not beyond size(). False if the host refuses, and then nothing has changed.
  bool commit(uint64_t from, uint64_t to) const;
  // Of accessible host pages: makes them what they were when they were committed or last mapped.
  // False if the host refuses.
  bool discard(uint64_t from, uint64_t to) const;
  // The reverse of commit, of whole host pages. False if the host refuses.
  bool decommit(uint64_t from, uint64_t to) const;
  // From now on the host makes no huge pages of the first `committed` bytes, however much is
  // committed later. False if it would not promise that, or was asked for them.
  bool refuse_huge_pages(uint64_t committed);
  // Whether the host is asked for huge pages where so much is accessible.
  static bool in_huge_pages(uint64_t committed);

 private:
  void use_huge_pages(uint64_t committed) const;

  uint8_t* mapping_ = nullptr;
  uint8_t* base_ = nullptr;
  uint64_t size_ = 0;
  uint64_t small_ = 0;  // bytes at the beginning that are not for huge pages
};

}  // namespace tappet
