// Writes the binary format's primitives (core spec 5.2): the counterpart of Reader.
#pragma once

#include <cstdint>
#include <string_view>

#include "interp/base/bytes.h"

namespace tappet {

// A growing string of bytes. Lengths that the format bounds by 2^32 are the caller's to keep.
class Writer {
 public:
  const Bytes& bytes() const { return bytes_; }
  Bytes take() { return std::move(bytes_); }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }

  void byte(uint32_t value) { bytes_.push_back(static_cast<uint8_t>(value)); }
  void append(ByteSpan bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void append(const Writer& other) { append(ByteSpan(other.bytes_)); }

  void u32(uint32_t value) { u64(value); }
  void u64(uint64_t value) {
    for (; value >= 0x80; value >>= 7) byte((value & 0x7f) | 0x80);
    byte(static_cast<uint32_t>(value));
  }
  void s32(int32_t value) { s64(value); }
  void s33(int64_t value) { s64(value); }
  void s64(int64_t value) {
    while (value < -0x40 || value >= 0x40) {
      byte((static_cast<uint32_t>(value) & 0x7f) | 0x80);
      value >>= 7;
    }
    byte(static_cast<uint32_t>(value) & 0x7f);
  }
  // Little-endian words.
  void word32(uint32_t value) { word(value, 4); }
  void word64(uint64_t value) { word(value, 8); }

  // A vector of bytes, which is also a name, a section's contents or a function's body.
  void sized(ByteSpan bytes) {
    u64(bytes.size());
    append(bytes);
  }
  void name(std::string_view text) {
    sized({reinterpret_cast<const uint8_t*>(text.data()), text.size()});
  }

 private:
  void word(uint64_t value, int bytes) {
    for (int i = 0; i < bytes; ++i) byte(static_cast<uint8_t>(value >> (8 * i)));
  }

  Bytes bytes_;
};

}  // namespace tappet
