#include "net/http/request_parser.h"

#include "net/http/syntax.h"

namespace tappet::http {
namespace {

constexpr size_t kLongestMethod = 64;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// "chunked" and nothing else can be decoded. An other coding before it is merely not implemented;
// everything else leaves the length in doubt.
ParseError coding_error(std::string_view coding) {
  const size_t last_comma = coding.rfind(',');
  if (last_comma == std::string_view::npos)
    return protocol_error(400, "chunked is not the last coding");
  const bool last = equals_ignoring_case(trim(coding.substr(last_comma + 1)), "chunked");
  const bool twice = list_has_token(coding.substr(0, last_comma), "chunked");
  if (!last || twice) return protocol_error(400, "a bad transfer-encoding");
  return protocol_error(501, "an unknown transfer coding");
}

}  // namespace

Request RequestParser::take_request(Scheme connection) {
  Request request;
  request.method = std::move(method_);
  request.scheme = scheme_ ? std::move(scheme_) : std::move(connection);
  request.authority = std::move(authority_);
  request.path_with_query = std::move(path_);
  request.fields = std::move(fields_);
  return request;
}

// method SP target SP HTTP/1.x, with single spaces. The version comes first: who does not speak
// HTTP/1 shall learn just that.
std::optional<ParseError> RequestParser::check_first_line(std::string_view line) {
  const size_t last_space = line.rfind(' ');
  if (last_space == std::string_view::npos) return protocol_error(400, "a bad request line");
  const std::string_view version = line.substr(last_space + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") {
    const bool of_http = version.size() == 8 && version.starts_with("HTTP/") &&
                         is_digit(version[5]) && version[6] == '.' && is_digit(version[7]);
    return protocol_error(of_http ? 505 : 400, "not HTTP/1.0 or HTTP/1.1");
  }
  const size_t space = line.find(' ');
  const std::string_view method = line.substr(0, space);
  if (space == last_space || method.size() > kLongestMethod || !is_token(method)) {
    return protocol_error(400, "a bad method");
  }
  const std::string_view target = line.substr(space + 1, last_space - space - 1);
  if (target.empty() || target.find(' ') != std::string_view::npos) {
    return protocol_error(400, "a bad request target");
  }
  method_ = Method::from_token(method);
  scheme_.reset();
  authority_.reset();
  path_.reset();
  expects_continue_ = false;
  return std::nullopt;
}

// llhttp knows a list of methods only, and for some of them protocols that are not HTTP. The rest
// of the message does not depend on the method, so for all other tokens it is shown one that it
// knows.
void RequestParser::execute_head(std::string_view text) {
  if (method_.kind() != Method::kOther) {
    execute(text);
    return;
  }
  if (execute("POST") == HPE_OK) execute(text.substr(text.find(' ')));
}

std::optional<ParseError> RequestParser::interpret_head() {
  if (auto error = check_framing()) return error;
  if (auto error = check_host()) return error;
  if (auto error = check_target()) return error;
  expects_continue_ = minor_version_ == 1 && framing_ != Framing::kNone &&
                      list_has_token(noted_.expect, "100-continue");
  return std::nullopt;
}

std::optional<ParseError> RequestParser::check_framing() {
  if (noted_.codings == 0) return check_content_length();
  if (noted_.lengths > 0) return protocol_error(400, "content-length and transfer-encoding");
  if (minor_version_ == 0) return protocol_error(400, "transfer-encoding in HTTP/1.0");
  if (noted_.codings > 1) return protocol_error(400, "two transfer-encoding fields");
  if (!equals_ignoring_case(noted_.coding, "chunked")) return coding_error(noted_.coding);
  framing_ = Framing::kChunked;
  return std::nullopt;
}

std::optional<ParseError> RequestParser::check_host() {
  if (noted_.hosts == 0 && minor_version_ == 0) return std::nullopt;
  if (noted_.hosts != 1) return protocol_error(400, "not exactly one host field");
  if (!is_authority(noted_.host)) return protocol_error(400, "a bad host field");
  return std::nullopt;
}

// The four forms of RFC 9112 section 3.2.
std::optional<ParseError> RequestParser::check_target() {
  if (method_.kind() == Method::kConnect) {
    const auto parts = split_authority(target_);
    if (!parts || !parts->port) return protocol_error(400, "CONNECT needs host and port");
    authority_ = target_;
    return std::nullopt;
  }
  if (target_.starts_with('/')) {
    if (!is_path_with_query(target_)) return protocol_error(400, "a bad request target");
    if (noted_.hosts == 1) authority_ = noted_.host;
    path_ = target_;
    return std::nullopt;
  }
  if (target_ == "*" && method_.kind() == Method::kOptions) {
    if (noted_.hosts == 1) authority_ = noted_.host;
    path_ = target_;
    return std::nullopt;
  }
  return check_absolute_target();
}

// Its authority replaces that of Host (RFC 9112 section 3.2.2).
std::optional<ParseError> RequestParser::check_absolute_target() {
  const size_t colon = target_.find("://");
  if (colon == std::string_view::npos) return protocol_error(400, "a bad request target");
  Scheme scheme = Scheme::from_text(target_.substr(0, colon));
  if (scheme.kind() == Scheme::kOther) return protocol_error(400, "a target of another scheme");
  const std::string_view rest = target_.substr(colon + 3);
  const size_t path = std::min(rest.find_first_of("/?"), rest.size());
  const std::string_view authority = rest.substr(0, path);
  std::string path_with_query(rest.substr(path));
  if (!path_with_query.starts_with('/')) path_with_query.insert(0, "/");
  if (!is_authority(authority) || !is_path_with_query(path_with_query)) {
    return protocol_error(400, "a bad request target");
  }
  scheme_ = std::move(scheme);
  authority_ = authority;
  path_ = std::move(path_with_query);
  return std::nullopt;
}

}  // namespace tappet::http
