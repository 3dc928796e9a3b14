// Short words for what tests do with streams.
#pragma once

#include <functional>
#include <string>

#include "net/io/byte_stream.h"
#include "net/loop/loop.h"

namespace tappet::net {

inline constexpr const char* kNothingYet = "<nothing yet>";
inline constexpr const char* kEnd = "<end>";
inline constexpr const char* kBroken = "<broken>";

// One piece, or what there is instead.
inline std::string read(ByteStream& stream) {
  auto peeked = stream.try_peek();
  if (!peeked) return kNothingYet;
  if (!peeked->ok()) return kBroken;
  const std::string text((*peeked)->begin(), (*peeked)->end());
  stream.consume(text.size());
  return text.empty() ? kEnd : text;
}

// The number of bytes accepted.
inline size_t write(ByteStream& stream, std::string_view text) {
  const ByteSpan parts[] = {as_bytes(text)};
  const auto accepted = stream.try_write(parts);
  return accepted.ok() ? *accepted : SIZE_MAX;
}

// Turns the loop until the condition holds; false after a minute.
inline bool run_until(Loop& loop, const std::function<bool()>& condition) {
  SystemClock clock;
  const uint64_t limit = clock.monotonic_ns() + 60 * kSecond;
  Timer tick(loop, [] {});
  while (!condition()) {
    if (clock.monotonic_ns() > limit) return false;
    tick.set_after(5 * kMillisecond);
    loop.turn(Loop::Wait::kForEvent);
  }
  return true;
}

}  // namespace tappet::net
