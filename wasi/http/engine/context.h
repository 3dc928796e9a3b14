// What the embedder decides about a guest's HTTP.
#pragma once

#include <cstddef>

#include "net/http/service.h"
#include "wasi/http/engine/guest_fields.h"

namespace tappet::wasi {

// How much of an outgoing body is held for its reader before the guest has to wait.
struct BodyLimits {
  // Bytes that one write may have; at least 1.
  size_t chunk_size = size_t{64} * 1024;
  // So many full writes are held; at least 1.
  size_t buffer_chunks = 1;

  size_t capacity() const {
    return buffer_chunks > SIZE_MAX / chunk_size ? SIZE_MAX : buffer_chunks * chunk_size;
  }
};

// Found by interfaces through the store's HostEnvironment; outlives the store.
struct HttpContext {
  // Who sends outgoing requests. Null: every one is denied (HTTP-request-denied).
  http::Client* client = nullptr;
  FieldRules fields = {};
  BodyLimits outgoing_bodies = {};
};

}  // namespace tappet::wasi
