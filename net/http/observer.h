// Who wants to know what a server did: logs and metrics.
#pragma once

#include <string>

#include "net/http/service.h"

namespace tappet::http {

// A request, from its head to the end of its response. Of what was not even understood there is the
// answer alone.
struct RequestRecord {
  ConnectionInfo connection;
  std::string method;
  std::string target;  // path and query
  uint8_t minor_version = 1;
  std::string authority;
  std::string user_agent;
  std::string referer;
  std::string traceparent;
  uint64_t began_ns = 0;  // monotonic, as ended_ns
  uint64_t ended_ns = 0;
  uint64_t received = 0;         // bytes of content
  uint16_t status = 0;           // 0: the client was gone before there was a response
  uint64_t sent = 0;             // bytes behind the response's head
  std::optional<uint64_t> cost;  // what the service says of it: Responder::set_cost
  bool complete = false;         // the response, as far as the client has it from us
};

// Called from within the server: may not use it. Loop thread only.
class ServerObserver {
 public:
  virtual ~ServerObserver() = default;
  virtual void connected() = 0;
  virtual void disconnected() = 0;
  // A connection was closed at once, as its client has too many.
  virtual void refused() = 0;
  // A request was understood; ended() follows, in any order.
  virtual void began() = 0;
  virtual void ended(const RequestRecord& record) = 0;
};

}  // namespace tappet::http
