// One event loop of `tappet serve`, and everything that belongs to it.
#pragma once

#include <memory>
#include <vector>

#include "canonical-abi/linker/instance_pre.h"
#include "cli/access_log.h"
#include "cli/client_stack.h"
#include "cli/serve_metrics.h"
#include "interp/engine.h"
#include "net/http/server.h"
#include "wasi/host/executor.h"
#include "wasi/world/component_service.h"

namespace tappet::cli {

// What is replaced while serving: the component, ready to be instantiated by any worker, and the
// certificate (null: HTTP only).
struct Served {
  std::shared_ptr<const component::InstancePre> component;
  std::shared_ptr<const net::TlsContext> tls;
};

// Made, used and destroyed by one thread. Neither copies nor moves.
class ServeWorker final : private http::ServerObserver, private http::Service {
 public:
  // What outlives the workers.
  struct Common {
    const ServeOptions& options;
    const Engine& engine;
    const Outgoing& outgoing;
    ServeMetrics& metrics;
    std::shared_ptr<wasi::KeyValueStores> key_value;
  };

  // The worker with that number, from 0. Errors: kResource, kIo (a directory or a log file that
  // cannot be opened), kUnlinkable as of ComponentService::create.
  static Result<std::unique_ptr<ServeWorker>> create(const Common& common, uint32_t number,
                                                     const Served& served);
  ~ServeWorker() override = default;

  net::Loop& loop() { return *loop_; }
  Result<> listen(net::Fd socket, bool secure);
  void replace(const Served& served);
  // Opens the log file anew: the old one may have been moved away.
  void reopen_log();
  // Stops accepting and lets requests under way finish; calls `done` when there is none any more,
  // or when the time for that is over.
  void drain(std::function<void()> done);
  // Writes to standard error, without waiting for whoever reads that. Loop thread only.
  void say(std::string_view text) { errors_->write(text); }
  // Hands over what was written, for the end. Who takes nothing does not keep the process alive.
  void flush();

 private:
  ServeWorker(const Common& common, uint32_t number, std::unique_ptr<net::Loop> loop);
  Result<> start(const Served& served);
  Result<> open_log();
  wasi::World world_of(uint64_t instance) const;
  void renew_outputs() const;
  void report_failure(const wasi::RequestFailure& failure);
  void note(const wasi::InstanceCounts& counts) const;
  uint64_t number_among_all(uint64_t own) const;
  void look_whether_drained();

  void handle(http::Request&& request, http::Responder responder) override;
  void connected() override;
  void disconnected() override;
  void refused() override;
  void began() override;
  void ended(const http::RequestRecord& record) override;

  const Common common_;
  const uint32_t number_;
  WorkerMetrics& metrics_;
  std::unique_ptr<net::Loop> loop_;
  ClientStack client_;
  wasi::World world_;
  bool has_program_ = false;  // the component has a use for variables and outputs
  wasi::Executor executor_;
  std::unique_ptr<LogOutput> errors_;
  std::unique_ptr<wasi::ComponentService> service_;
  std::unique_ptr<AccessLog> log_;
  http::Server server_;
  net::Timer drain_timeout_;
  Waker on_change_;
  std::function<void()> drained_;
};

}  // namespace tappet::cli
