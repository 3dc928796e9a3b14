// wasi:http/types as a whole.
#include "wasi/http/p2/http.h"
#include "wasi/http/p2/parts.h"
#include "wasi/p2/io.h"

namespace tappet::wasi::p2 {

component::HostInterfaceDef http_types() {
  component::HostInterface<HttpContext> scope("wasi:http/types", component::version("0.2.12"));
  scope.resource<InputStream>("input-stream");
  scope.resource<OutputStream>("output-stream");
  scope.resource<IoError>("io-error");
  scope.resource<Pollable>("pollable");
  add_fields(scope);
  add_bodies(scope);
  add_incoming(scope);
  add_outgoing(scope);
  return scope.func("http-error-code", {"err"},
                    [](const IoError& error) -> std::optional<http::ErrorCode> {
                      const auto* code = error.payload<http::ErrorCode>();
                      return code ? std::optional(*code) : std::nullopt;
                    });
}

}  // namespace tappet::wasi::p2
