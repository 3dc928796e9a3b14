// LEB128 as the binary formats use it (core spec 5.2.2): at most ceil(N/7) bytes, unused bits of
// the last byte zero (unsigned) or equal to the sign (signed).
#pragma once

#include <cstdint>

namespace tappet {

enum class LebError : uint8_t { kNone, kUnexpectedEnd, kTooLong, kTooLarge };

template <class T>
struct LebResult {
  T value = 0;
  const uint8_t* next = nullptr;  // first byte after the integer; where reading stopped on error
  LebError error = LebError::kNone;
};

// Reads an unsigned integer of N <= 64 bits from [at, end).
template <int N>
LebResult<uint64_t> read_leb_unsigned(const uint8_t* at, const uint8_t* end) {
  constexpr int kMaxBytes = (N + 6) / 7;
  uint64_t value = 0;
  for (int i = 0; i < kMaxBytes; ++i) {
    if (at == end) return {0, at, LebError::kUnexpectedEnd};
    const uint8_t byte = *at++;
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte & 0x80) continue;
    if (i == kMaxBytes - 1 && (byte >> (N - 7 * i)) != 0) return {0, at, LebError::kTooLarge};
    return {value, at, LebError::kNone};
  }
  return {0, at, LebError::kTooLong};
}

// Reads a signed integer of N <= 64 bits from [at, end).
template <int N>
LebResult<int64_t> read_leb_signed(const uint8_t* at, const uint8_t* end) {
  constexpr int kMaxBytes = (N + 6) / 7;
  uint64_t value = 0;
  for (int i = 0; i < kMaxBytes; ++i) {
    if (at == end) return {0, at, LebError::kUnexpectedEnd};
    const uint8_t byte = *at++;
    value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
    if (byte & 0x80) continue;
    const int used = 7 * (i + 1);
    if (i == kMaxBytes - 1) {
      // The bits from the sign bit up to bit 6 must all be equal.
      const int sign_and_unused = (byte & 0x7f) >> (N - 7 * i - 1);
      const int all_ones = 0x7f >> (N - 7 * i - 1);
      if (sign_and_unused != 0 && sign_and_unused != all_ones) return {0, at, LebError::kTooLarge};
    }
    if (used < 64 && (byte & 0x40)) value |= ~uint64_t{0} << used;
    return {static_cast<int64_t>(value), at, LebError::kNone};
  }
  return {0, at, LebError::kTooLong};
}

}  // namespace tappet
