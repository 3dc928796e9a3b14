#include "wasi/http/engine/messages.h"

#include <algorithm>

#include "net/http/syntax.h"

namespace tappet::wasi {

using http::ErrorCode;

namespace {

// An empty path (RFC 3986 section 3.3), perhaps with a query: sent as that of the root.
bool lacks_slash(std::string_view path) { return path.empty() || path.front() == '?'; }

bool is_valid_path(const std::string& path) {
  if (lacks_slash(path)) return http::is_path_with_query("/" + path);
  return path == "*" || http::is_path_with_query(path);
}

// Guests may announce the same length more than once; net/http wants it said once.
http::Fields fields_to_send(const GuestFields& headers) {
  http::Fields fields = headers.fields();
  const std::vector<std::string_view> lengths = fields.get_all("content-length");
  const bool agree = std::all_of(lengths.begin(), lengths.end(), [&](std::string_view length) {
    return http::parse_decimal(length) == http::parse_decimal(lengths[0]);
  });
  if (lengths.size() > 1 && agree) (void)fields.set("content-length", std::string(lengths[0]));
  return fields;
}

}  // namespace

std::shared_ptr<IncomingBody> IncomingContent::consume() {
  if (!reader_) return nullptr;
  auto body = std::make_shared<IncomingBody>(*std::move(reader_));
  reader_.reset();
  return body;
}

IncomingRequest::IncomingRequest(http::Request&& request, const FieldRules& rules)
    : method(std::move(request.method)),
      scheme(std::move(request.scheme)),
      authority(std::move(request.authority)),
      path_with_query(std::move(request.path_with_query)),
      headers(GuestFields::received(std::move(request.fields), rules)),
      content(std::move(request.body)) {}

IncomingResponse::IncomingResponse(http::Response response, const FieldRules& rules)
    : status(response.status),
      headers(GuestFields::received(std::move(response.fields), rules, std::move(response.charge))),
      content(std::move(response.body)) {}

std::shared_ptr<OutgoingBody> OutgoingContent::body(const GuestFields& headers, bool of_request,
                                                    const BodyLimits& limits) {
  if (std::exchange(given_, true)) return nullptr;
  http::BodyOptions options;
  options.of_request = of_request;
  options.capacity = limits.capacity();
  options.budget = headers.budget();
  // Values that are not numbers were refused; several that differ make no sense as a length.
  const std::vector<std::string_view> lengths = headers.fields().get_all("content-length");
  for (const std::string_view text : lengths) {
    const std::optional<uint64_t> length = http::parse_decimal(text);
    if (!length || (options.length && *options.length != *length)) return nullptr;
    options.length = length;
  }
  http::Body body = http::Body::make(options);
  reader_ = std::move(body.reader);
  auto made = std::make_shared<OutgoingBody>(std::move(body.writer), limits.chunk_size);
  writer_ = made->writer();
  return made;
}

template <class T>
bool OutgoingRequest::keep(T& member, T value) {
  std::swap(member, value);
  const uint64_t size = method_.text().size() + (path_with_query_ ? path_with_query_->size() : 0) +
                        (scheme_ ? scheme_->text().size() : 0) +
                        (authority_ ? authority_->size() : 0);
  if (charge_.try_set_bytes(size)) return true;
  std::swap(member, value);
  return false;
}

bool OutgoingRequest::set_method(http::Method method) {
  if (!method.is_valid()) return false;
  return keep(method_, std::move(method));
}

bool OutgoingRequest::set_path_with_query(std::optional<std::string> path) {
  if (path && !is_valid_path(*path)) return false;
  return keep(path_with_query_, std::move(path));
}

bool OutgoingRequest::set_scheme(std::optional<http::Scheme> scheme) {
  if (scheme && !http::is_scheme(scheme->text())) return false;
  return keep(scheme_, std::move(scheme));
}

bool OutgoingRequest::set_authority(std::optional<std::string> authority) {
  if (authority && !http::is_authority(*authority)) return false;
  return keep(authority_, std::move(authority));
}

Result<http::Request, ErrorCode> OutgoingRequest::finish() {
  if (!method_.is_valid()) return fail(ErrorCode::HttpRequestMethodInvalid());
  // On the wire, other("HEAD") is HEAD: its response has no content, and nobody may wait for any.
  http::Method method = http::Method::from_token(method_.text());
  if (scheme_ && scheme_->kind() == http::Scheme::kOther) {
    return fail(ErrorCode::HttpProtocolError().with_detail("scheme other than http and https"));
  }
  if (!authority_) return fail(ErrorCode::HttpRequestUriInvalid());
  if (!path_with_query_ && method.kind() != http::Method::kConnect) {
    return fail(ErrorCode::HttpProtocolError().with_detail("request without a path"));
  }
  if (path_with_query_ && lacks_slash(*path_with_query_))
    path_with_query_->insert(size_t{0}, 1, '/');
  return http::Request{
      std::move(method),       scheme_ ? *scheme_ : http::Scheme(http::Scheme::kHttps),
      std::move(authority_),   std::move(path_with_query_),
      fields_to_send(headers), content_.take_reader()};
}

bool OutgoingResponse::set_status(uint16_t status) {
  if (status < 100 || status > 999) return false;
  status_ = status;
  return true;
}

http::Response OutgoingResponse::finish() {
  return {status_, fields_to_send(headers), content_.take_reader()};
}

http::RequestOptions OutgoingOptions::finish() const {
  http::RequestOptions options;
  if (connect_timeout) options.connect_timeout_ns = *connect_timeout;
  if (first_byte_timeout) options.first_byte_timeout_ns = *first_byte_timeout;
  if (between_bytes_timeout) options.between_bytes_timeout_ns = *between_bytes_timeout;
  return options;
}

FutureIncomingResponse::FutureIncomingResponse(http::PendingResponse pending,
                                               const FieldRules& rules)
    : pending_(std::move(pending)), rules_(&rules), settled_([this] { changed_.wake_all(); }) {}

FutureIncomingResponse::FutureIncomingResponse(ErrorCode error)
    : settled_([] {}), outcome_(Outcome(fail(std::move(error)))) {}

bool FutureIncomingResponse::ready() {
  if (outcome_ || taken_) return true;
  auto settled = pending_->try_get();
  if (!settled) {
    pending_->await_ready(settled_);
    return false;
  }
  if (settled->ok()) {
    outcome_ = Outcome(std::make_shared<IncomingResponse>(std::move(*settled).value(), *rules_));
  } else {
    outcome_ = Outcome(fail(std::move(*settled).error()));
  }
  pending_.reset();
  return true;
}

Poll<Result<FutureIncomingResponse::Outcome, Unit>> FutureIncomingResponse::get() {
  if (taken_) return Result<Outcome, Unit>(fail(Unit()));
  if (!ready()) return kPending;
  taken_ = true;
  return Result<Outcome, Unit>(*std::exchange(outcome_, std::nullopt));
}

void FutureIncomingResponse::cut_off() {
  if (taken_) return;
  pending_.reset();
  outcome_ = Outcome(fail(ErrorCode::ConnectionTerminated()));
}

Result<std::shared_ptr<FutureIncomingResponse>, ErrorCode> send(const HttpContext& context,
                                                                OutgoingRequest& request,
                                                                const OutgoingOptions& options) {
  Result<http::Request, ErrorCode> message = request.finish();
  if (!message.ok()) return fail(std::move(message).error());
  if (context.client == nullptr) {
    return std::make_shared<FutureIncomingResponse>(ErrorCode::HttpRequestDenied());
  }
  http::RequestOptions given = options.finish();
  given.budget = request.headers.budget();
  // Nobody else has it as long as it asks.
  given.asker = reinterpret_cast<uintptr_t>(given.budget.get());
  return std::make_shared<FutureIncomingResponse>(
      context.client->send(std::move(message).value(), given), context.fields);
}

}  // namespace tappet::wasi
