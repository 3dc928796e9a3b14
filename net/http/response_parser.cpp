#include "net/http/response_parser.h"

#include <algorithm>

#include "net/http/syntax.h"

namespace tappet::http {
namespace {

// The peer's words for a guest, which wants UTF-8.
std::string readable(std::string_view text) {
  constexpr size_t kMost = 100;
  std::string out(text.substr(0, kMost));
  std::replace_if(out.begin(), out.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
  return out;
}

}  // namespace

Response ResponseParser::take_response() {
  Response response;
  response.status = status_;
  response.fields = std::move(fields_);
  return response;
}

// HTTP/1.x SP 3DIGIT [ SP reason ].
std::optional<ParseError> ResponseParser::check_first_line(std::string_view line) {
  const bool versioned = line.starts_with("HTTP/1.1 ") || line.starts_with("HTTP/1.0 ");
  if (!versioned) return protocol_error(400, "not HTTP/1.0 or HTTP/1.1");
  const std::string_view code = line.substr(9, 3);
  const bool three_digits = code.size() == 3 && code[0] != '0' && parse_decimal(code);
  if (!three_digits || (line.size() > 12 && line[12] != ' ')) {
    return protocol_error(400, "a bad status code");
  }
  return std::nullopt;
}

// RFC 9112 section 6.3, with its doubtful cases refused.
std::optional<ParseError> ResponseParser::interpret_head() {
  if (status_ == 101) return ParseError{400, ErrorCode::HttpUpgradeFailed()};
  // RFC 9110 section 9.3.6: whatever such a response says of its length, a tunnel follows.
  if (method_ == Method::kConnect && status_ >= 200 && status_ < 300) {
    framing_ = Framing::kUntilClose;
    return std::nullopt;
  }
  if (noted_.codings > 0 && noted_.lengths > 0) {
    return protocol_error(400, "content-length and transfer-encoding");
  }
  const bool no_content =
      is_interim() || status_ == 204 || status_ == 304 || method_ == Method::kHead;
  if (noted_.codings > 0) {
    const bool chunked = noted_.codings == 1 && equals_ignoring_case(noted_.coding, "chunked");
    if (!chunked || minor_version_ == 0) {
      return ParseError{400, ErrorCode::HttpResponseTransferCoding(readable(noted_.coding))};
    }
    framing_ = Framing::kChunked;
  } else if (noted_.lengths > 0) {
    if (auto error = check_content_length()) return error;
  } else {
    framing_ = Framing::kUntilClose;
  }
  if (no_content) framing_ = Framing::kNone;
  return std::nullopt;
}

}  // namespace tappet::http
