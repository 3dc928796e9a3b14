#include "cli/serve_admin.h"

namespace tappet::cli {

void AdminService::handle(http::Request&& request, http::Responder responder) {
  responder.send(answer(request));
}

http::Response AdminService::answer(const http::Request& request) const {
  const http::Method::Kind method = request.method.kind();
  if (method != http::Method::kGet && method != http::Method::kHead) {
    http::Response refusal = http::text_response(405, "Method Not Allowed\n");
    (void)refusal.fields.set("Allow", "GET, HEAD");
    return refusal;
  }
  const std::string& target = *request.path_with_query;
  const std::string path = target.substr(0, target.find('?'));
  if (path == "/healthz") return http::text_response(200, "ok\n");
  if (path == "/readyz") {
    return metrics_.ready ? http::text_response(200, "ready\n")
                          : http::text_response(503, "not ready\n");
  }
  if (path == "/metrics") {
    http::Response metrics = http::text_response(200, metrics_.to_text());
    (void)metrics.fields.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
    return metrics;
  }
  return http::text_response(404, "Not Found: /healthz, /readyz, /metrics\n");
}

}  // namespace tappet::cli
