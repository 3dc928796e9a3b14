// Requests and responses as data.
#pragma once

#include <optional>
#include <string>

#include "net/http/body.h"
#include "net/http/fields.h"
#include "net/http/method.h"

namespace tappet::http {

// `fields` never decide about framing: content-length is a promise that the body is checked
// against; connection, transfer-encoding and the like are written by net/ alone and ignored here.
// Received fields are complete, with host and framing fields among them.
struct Request {
  Method method;
  std::optional<Scheme> scheme;
  // "example.com:8080", "[::1]". Received: from the request target, else from Host.
  std::optional<std::string> authority;
  // "/path?query"; "*" for OPTIONS; none for CONNECT.
  std::optional<std::string> path_with_query;
  Fields fields;
  BodyReader body;
};

struct Response {
  uint16_t status = 200;  // final: 200 to 999
  Fields fields;
  BodyReader body;
  net::Charge charge = {};  // for the fields, if somebody pays for them
};

// A response with a small text/plain body.
inline Response text_response(uint16_t status, std::string_view text) {
  return {status, Fields{{"Content-Type", "text/plain"}}, BodyReader(text)};
}

}  // namespace tappet::http
