// What differs between wasi_snapshot_preview1 and its predecessor wasi_unstable.
#pragma once

#include <array>
#include <string_view>

#include "wasi/host/descriptor.h"

namespace tappet::wasi::p1 {

// Where a record's fields are, and how large it is.
struct FilestatLayout {
  uint64_t bytes;
  uint64_t link_count;
  uint64_t link_count_bytes;
  uint64_t size;  // then atim, mtim, ctim
};
// Common to both: the user's data, at 8 the event type, at 16 a descriptor.
struct SubscriptionLayout {
  uint64_t bytes;
  uint64_t clock;
  uint64_t timeout;
  uint64_t flags;
};

struct Dialect {
  std::string_view module;
  std::array<Whence, 3> whence;
  FilestatLayout filestat;
  SubscriptionLayout subscription;
};

inline constexpr Dialect kDialects[] = {
    {"wasi_snapshot_preview1",
     {Whence::kStart, Whence::kCurrent, Whence::kEnd},
     {64, 24, 8, 32},
     {48, 16, 24, 40}},
    // Its clocks have an identifier before everything else.
    {"wasi_unstable",
     {Whence::kCurrent, Whence::kEnd, Whence::kStart},
     {56, 20, 4, 24},
     {56, 24, 32, 48}},
};

}  // namespace tappet::wasi::p1
