#include "wasi/world/component_service.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "canonical-abi/linker/instantiation.h"
#include "canonical-abi/runtime/task.h"
#include "wasi/http/p2/http.h"

namespace tappet::wasi {
namespace {

using component::Instantiation;
using component::Task;
using Outcome = tappet::Outcome;

// The least length of the queue at which a search for those who have left is worthwhile.
constexpr size_t kLeastSwept = 64;

constexpr std::string_view kHandler = "wasi:http/incoming-handler@0.2.0";

std::string describe(const http::Request& request) {
  return fmt::format("{} {}", request.method.text(),
                     request.path_with_query.value_or(std::string()));
}

}  // namespace

// One request: its store, its instance, and the call of handle(). Destroying it cancels what is
// still going on in it, and answers 500 if nothing was answered.
class ComponentService::Run final : public Scheduled {
 public:
  Run(ComponentService& service, uint64_t number, http::Request request, http::Responder responder,
      uint64_t deadline, std::shared_ptr<uint64_t> fuel_used)
      : Scheduled(service.executor_),
        service_(service),
        number_(number),
        name_(describe(request)),
        fuel_used_(std::move(fuel_used)),
        request_(std::move(request)),
        slot_(std::make_shared<ResponseSlot>(std::move(responder), request_.method.kind())),
        world_(service.hooks_.world(number)),
        handler_(service.handler_),
        store_(service.engine_, service.options_.limits),
        deadline_(service.executor_.loop(), [this] { expire(); }),
        gone_([this] { schedule(); }),
        instantiation_(std::in_place, service.pre_, store_, [this] { schedule(); }) {
    world_.install(store_.environment(), *service.pre_);
    slot_->await_gone(gone_);
    deadline_.set(deadline);
  }

  std::list<std::unique_ptr<Run>>::iterator position;

 private:
  void preempt() override { store_.preempt(); }
  void kill() override { store_.kill(); }

  // A guest that computes notices when its slice is over.
  void expire() {
    expired_ = true;
    schedule();
  }

  Next run() override {
    if (slot_->peer_gone()) return Next::kDone;
    if (expired_) return fail("guest timed out", nullptr);
    const Next next = advance();
    if (fuel_used_) *fuel_used_ = service_.options_.limits.core.fuel - store_.core().fuel();
    return next;
  }
  Next advance() {
    if (!task_) {
      const Next next = instantiate();
      if (!task_) return next;
    }
    return call();
  }
  void done() override { service_.end(position); }

  Next instantiate() {
    switch (instantiation_->run()) {
      case Outcome::kReturned:
        break;
      case Outcome::kTrapped:
        return fail(instantiation_->failure());
      case Outcome::kSuspended:
        return Next::kWait;
      case Outcome::kInterrupted:
        return Next::kAgain;
    }
    auto arguments = p2::handle_arguments(store_.environment(), std::move(request_), slot_);
    if (!arguments.ok()) return fail(arguments.error().message, nullptr);
    task_.emplace(store_, instantiation_->instance().function(handler_), std::move(*arguments),
                  [this] { schedule(); });
    return Next::kAgain;
  }

  Next call() {
    switch (task_->run()) {
      case Outcome::kReturned:
        break;
      case Outcome::kTrapped:
        return fail(task_->trap());
      case Outcome::kSuspended:
        // It may wait for something that has nothing to do with the client.
        slot_->await_gone(gone_);
        return Next::kWait;
      case Outcome::kInterrupted:
        return Next::kAgain;
    }
    if (!slot_->answered()) {
      return fail("the guest never invoked `response-outparam::set`", nullptr);
    }
    if (slot_->error()) {
      return fail("the guest answered with the error " + slot_->error()->to_string(), nullptr);
    }
    return Next::kDone;
  }

  Next fail(const InstantiateError& failure) {
    const Trap* const trap = std::get_if<Trap>(&failure);
    return trap ? fail(*trap) : fail(std::get<Error>(failure).to_string(), nullptr);
  }
  // A guest that ends its program after it has answered has done its work.
  Next fail(const Trap& trap) {
    if (trap.kind == TrapKind::kExit && slot_->answered()) return Next::kDone;
    if (trap.kind == TrapKind::kExit) {
      return fail(fmt::format("the guest exited with {} before it answered", trap.exit_code),
                  nullptr);
    }
    return fail(trap.message, &trap);
  }
  Next fail(std::string reason, const Trap* trap) {
    if (service_.hooks_.failed) {
      service_.hooks_.failed({number_, name_, std::move(reason), trap});
    }
    return Next::kDone;
  }

