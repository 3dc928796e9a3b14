// A component of the world wasi:http/proxy as an HTTP service: a fresh instance answers each
// request, or so many of them one after the other.
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
  // Requests that one instance may answer, never two at a time. 1: each has a fresh one.
  uint32_t requests_per_instance = 1;
  // An instance that waits so long for its next request goes.
  uint64_t idle_timeout_ns = net::kSecond;
};

// What went wrong with one request.
struct RequestFailure {
  uint64_t number = 0;         // of the request, from 1
  std::string request;         // "GET /path"
  std::string reason;          // one line
  const Trap* trap = nullptr;  // with its backtrace, if it was one
};

struct InstanceCounts {
  uint64_t made = 0;
  uint64_t reused = 0;  // requests of instances that had answered others
  size_t idle = 0;      // instances that wait for their next request
};

// A guest that traps, gives an error or returns without an answer: its request gets a 500, or if
// the response has begun, its connection is cut; no other request notices. The same goes for guests
// that are not done in time. A client that goes away ends its guest.
//
// An instance is used again only after handle() has returned, its client has got a complete
// response, and nothing that it began goes on; never after a failure. What the request and its
// response leave in the guest's hands, and requests that the guest has sent, end with it, as they
// would with the instance. Globals, memories and all other resources stay: they are what reuse is
// about, and a guest that must not see them must not be used again.
//
// Loop thread only; outlives the server that calls it, and goes before the executor and what the
// world points to.
class ComponentService final : public http::Service {
 public:
  struct Hooks {
    // The world of the instance with that number, from 1.
    std::function<World(uint64_t number)> world;
    // Told of what went wrong. May be empty.
    std::function<void(const RequestFailure&)> failed = nullptr;
    // Told whenever they have changed. May be empty.
    std::function<void(const InstanceCounts&)> counted = nullptr;
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
  // From now on, no instance is used again.
  void retire();

  void handle(http::Request&& request, http::Responder responder) override;

  // Requests.
  size_t active() const { return running_.size(); }
  size_t waiting() const { return queue_.size(); }

  const InstanceCounts& instances() const { return counts_; }

 private:
  class Instance;
  class Run;
  struct Accepted;
  struct Queued {
    uint64_t since;
    http::Request request;
    http::Responder responder;
  };

  ComponentService(Engine engine, std::shared_ptr<const component::InstancePre> pre,
                   component::FuncRef handler, Executor& executor, Hooks hooks,
                   const ServiceOptions& options);
  void enqueue(http::Request&& request, http::Responder responder, uint64_t since);
  void begin(http::Request&& request, http::Responder responder, uint64_t since);
  void end(std::list<Instance>::iterator instance);
  void keep(std::list<Instance>::iterator instance);
  void drop_idle(uint64_t since);
  void begin_waiting();
  void count();

  Engine engine_;
  std::shared_ptr<const component::InstancePre> pre_;
  component::FuncRef handler_;
  Executor& executor_;
  Hooks hooks_;
  ServiceOptions options_;
  MemoryPool memories_;  // outlives what runs
  uint64_t requests_ = 0;
  InstanceCounts counts_;
  std::list<Instance> running_;
  std::list<Instance> idle_;  // the one that was used last is behind
  net::Timer idle_timeout_;
  std::deque<Queued> queue_;
  size_t sweep_at_ = 0;  // the length of the queue at which it is searched for those who have left
};

}  // namespace tappet::wasi
