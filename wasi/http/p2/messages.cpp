// The resources of the sending side: outgoing-request, request-options, outgoing-response,
// future-incoming-response; and wasi:http/outgoing-handler.
#include "wasi/http/engine/messages.h"

#include "wasi/http/p2/http.h"
#include "wasi/http/p2/parts.h"
#include "wasi/p2/io.h"
#include "wasi/p2/patience.h"

namespace tappet::wasi::p2 {
namespace {

using component::HostInterface;
using component::HostInterfaceDef;
using component::make_own;
using component::Own;
using component::version;
using http::ErrorCode;

using Duration = std::optional<uint64_t>;

// Two errors of different kinds: asked before, and what went wrong.
using Response = Result<Result<Own<IncomingResponse>, ErrorCode>, Unit>;

std::optional<Response> get_response(FutureIncomingResponse& future) {
  auto outcome = future.get();
  if (!outcome) return std::nullopt;
  if (!outcome->ok()) return Response(fail(Unit()));
  FutureIncomingResponse::Outcome& response = **outcome;
  using Inner = Result<Own<IncomingResponse>, ErrorCode>;
  if (!response.ok()) return Response(Inner(fail(std::move(response).error())));
  return Response(Inner(Own<IncomingResponse>(std::move(response).value())));
}

component::Async<std::optional<Response>> get_response_patiently(
    component::HostEnvironment& environment,
    const component::Borrow<FutureIncomingResponse>& future) {
  return patiently<std::optional<Response>>(
      environment, future.share(), [future = future.share()] { return get_response(*future); },
      [](const std::optional<Response>& response) { return !response; });
}

Result<Own<FutureIncomingResponse>, ErrorCode> handle(
    HttpContext& context, const Own<OutgoingRequest>& request,
    const std::optional<Own<OutgoingOptions>>& options) {
  auto sent = send(context, *request, options ? **options : OutgoingOptions());
  if (!sent.ok()) return fail(std::move(sent).error());
  return Own<FutureIncomingResponse>(std::move(sent).value());
}

void add_request(HttpScope& scope) {
  scope.resource<OutgoingRequest>("outgoing-request")
      .constructor(
          {"headers"},
          [](const Own<GuestFields>& headers) { return make_own<OutgoingRequest>(*headers); })
      .method("body", [](const HttpContext& context,
                         OutgoingRequest& r) { return once(r.body(context.outgoing_bodies)); })
      .method("method", [](const OutgoingRequest& r) { return r.method(); })
      .method("set-method", {"method"},
              [](OutgoingRequest& r, http::Method m) { return plain(r.set_method(std::move(m))); })
      .method("path-with-query", [](const OutgoingRequest& r) { return r.path_with_query(); })
      .method("set-path-with-query", {"path-with-query"},
              [](OutgoingRequest& r, std::optional<std::string> path) {
                return plain(r.set_path_with_query(std::move(path)));
              })
      .method("scheme", [](const OutgoingRequest& r) { return r.scheme(); })
      .method("set-scheme", {"scheme"},
              [](OutgoingRequest& r, std::optional<http::Scheme> scheme) {
                return plain(r.set_scheme(std::move(scheme)));
              })
      .method("authority", [](const OutgoingRequest& r) { return r.authority(); })
      .method("set-authority", {"authority"},
              [](OutgoingRequest& r, std::optional<std::string> authority) {
                return plain(r.set_authority(std::move(authority)));
              })
      .method("headers",
              [](const OutgoingRequest& r) { return make_own<GuestFields>(r.headers.freeze()); });
}

void add_options(HttpScope& scope) {
  auto set = [](Duration OutgoingOptions::* timeout) {
    return [timeout](OutgoingOptions& options, Duration duration) {
      options.*timeout = duration;
      return plain(true);
    };
  };
  auto get = [](Duration OutgoingOptions::* timeout) {
    return [timeout](const OutgoingOptions& options) { return options.*timeout; };
  };
  using Options = OutgoingOptions;
  scope.resource<Options>("request-options")
      .constructor([] { return make_own<Options>(); })
      .method("connect-timeout", get(&Options::connect_timeout))
      .method("set-connect-timeout", {"duration"}, set(&Options::connect_timeout))
      .method("first-byte-timeout", get(&Options::first_byte_timeout))
      .method("set-first-byte-timeout", {"duration"}, set(&Options::first_byte_timeout))
      .method("between-bytes-timeout", get(&Options::between_bytes_timeout))
      .method("set-between-bytes-timeout", {"duration"}, set(&Options::between_bytes_timeout));
}

}  // namespace

void add_outgoing(HttpScope scope) {
  add_request(scope);
  add_options(scope);
  scope.resource<OutgoingResponse>("outgoing-response")
      .constructor(
          {"headers"},
          [](const Own<GuestFields>& headers) { return make_own<OutgoingResponse>(*headers); })
      .method("status-code", &OutgoingResponse::status)
      .method("set-status-code", {"status-code"},
              [](OutgoingResponse& r, uint16_t status) { return plain(r.set_status(status)); })
      .method("headers",
              [](const OutgoingResponse& r) { return make_own<GuestFields>(r.headers.freeze()); })
      .method("body", [](const HttpContext& context, OutgoingResponse& r) {
        return once(r.body(context.outgoing_bodies));
      });
  scope.resource<FutureIncomingResponse>("future-incoming-response")
      .method("subscribe", subscribe_to<FutureIncomingResponse>)
      .method("get", get_response_patiently);
}

HostInterfaceDef http_outgoing_handler() {
  auto scope = HostInterface<HttpContext>("wasi:http/outgoing-handler", version("0.2.12"));
  scope.resource<OutgoingRequest>("outgoing-request");
  scope.resource<OutgoingOptions>("request-options");
  scope.resource<FutureIncomingResponse>("future-incoming-response");
  return scope.func("handle", {"request", "options"}, handle);
}

}  // namespace tappet::wasi::p2
