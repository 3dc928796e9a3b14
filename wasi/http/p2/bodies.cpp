// The resources incoming-body, future-trailers and outgoing-body.
#include "wasi/http/engine/body.h"
#include "wasi/http/p2/parts.h"
#include "wasi/p2/io.h"
#include "wasi/p2/patience.h"

namespace tappet::wasi::p2 {
namespace {

using component::Borrow;
using component::make_own;
using component::Own;
using http::ErrorCode;

Result<Own<InputStream>, Unit> stream(const Borrow<IncomingBody>& body) {
  auto stream = body->stream();
  if (stream == nullptr) return fail(Unit());
  return Own<InputStream>(std::move(stream)).child_of(body);
}

// Two errors of different kinds: asked before, and what went wrong.
using Trailers = Result<Result<std::optional<Own<GuestFields>>, ErrorCode>, Unit>;

std::optional<Trailers> get_trailers(FutureTrailers& future) {
  auto outcome = future.get();
  if (!outcome) return std::nullopt;
  if (!outcome->ok()) return Trailers(fail(Unit()));
  FutureTrailers::Outcome& trailers = **outcome;
  using Inner = Result<std::optional<Own<GuestFields>>, ErrorCode>;
  if (!trailers.ok()) return Trailers(Inner(fail(std::move(trailers).error())));
  if (!*trailers) return Trailers(Inner(std::optional<Own<GuestFields>>()));
  return Trailers(Inner(std::optional(make_own<GuestFields>(std::move(**trailers)))));
}

component::Async<std::optional<Trailers>> get_trailers_patiently(
    component::HostEnvironment& environment, const Borrow<FutureTrailers>& future) {
  return patiently<std::optional<Trailers>>(
      environment, future.share(), [future = future.share()] { return get_trailers(*future); },
      [](const std::optional<Trailers>& trailers) { return !trailers; });
}

Result<Own<OutputStream>, Unit> write(const Borrow<OutgoingBody>& body) {
  auto stream = body->stream();
  if (stream == nullptr) return fail(Unit());
  return Own<OutputStream>(std::move(stream)).child_of(body);
}

Result<Unit, ErrorCode> finish(const Own<OutgoingBody>& body,
                               const std::optional<Own<GuestFields>>& trailers) {
  if (!trailers) return body->finish(std::nullopt);
  return body->finish((*trailers)->fields());
}

}  // namespace

void add_bodies(HttpScope scope) {
  scope.resource<IncomingBody>("incoming-body")
      .method("stream", stream)
      .static_func("finish", {"this"}, [](HttpContext& context, const Own<IncomingBody>& body) {
        return make_own<FutureTrailers>(body->reader(), context.fields);
      });
  scope.resource<FutureTrailers>("future-trailers")
      .method("subscribe", subscribe_to<FutureTrailers>)
      .method("get", get_trailers_patiently);
  scope.resource<OutgoingBody>("outgoing-body")
      .method("write", write)
      .static_func("finish", {"this", "trailers"}, finish);
}

}  // namespace tappet::wasi::p2
