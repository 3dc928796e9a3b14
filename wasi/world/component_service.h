// A component of the world wasi:http/proxy as an HTTP service: a fresh instance answers each
// request.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <string>

#include "canonical-abi/linker/instance_pre.h"
#include "canonical-abi/runtime/component_store.h"
#include "interp/runtime/memory_pool.h"
#include "net/http/service.h"
#include "wasi/host/executor.h"
#include "wasi/world/world.h"

namespace tappet::wasi {

struct ServiceOptions {
  component::ComponentLimits limits;
  // From the request's head to the end of the guest's work, waiting included.
  uint64_t request_timeout_ns = 10 * net::kSecond;
  // Instances at the same time. Further requests wait for their turn, no longer than the timeout.
  uint32_t max_instances = 1000;
};

// What went wrong with one request.
struct RequestFailure {
  uint64_t number = 0;         // of the request, from 1
  std::string request;         // "GET /path"
  std::string reason;          // one line
  const Trap* trap = nullptr;  // with its backtrace, if it was one
};

// A guest that traps, gives an error or returns without an answer: its request gets a 500, or if
// the response has begun, its connection is cut; no other request notices. The same goes for guests
// that are not done in time. A client that goes away ends its guest. Loop thread only; outlives the
// server that calls it, and goes before the executor and what the world points to.
class ComponentService final : public http::Service {
 public:
  struct Hooks {
    // The world of the request with that number.
    std::function<World(uint64_t number)> world;
    // Told of what went wrong. May be empty.
    std::function<void(const RequestFailure&)> failed;
  };

  // Errors: kUnlinkable for a component that does not export wasi:http/incoming-handler 0.2.
  static Result<> check(const component::InstancePre& pre);
  // Errors: as of check().
  static Result<std::unique_ptr<ComponentService>> create(
      Engine engine, std::shared_ptr<const component::InstancePre> pre, Executor& executor,
      Hooks hooks, const ServiceOptions& options = {});
  ~ComponentService() override;

  // From now on, requests are answered by instances of another component; those under way go on.
  // Errors: as of check(), and then nothing changes.
  Result<> replace(std::shared_ptr<const component::InstancePre> pre);

  void handle(http::Request request, http::Responder responder) override;

  size_t active() const { return running_.size(); }
  size_t waiting() const { return queue_.size(); }

 private:
  class Run;
  struct Queued {
    uint64_t since;
    http::Request request;
    http::Responder responder;
  };

  ComponentService(Engine engine, std::shared_ptr<const component::InstancePre> pre,
                   component::FuncRef handler, Executor& executor, Hooks hooks,
                   const ServiceOptions& options);
  void enqueue(http::Request request, http::Responder responder, uint64_t since);
  void begin(http::Request request, http::Responder responder, uint64_t since);
  void end(std::list<std::unique_ptr<Run>>::iterator run);

  Engine engine_;
  std::shared_ptr<const component::InstancePre> pre_;
  component::FuncRef handler_;
  Executor& executor_;
  Hooks hooks_;
  ServiceOptions options_;
  MemoryPool memories_;  // outlives what runs
  uint64_t requests_ = 0;
  std::list<std::unique_ptr<Run>> running_;
  std::deque<Queued> queue_;
  size_t sweep_at_ = 0;  // the length of the queue at which it is searched for those who have left
};

}  // namespace tappet::wasi
