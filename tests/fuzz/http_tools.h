// What the HTTP targets share.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

#include "net/io/byte_stream.h"
#include "net/loop/loop.h"

namespace tappet::http {

// The first two bytes choose the circumstances, the rest is what the peer sends.
struct FuzzInput {
  uint8_t choices = 0;
  uint8_t split = 0;
  std::string_view bytes;

  FuzzInput(const uint8_t* data, size_t size) {
    if (size < 2) return;
    choices = data[0];
    split = data[1];
    bytes = {reinterpret_cast<const char*>(data) + 2, size - 2};
  }
  bool chosen(int bit) const { return (choices >> bit & 1) != 0; }
};

// How much is read at a time: everything for seed 0, else pseudo-random pieces, mostly small.
class Splitter {
 public:
  explicit Splitter(uint8_t seed) : state_(seed) {}
  size_t next() {
    if (state_ == 0) return SIZE_MAX;
    state_ = state_ * 1664525 + 1013904223;
    if (state_ == 0) state_ = 1;
    return (state_ >> 24) % ((state_ >> 20) % 4 == 0 ? 200 : 4) + 1;
  }

 private:
  uint32_t state_;
};

inline void require(bool condition, const char* what) {
  if (condition) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

// Appends what has come; true if anything has. `ended` is set at the end, in order or not.
inline bool receive(net::ByteStream& stream, std::string& text, bool& ended) {
  bool moved = false;
  while (!ended) {
    const auto peeked = stream.try_peek();
    if (!peeked) break;
    moved = true;
    if (!peeked->ok() || (*peeked)->empty()) {
      ended = true;
      break;
    }
    text += as_text(**peeked);
    stream.consume((*peeked)->size());
  }
  return moved;
}

}  // namespace tappet::http
