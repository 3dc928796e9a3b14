// What the embedder decides about a guest's HTTP.
#pragma once

#include <cstdint>

#include "net/http/service.h"

namespace tappet::wasi {

// Found by interfaces through the store's HostEnvironment; outlives the store.
struct HttpContext {
  // Who sends outgoing requests. Null: every one is denied (HTTP-request-denied).
  http::Client* client = nullptr;
  // The most that one set of fields made by a guest may take, counted as in GuestFields::size().
  uint64_t max_fields_size = 128 * 1024;
};

}  // namespace tappet::wasi
