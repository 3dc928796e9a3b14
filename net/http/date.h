// The Date field.
#pragma once

#include <string>

#include "net/loop/clock.h"

namespace tappet::http {

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110 section 5.6.7), for seconds since 1970.
std::string imf_fixdate(uint64_t unix_seconds);

// The current date's text, made once per second.
class DateCache {
 public:
  const std::string& text(net::Clock& clock);

 private:
  uint64_t second_ = UINT64_MAX;
  std::string text_;
};

}  // namespace tappet::http
