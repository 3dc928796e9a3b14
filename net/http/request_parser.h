// Incoming requests, as strict as the decision table demands.
#pragma once

#include "net/http/parser.h"

namespace tappet::http {

class RequestParser final : public MessageParser {
 public:
  explicit RequestParser(const ParseLimits& limits) : MessageParser(HTTP_REQUEST, limits) {}

  // After kHead, once: the request without its body. `connection` is the scheme to assume where the
  // target does not name one.
  Request take_request(Scheme connection);
  bool expects_continue() const { return expects_continue_; }

 private:
  std::optional<ParseError> check_first_line(std::string_view line) override;
  std::optional<ParseError> interpret_head() override;
  void execute_head(std::string_view text) override;
  std::optional<ParseError> check_framing();
  std::optional<ParseError> check_host();
  std::optional<ParseError> check_target();
  std::optional<ParseError> check_absolute_target();

  Method method_;
  std::optional<Scheme> scheme_;
  std::optional<std::string> authority_;
  std::optional<std::string> path_;
  bool expects_continue_ = false;
};

}  // namespace tappet::http