  ComponentService& service_;
  const uint64_t number_;
  const std::string name_;
  const std::shared_ptr<uint64_t> fuel_used_;  // null where it is not counted
  http::Request request_;
  std::shared_ptr<ResponseSlot> slot_;
  World world_;
  const component::FuncRef handler_;  // of the component that the service had at the beginning
  component::ComponentStore store_;
  net::Timer deadline_;
  Waker gone_;
  bool expired_ = false;
  std::optional<Instantiation> instantiation_;
  std::optional<Task> task_;
};

namespace {

// The function that answers requests.
Result<component::FuncRef> find_handler(const component::InstancePre& pre) {
  const component::ExportedFunction* const handler = pre.find_function(kHandler, "handle");
  if (handler == nullptr) {
    return fail(ErrorKind::kUnlinkable,
                "the component serves no HTTP: it exports no wasi:http/incoming-handler@0.2");
  }
  if (handler->type->params.size() != 2 || handler->type->result != nullptr) {
    return fail(ErrorKind::kUnlinkable,
                "the component's wasi:http/incoming-handler is not func(incoming-request, "
                "response-outparam)");
  }
  return handler->ref;
}

}  // namespace

Result<> ComponentService::check(const component::InstancePre& pre) {
  (void)TAPPET_TRY(find_handler(pre));
  return {};
}

Result<std::unique_ptr<ComponentService>> ComponentService::create(
    Engine engine, std::shared_ptr<const component::InstancePre> pre, Executor& executor,
    Hooks hooks, const ServiceOptions& options) {
  const component::FuncRef handler = TAPPET_TRY(find_handler(*pre));
  return std::unique_ptr<ComponentService>(new ComponentService(
      std::move(engine), std::move(pre), handler, executor, std::move(hooks), options));
}

Result<> ComponentService::replace(std::shared_ptr<const component::InstancePre> pre) {
  handler_ = TAPPET_TRY(find_handler(*pre));
  pre_ = std::move(pre);
  return {};
}

ComponentService::ComponentService(Engine engine, std::shared_ptr<const component::InstancePre> pre,
                                   component::FuncRef handler, Executor& executor, Hooks hooks,
                                   const ServiceOptions& options)
    : engine_(std::move(engine)),
      pre_(std::move(pre)),
      handler_(handler),
      executor_(executor),
      hooks_(std::move(hooks)),
      options_(options) {
  options_.limits.core.memory_pool = &memories_;
}

ComponentService::~ComponentService() = default;

void ComponentService::handle(http::Request request, http::Responder responder) {
  const uint64_t now = executor_.loop().now();
  if (running_.size() >= options_.max_instances) {
    enqueue(std::move(request), std::move(responder), now);
    return;
  }
  begin(std::move(request), std::move(responder), now);
}

// Clients that come and go while all instances are busy must not pile up. Searching again only when
// the queue has doubled costs each request a constant.
void ComponentService::enqueue(http::Request request, http::Responder responder, uint64_t since) {
  if (queue_.size() >= sweep_at_) {
    std::erase_if(queue_, [](const Queued& waiting) { return waiting.responder.peer_gone(); });
    sweep_at_ = std::max(kLeastSwept, 2 * queue_.size());
  }
  queue_.push_back({since, std::move(request), std::move(responder)});
}

void ComponentService::begin(http::Request request, http::Responder responder, uint64_t since) {
  const uint64_t deadline = net::saturating_add(since, options_.request_timeout_ns);
  auto fuel_used = engine_.config().fuel ? std::make_shared<uint64_t>(0) : nullptr;
  responder.set_cost(fuel_used);
  running_.push_front(std::make_unique<Run>(*this, ++requests_, std::move(request),
                                            std::move(responder), deadline, std::move(fuel_used)));
  running_.front()->position = running_.begin();
  running_.front()->schedule();
}

// Those that waited too long have nobody left who would be served by an answer's beginning.
void ComponentService::end(std::list<std::unique_ptr<Run>>::iterator run) {
  running_.erase(run);
  while (running_.size() < options_.max_instances && !queue_.empty()) {
    Queued next = std::move(queue_.front());
    queue_.pop_front();
    if (next.responder.peer_gone()) continue;
    if (executor_.loop().now() - next.since > options_.request_timeout_ns) {
      next.responder.send(http::text_response(503, "Service Unavailable\n"));
      continue;
    }
    begin(std::move(next.request), std::move(next.responder), next.since);
  }
}

}  // namespace tappet::wasi
