#include "net/io/byte_stream.h"

#include <algorithm>

namespace tappet::net {

Poll<Result<size_t, IoError>> ByteStream::try_read(std::span<uint8_t> out) {
  auto peeked = try_peek();
  if (!peeked) return kPending;
  if (!peeked->ok()) return Result<size_t, IoError>(fail(std::move(peeked->error())));
  const size_t count = std::min(out.size(), peeked->value().size());
  std::copy_n(peeked->value().begin(), count, out.begin());
  consume(count);
  return Result<size_t, IoError>(count);
}

}  // namespace tappet::net
