// Incoming responses.
#pragma once

#include "net/http/parser.h"

namespace tappet::http {

class ResponseParser final : public MessageParser {
 public:
  explicit ResponseParser(const ParseLimits& limits) : MessageParser(HTTP_RESPONSE, limits) {}

  // The request that is being answered decides whether there is content.
  void expect_answer_to(Method::Kind method) { method_ = method; }
  // After kHead.
  uint16_t status() const { return status_; }
  bool is_interim() const { return status_ < 200; }
  // After kHead, once: the response without its body.
  Response take_response();

 private:
  std::optional<ParseError> check_first_line(std::string_view line) override;
  std::optional<ParseError> interpret_head() override;

  Method::Kind method_ = Method::kGet;
};

}  // namespace tappet::http
