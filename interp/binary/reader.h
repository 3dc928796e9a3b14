// Reads the binary format's primitives (core spec 5.2) from a span of bytes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "interp/base/bytes.h"
#include "interp/base/result.h"
#include "interp/opcodes/opcode.h"

namespace tappet {

// The first error sticks: it moves the reader to its end, where every read returns zero and no
// further error is recorded. So callers read straight on and look at ok() once per section,
// declaration or instruction; a loop over a count must look once per round.
//
// Borrows the bytes. Copies are cheap unless an error is stored.
class Reader {
 public:
  // `offset` is the position of the first byte in the outermost file: what errors name.
  Reader(ByteSpan bytes, uint64_t offset)
      : at_(bytes.data()),
        end_(bytes.data() + bytes.size()),
        begin_(bytes.data()),
        offset_(offset) {}

  bool ok() const { return !error_.has_value(); }
  // Precondition: !ok().
  const Error& error() const { return *error_; }
  bool at_end() const { return at_ == end_; }
  uint64_t remaining() const { return static_cast<uint64_t>(end_ - at_); }
  uint64_t offset() const { return offset_ + static_cast<uint64_t>(at_ - begin_); }
  const uint8_t* position() const { return at_; }

  // Precondition: `position` is not before position(), and within the bytes.
  void advance_to(const uint8_t* position) { at_ = position; }

  // Records an error, unless there is one: at the current position, or at another.
  void fail(ErrorKind kind, std::string message) { fail(kind, std::move(message), offset()); }
  void fail(ErrorKind kind, std::string message, uint64_t offset);
  void malformed(std::string message) { fail(ErrorKind::kMalformed, std::move(message)); }
  // Takes over another reader's error, if it has one.
  void adopt_error(const Reader& other);
  // Fails unless `features` has the feature.
  void require(Feature feature, const FeatureSet& features) {
    if (!features.has(feature)) [[unlikely]]
      refuse(feature);
  }

  uint8_t byte() {
    if (at_ != end_) [[likely]]
      return *at_++;
    unexpected_end();
    return 0;
  }
  // The next byte, or 0 at the end.
  uint8_t peek() const { return at_ != end_ ? *at_ : 0; }
  uint32_t u32() {
    if (at_ != end_ && *at_ < 0x80) [[likely]]
      return *at_++;
    return u32_slow();
  }
  uint64_t u64() {
    if (at_ != end_ && *at_ < 0x80) [[likely]]
      return *at_++;
    return u64_slow();
  }
  int32_t s32() {
    if (at_ != end_ && *at_ < 0x80) [[likely]]
      return sign_extend_7(*at_++);
    return s32_slow();
  }
  int64_t s64() {
    if (at_ != end_ && *at_ < 0x80) [[likely]]
      return sign_extend_7(*at_++);
    return s64_slow();
  }
  int64_t s33();
  // Little-endian words: f32, f64, magic numbers.
  uint32_t word32() { return word<uint32_t>(); }
  uint64_t word64() { return word<uint64_t>(); }

  // The next `size` bytes; empty if there are fewer, which is an error.
  ByteSpan bytes(uint64_t size);
  // A reader of the next `size` bytes, which this one skips.
  Reader sub(uint64_t size);
  // A name (5.2.4): strict UTF-8 of at most limits::kNameBytes. Borrowed.
  std::string_view name();
  // The length of a vector whose elements take at least `min_bytes` each: what does not fit in the
  // remaining bytes, or exceeds `limit`, is an error and counts as 0. `what` is for the message.
  uint32_t count(std::string_view what, uint32_t limit, uint32_t min_bytes = 1);
  // The length of a vector of bytes, checked against the remaining ones.
  uint32_t length();

 private:
  static int32_t sign_extend_7(uint8_t byte) {
    return static_cast<int32_t>(static_cast<uint32_t>(byte) << 25) >> 25;
  }
  template <class T>
  T word() {
    if (remaining() < sizeof(T)) [[unlikely]] {
      unexpected_end();
      return 0;
    }
    const T value = load_le<T>(at_);
    at_ += sizeof(T);
    return value;
  }
  template <class Leb>
  auto take(Leb leb);
  uint32_t u32_slow();
  uint64_t u64_slow();
  int32_t s32_slow();
  int64_t s64_slow();
  void unexpected_end();
  void refuse(Feature feature);

  const uint8_t* at_;
  const uint8_t* end_;
  const uint8_t* begin_;
  uint64_t offset_;
  std::optional<Error> error_;
};

}  // namespace tappet
