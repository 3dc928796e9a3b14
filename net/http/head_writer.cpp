#include "net/http/head_writer.h"

#include <charconv>

#include "net/http/syntax.h"

namespace tappet::http {
namespace {

constexpr std::string_view kLineEnd = "\r\n";

// Fields that belong to the connection, not to the message (RFC 9110 section 7.6.1), and the
// length, which is written from the plan.
bool is_ours(std::string_view name) {
  auto is = [&](std::string_view other) { return equals_ignoring_case(name, other); };
  switch (name.size()) {
    case 7:
      return is("upgrade");
    case 10:
      return is("connection") || is("keep-alive");
    case 14:
      return is("content-length");
    case 16:
      return is("proxy-connection");
    case 17:
      return is("transfer-encoding");
    default:
      return false;
  }
}

bool may_trail(std::string_view name) {
  for (const char* other : {"host", "trailer", "te", "content-type", "content-encoding",
                            "content-range", "authorization", "set-cookie", "expect"}) {
    if (equals_ignoring_case(name, other)) return false;
  }
  return !is_ours(name);
}

void append_number(std::string& out, uint64_t value) {
  char digits[20];
  const auto result = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, static_cast<size_t>(result.ptr - digits));
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append(kLineEnd);
}

void append_status_line(std::string& out, uint16_t status) {
  if (status == 200) {
    out.append("HTTP/1.1 200 OK\r\n");
    return;
  }
  out.append("HTTP/1.1 ");
  append_number(out, status);
  out.append(" ").append(reason_phrase(status)).append(kLineEnd);
}

void append_framing(std::string& out, const SendPlan& plan, std::string_view connection) {
  if (plan.framing == Framing::kChunked) {
    append_field(out, "Transfer-Encoding", "chunked");
  } else if (plan.announced) {
    out.append("Content-Length: ");
    append_number(out, *plan.announced);
    out.append(kLineEnd);
  }
  if (!connection.empty()) append_field(out, "Connection", connection);
  out.append(kLineEnd);
}

// The length that the fields announce.
Result<std::optional<uint64_t>, ErrorCode> declared_length(const Fields& fields) {
  std::optional<uint64_t> declared;
  for (size_t i = 0; i < fields.size(); ++i) {
    const Field field = fields[i];
    if (field.name.size() != 14 || !equals_ignoring_case(field.name, "content-length")) continue;
    const auto length = parse_decimal(field.value);
    if (!length || declared) {
      return fail(ErrorCode::HttpProtocolError().with_detail("a bad content-length"));
    }
    declared = length;
  }
  return declared;
}

// What the body and the fields say together; nothing if the length is open.
Result<std::optional<uint64_t>, ErrorCode> agreed_length(const Fields& fields,
                                                         const BodyReader& body) {
  const auto declared = TAPPET_TRY(declared_length(fields));
  if (body.failure() != nullptr) return fail(*body.failure());
  const auto known = body.remaining();
  if (declared && known && *declared != *known) {
    return fail(ErrorCode::HttpProtocolError().with_detail("content-length and body differ"));
  }
  // With a length of 0 nobody would look at what there is of the content.
  if (declared && body.available() > *declared) {
    return fail(ErrorCode::HttpProtocolError().with_detail("the body exceeds content-length"));
  }
  return declared ? declared : known;
}

}  // namespace

Result<SendPlan, ErrorCode> plan_response(const Response& response, Method::Kind method,
                                          uint8_t minor_version) {
  if (response.status < 200 || response.status > 999) {
    return fail(ErrorCode::HttpProtocolError().with_detail("not a final status"));
  }
  SendPlan plan;
  const bool tunnel = method == Method::kConnect && response.status < 300;
  if (response.status == 204) return plan;
  if (method == Method::kHead || response.status == 304) {
    plan.announced = TAPPET_TRY(declared_length(response.fields));
    if (!plan.announced && method == Method::kHead && response.status != 304) {
      plan.announced = response.body.remaining();
    }
    return plan;
  }
  const auto length = TAPPET_TRY(agreed_length(response.fields, response.body));
  const bool trailing =
      response.body.has_trailers() && minor_version == 1 && !response.fields.has("content-length");
  if (length && !trailing && !tunnel) {
    plan = {*length > 0 ? Framing::kLength : Framing::kNone, *length, length};
  } else {
    plan.framing = minor_version == 1 && !tunnel ? Framing::kChunked : Framing::kUntilClose;
  }
  return plan;
}

Result<SendPlan, ErrorCode> plan_request(const Request& request) {
  if (!request.method.is_valid()) return fail(ErrorCode::HttpRequestMethodInvalid());
  const bool connect = request.method.kind() == Method::kConnect;
  std::string_view path;
  if (request.path_with_query) path = *request.path_with_query;
  const bool asterisk = request.method.kind() == Method::kOptions && path == "*";
  const auto authority = split_authority(request.authority.value_or(""));
  // RFC 9110 section 9.3.6: there is no default port to CONNECT to.
  const bool target_good =
      connect ? authority && authority->port : asterisk || is_path_with_query(path);
  if (!authority || !target_good) return fail(ErrorCode::HttpRequestUriInvalid());
  const auto length = TAPPET_TRY(agreed_length(request.fields, request.body));
  SendPlan plan;
  if (!length || request.body.has_trailers()) {
    plan.framing = Framing::kChunked;
    return plan;
  }
  plan.framing = *length > 0 ? Framing::kLength : Framing::kNone;
  plan.length = *length;
  // RFC 9110 section 8.6: methods that usually have content say so when they have none.
  const bool says_zero =
      request.method.kind() == Method::kPost || request.method.kind() == Method::kPut ||
      request.method.kind() == Method::kPatch || request.fields.has("content-length");
  if (*length > 0 || says_zero) plan.announced = length;
  return plan;
}

void append_head(std::string& out, const ResponseHead& head) {
  append_status_line(out, head.status);
  bool dated = head.date.empty();
  for (size_t i = 0; i < head.fields.size(); ++i) {
    const Field field = head.fields[i];
    if (is_ours(field.name)) continue;
    dated = dated || equals_ignoring_case(field.name, "date");
    append_field(out, field.name, field.value);
  }
  if (!dated) append_field(out, "Date", head.date);
  append_framing(out, head.plan, head.connection);
}

void append_interim(std::string& out, uint16_t status, const Fields& fields) {
  append_status_line(out, status);
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!is_ours(fields[i].name)) append_field(out, fields[i].name, fields[i].value);
  }
  out.append(kLineEnd);
}

void append_request_head(std::string& out, const Request& request, const SendPlan& plan,
                         std::string_view connection) {
  const bool connect = request.method.kind() == Method::kConnect;
  out.append(request.method.text()).append(" ");
  out.append(connect ? *request.authority : *request.path_with_query).append(" HTTP/1.1\r\n");
  append_field(out, "Host", *request.authority);
  for (size_t i = 0; i < request.fields.size(); ++i) {
    const Field field = request.fields[i];
    if (is_ours(field.name) || equals_ignoring_case(field.name, "host")) continue;
    append_field(out, field.name, field.value);
  }
  append_framing(out, plan, connection);
}

void append_trailers(std::string& out, const Fields& trailers) {
  for (size_t i = 0; i < trailers.size(); ++i) {
    if (may_trail(trailers[i].name)) append_field(out, trailers[i].name, trailers[i].value);
  }
  out.append(kLineEnd);
}

}  // namespace tappet::http
