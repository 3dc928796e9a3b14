// What operators' tools ask `tappet serve`, on an address of its own.
#pragma once

#include "cli/serve_metrics.h"
#include "net/http/service.h"

namespace tappet::cli {

// GET /healthz: 200 as long as the process turns. GET /readyz: 200 while requests are accepted,
// 503 otherwise. GET /metrics.
class AdminService final : public http::Service {
 public:
  // `metrics` outlives it.
  explicit AdminService(const ServeMetrics& metrics) : metrics_(metrics) {}
  void handle(http::Request&& request, http::Responder responder) override;

 private:
  http::Response answer(const http::Request& request) const;
  const ServeMetrics& metrics_;
};

}  // namespace tappet::cli
