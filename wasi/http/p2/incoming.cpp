// The resources of the receiving side: incoming-request, response-outparam, incoming-response.
#include "wasi/http/p2/http.h"
#include "wasi/http/p2/parts.h"
#include "wasi/p2/io.h"

namespace tappet::wasi::p2 {
namespace {

using component::ComponentValue;
using component::make_own;
using component::Own;
using http::ErrorCode;

Own<GuestFields> headers_of(const GuestFields& headers) {
  return make_own<GuestFields>(headers.freeze());
}

void set_response(const Own<ResponseOutparam>& out,
                  Result<Own<OutgoingResponse>, ErrorCode> response) {
  if (response.ok()) {
    out->slot().set((*response)->finish(), (*response)->writer());
  } else {
    out->slot().set(std::move(response).error());
  }
}

Result<Unit, ErrorCode> inform(ResponseOutparam& out, uint16_t status,
                               const Own<GuestFields>& headers) {
  if (out.slot().inform(status, headers->fields())) return Unit();
  return fail(ErrorCode::HttpProtocolError());
}

// An own handle for the guest.
template <class T>
Result<ComponentValue> give(component::HostEnvironment& environment, std::shared_ptr<T> object) {
  const std::optional<uint32_t> rep =
      environment.resources().add(component::host_resource_type<T>(), std::move(object));
  if (!rep) return fail(ErrorKind::kLimit, "resource table has no free keys");
  return ComponentValue::handle(component::TypeKind::kOwn, *rep);
}

}  // namespace

void add_incoming(HttpScope scope) {
  scope.resource<IncomingRequest>("incoming-request")
      .method("method", [](const IncomingRequest& r) { return r.method; })
      .method("path-with-query", [](const IncomingRequest& r) { return r.path_with_query; })
      .method("scheme", [](const IncomingRequest& r) { return r.scheme; })
      .method("authority", [](const IncomingRequest& r) { return r.authority; })
      .method("headers", [](const IncomingRequest& r) { return headers_of(r.headers); })
      .method("consume", [](IncomingRequest& r) { return once(r.content.consume()); });
  scope.resource<ResponseOutparam>("response-outparam")
      .method("send-informational", {"status", "headers"}, inform)
      .static_func("set", {"param", "response"}, set_response);
  scope.resource<IncomingResponse>("incoming-response")
      .method("status", [](const IncomingResponse& r) { return r.status; })
      .method("headers", [](const IncomingResponse& r) { return headers_of(r.headers); })
      .method("consume", [](IncomingResponse& r) { return once(r.content.consume()); });
}

Result<std::vector<ComponentValue>> handle_arguments(component::HostEnvironment& environment,
                                                     http::Request&& request,
                                                     std::shared_ptr<ResponseSlot> slot) {
  const FieldRules& rules = environment.get<HttpContext>().fields;
  std::vector<ComponentValue> arguments;
  arguments.push_back(
      TAPPET_TRY(give(environment, std::make_shared<IncomingRequest>(std::move(request), rules))));
  arguments.push_back(
      TAPPET_TRY(give(environment, std::make_shared<ResponseOutparam>(std::move(slot)))));
  return arguments;
}

}  // namespace tappet::wasi::p2
