// Two ByteStreams connected to each other within the process: a TCP connection without sockets, for
// tests and fuzzers, that can tear data apart at every byte.
#pragma once

#include "net/io/byte_stream.h"
#include "net/loop/loop.h"
#include "net/loop/ref.h"

namespace tappet::net {

struct MemoryPipeOptions {
  // Bytes held per direction; writers wait beyond.
  size_t capacity = 64 * 1024;
  // The most that one try_peek() shows; asked anew whenever everything shown has been consumed.
  // Unset, everything there is.
  std::function<size_t()> next_read = nullptr;
};

struct MemoryPipe {
  std::unique_ptr<ByteStream> a;
  std::unique_ptr<ByteStream> b;

  // `options` hold for both directions. Loop thread only.
  static MemoryPipe make(Loop& loop, MemoryPipeOptions options = {});
};

}  // namespace tappet::net
