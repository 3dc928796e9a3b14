// Every bound that net/http puts on peers, with its default.
#pragma once

#include <optional>

#include "net/http/guard.h"
#include "net/loop/clock.h"

namespace tappet::http {

inline constexpr size_t kKiB = 1024;

struct ServerLimits {
  // Open connections; above, new ones wait in the kernel's backlog.
  uint32_t max_connections = 16384;
  // Of one client: an IPv4 address, or the 64 bits of an IPv6 network. Further ones are closed.
  // Without a limit nobody counts.
  std::optional<uint32_t> max_connections_per_client = std::nullopt;

  // Beyond: 414, 431, 431, 431, 431, 413. The first line is mostly the request target.
  ParseLimits parse = {.first_line_bytes = 16 * kKiB,
                       .header_bytes = 32 * kKiB,
                       .header_fields = 128,
                       .trailer_bytes = 16 * kKiB,
                       .trailer_fields = 100,
                       .chunk_extension_bytes = 16 * kKiB};
  // Content of a request; beyond: 413.
  uint64_t max_body = UINT64_MAX;
  // Content held for a service that does not read as fast as the client sends.
  size_t body_buffer = 64 * kKiB;
  // Requests of one connection that are answered or wait at the same time (pipelining).
  uint32_t pipelined = 8;

  // On secure connections.
  uint64_t tls_handshake_timeout_ns = 10 * net::kSecond;
  // From a head's first byte to its end (408), and from the connection (a TLS handshake included)
  // to its first byte.
  uint64_t header_timeout_ns = 10 * net::kSecond;
  // Between the requests of a connection.
  uint64_t idle_timeout_ns = 30 * net::kSecond;
  // While a service waits for content: at least this many bytes per second in every window (408).
  uint64_t min_body_rate = 240;
  uint64_t body_rate_window_ns = 10 * net::kSecond;
  // A client that accepts no byte of its response for so long is cut off.
  uint64_t write_stall_ns = 30 * net::kSecond;

  // After the last response, the client's remaining bytes are read and dropped, so that it gets the
  // response instead of a reset: for so long and so many.
  uint64_t linger_ns = 2 * net::kSecond;
  uint64_t linger_bytes = 256 * kKiB;
  // Content that nobody reads is dropped up to here for the sake of the next request.
  uint64_t drain_bytes = 256 * kKiB;
  // What connections without a request have for one more once the server drains: it may be on its
  // way, or have come without having been read.
  uint64_t drain_grace_ns = 200 * net::kMillisecond;
  // A client that ended its direction before the response may be gone altogether, and only sending
  // something tells. After so long without a response it is sent "100 Continue" (HTTP/1.1 only).
  uint64_t half_close_probe_ns = 400 * net::kMillisecond;
};

struct ClientLimits {
  ParseLimits parse = {.first_line_bytes = 16 * kKiB,
                       .header_bytes = 128 * kKiB,
                       .header_fields = 512,
                       .trailer_bytes = 16 * kKiB,
                       .trailer_fields = 100,
                       .chunk_extension_bytes = 16 * kKiB};
  // Content held for a reader that is slower than the server.
  size_t body_buffer = 64 * kKiB;
  // Interim (1xx) responses before the final one.
  uint32_t interim_responses = 16;
  // A server that accepts no byte of the request for so long: connection-write-timeout.
  uint64_t write_stall_ns = 600 * net::kSecond;
  // Requests under way; beyond: connection-limit-reached. RequestOptions::budget has the limits of
  // those who send them.
  uint32_t max_requests = 16384;
};

}  // namespace tappet::http
