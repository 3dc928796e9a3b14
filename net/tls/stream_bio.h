// OpenSSL's way to the transport: it reads from a ByteStream, and writes into memory. Internal to
// net/tls.
#pragma once

#include <optional>
#include <string>

#include "net/io/byte_stream.h"

struct bio_st;

namespace tappet::net {

// The state behind the BIO. What OpenSSL writes is always accepted and queued in `out`. While that
// is full(), no more is given to OpenSSL to send. It becomes flooded() only by what OpenSSL says by
// itself, in answer to the peer: then it gets nothing to read, so that a peer that asks without
// reading the answers makes the queue no longer. (Not earlier: two parties that both write before
// they read would wait for each other.)
struct StreamBio {
  static constexpr size_t kMostQueued = 64 * 1024;

  explicit StreamBio(ByteStream& stream_in) : stream(stream_in) {}

  // For SSL_set_bio, which owns it; `this` outlives it. nullptr: out of memory.
  bio_st* make();

  // The peer's first byte is one that no TLS record has.
  bool begins_with_a_letter() const { return first >= 'A' && first <= 'z'; }
  ByteSpan queued() const { return as_bytes(out).subspan(sent); }
  bool full() const { return out.size() - sent > kMostQueued; }
  bool flooded() const { return out.size() - sent > 2 * kMostQueued; }
  // Keeps a queue that never becomes empty from growing at its front.
  void forget_sent() {
    if (sent <= kMostQueued) return;
    out.erase(0, sent);
    sent = 0;
  }

  ByteStream& stream;
  std::string out;
  size_t sent = 0;               // of out
  uint8_t first = 0;             // of the peer's bytes
  bool ended = false;            // the peer's direction, as OpenSSL has noticed
  std::optional<IoError> error;  // of the peer's direction, likewise
};

}  // namespace tappet::net
