// Outgoing heads as text. Framing is decided here; what fields say about it is checked, not obeyed.
// Internal to net/http.
#pragma once

#include "net/http/parser.h"

namespace tappet::http {

// How a message's content will be sent.
struct SendPlan {
  Framing framing = Framing::kNone;
  uint64_t length = 0;  // for Framing::kLength
  // What content-length says, if it is sent at all: also for responses without content.
  std::optional<uint64_t> announced;
};

// Fails when the response cannot be sent as it is: its status is not final, its content-length is
// malformed, or its body is known already to be of another length or to end in an error.
Result<SendPlan, ErrorCode> plan_response(const Response& response, Method::Kind method,
                                          uint8_t minor_version);
// Fails likewise, and for what only requests have: method, scheme, authority, path.
Result<SendPlan, ErrorCode> plan_request(const Request& request);

struct ResponseHead {
  uint16_t status;
  const Fields& fields;
  SendPlan plan;
  std::string_view connection;  // "close", "keep-alive"; empty: not said
  std::string_view date;        // used if the fields have none
};
void append_head(std::string& out, const ResponseHead& head);
// An interim response.
void append_interim(std::string& out, uint16_t status, const Fields& fields);
void append_request_head(std::string& out, const Request& request, const SendPlan& plan,
                         std::string_view connection);
// The section behind the last chunk, with its empty line. Fields that would change the framing or
// routing of a message that they were merged into are left out.
void append_trailers(std::string& out, const Fields& trailers);

}  // namespace tappet::http
