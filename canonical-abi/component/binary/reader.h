// Reads the binary format's tokens from a range of a file; every error is one line with a position.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "canonical-abi/types/arena.h"
#include "interp/base/bytes.h"
#include "interp/base/leb128.h"
#include "interp/base/result.h"

namespace tappet::component {

// A position in a range of bytes. Copyable; borrows the bytes, and the budget that memory for what
// is read is charged to.
class Reader {
 public:
  // `offset` is the position of `bytes` in the outermost file.
  Reader(ByteSpan bytes, uint64_t offset, Budget& budget)
      : at_(bytes.data()),
        end_(bytes.data() + bytes.size()),
        begin_(bytes.data()),
        base_(offset),
        budget_(&budget) {}

  bool done() const { return at_ == end_; }
  size_t remaining() const { return static_cast<size_t>(end_ - at_); }
  uint64_t offset() const { return base_ + static_cast<uint64_t>(at_ - begin_); }
  Budget& budget() { return *budget_; }

  // `what` names the thing that is read, for messages: "a section id".
  Result<uint8_t> byte(std::string_view what);
  // Without advancing.
  Result<uint8_t> peek(std::string_view what) const;
  // LEB128 of N bits.
  template <int N>
  Result<uint64_t> unsigned_leb(std::string_view what) {
    return leb(read_leb_unsigned<N>(at_, end_), what);
  }
  template <int N>
  Result<int64_t> signed_leb(std::string_view what) {
    return leb(read_leb_signed<N>(at_, end_), what);
  }
  Result<uint32_t> u32(std::string_view what) {
    return static_cast<uint32_t>(TAPPET_TRY(unsigned_leb<32>(what)));
  }
  Result<uint64_t> u64(std::string_view what) { return unsigned_leb<64>(what); }
  // A type: a non-negative index, or a negative number that is the opcode `byte - 0x80`.
  Result<int64_t> s33(std::string_view what) { return signed_leb<33>(what); }
  Result<ByteSpan> bytes(uint64_t size, std::string_view what);
  // A range of `size` bytes as a reader of its own.
  Result<Reader> sub(uint64_t size, std::string_view what);
  // core:name. Errors also: kMalformed for ill-formed UTF-8, kLimit for a long one.
  Result<std::string_view> name(std::string_view what);
  // 0x00 or 0x01.
  Result<bool> flag(std::string_view what);

  // vec(item): counts are checked against what is left, and against `limit`, before memory is
  // reserved. `read` returns a Result of an item.
  template <class T, class Read>
  Result<std::vector<T>> vec(std::string_view what, uint32_t limit, Read read);

  // "invalid leading byte 0x5 for an alias", at the byte before the current position.
  detail::Failure<Error> bad_byte(uint8_t byte, std::string_view what) const;
  detail::Failure<Error> malformed(std::string message) const;

 private:
  Result<uint32_t> count(std::string_view what, uint32_t limit, size_t item_size);
  detail::Failure<Error> unexpected_end(std::string_view what) const;
  template <class T>
  Result<T> leb(const LebResult<T>& read, std::string_view what) {
    if (read.error != LebError::kNone) return bad_leb(read.error, what);
    at_ = read.next;
    return read.value;
  }
  detail::Failure<Error> bad_leb(LebError error, std::string_view what) const;

  const uint8_t* at_;
  const uint8_t* end_;
  const uint8_t* begin_;
  uint64_t base_;
  Budget* budget_;
};

template <class T, class Read>
Result<std::vector<T>> Reader::vec(std::string_view what, uint32_t limit, Read read) {
  const uint32_t n = TAPPET_TRY(count(what, limit, sizeof(T)));
  std::vector<T> items;
  items.reserve(n);
  for (uint32_t i = 0; i < n; ++i) items.push_back(TAPPET_TRY(read(*this)));
  return items;
}

}  // namespace tappet::component
