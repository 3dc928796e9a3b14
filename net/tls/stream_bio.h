// OpenSSL's way to the transport: it reads from a ByteStream, and writes into memory. Internal to
// net/tls.
#pragma once

#include <optional>
#include <string>

#include "net/io/byte_stream.h"

struct bio_st;

namespace tappet::net {

// The state behind the BIO. What OpenSSL writes is always accepted and queued in `out`; while more
// than kMostQueued bytes wait there, it gets nothing to read, so that a peer that asks without
// reading the answers makes the queue no longer.
struct StreamBio {
  static constexpr size_t kMostQueued = 64 * 1024;

  explicit StreamBio(ByteStream& stream_in) : stream(stream_in) {}

  // For SSL_set_bio, which owns it; `this` outlives it. nullptr: out of memory.
  bio_st* make();

  ByteSpan queued() const { return as_bytes(out).subspan(sent); }
  bool full() const { return out.size() - sent > kMostQueued; }
  // Keeps a queue that never becomes empty from growing at its front.
  void forget_sent() {
    if (sent <= kMostQueued) return;
    out.erase(0, sent);
    sent = 0;
  }

  ByteStream& stream;
  std::string out;
  size_t sent = 0;               // of out
  bool ended = false;            // the peer's direction, as OpenSSL has noticed
  std::optional<IoError> error;  // of the peer's direction, likewise
};

}  // namespace tappet::net
