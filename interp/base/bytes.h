// Byte buffers, and unaligned little-endian access that every target compiles to one load or store.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace tappet {

static_assert(std::endian::native == std::endian::little,
              "guest memory is little-endian; a big-endian host needs byte swaps here");

// Owned bytes. Moves are cheap; a list<u8> crosses the component boundary as one of these.
using Bytes = std::vector<uint8_t>;
// Borrowed bytes: valid as long as what they point into.
using ByteSpan = std::span<const uint8_t>;

template <class T>
T load_le(const uint8_t* from) {
  T value;
  std::memcpy(&value, from, sizeof value);
  return value;
}

template <class T>
void store_le(uint8_t* to, T value) {
  std::memcpy(to, &value, sizeof value);
}

inline ByteSpan as_bytes(std::string_view text) {
  return {reinterpret_cast<const uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// True if [offset, offset + length) lies within [0, size), without overflow.
constexpr bool in_bounds(uint64_t offset, uint64_t length, uint64_t size) {
  return offset <= size && length <= size - offset;
}

}  // namespace tappet
