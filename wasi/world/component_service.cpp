#include "wasi/world/component_service.h"

#include <algorithm>

#include "wasi/world/service_instance.h"

namespace tappet::wasi {
namespace {

// The least length of the queue at which a search for those who have left is worthwhile.
constexpr size_t kLeastSwept = 64;

constexpr std::string_view kHandler = "wasi:http/incoming-handler@0.2.0";

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
  drop_idle(net::kNever);
  return {};
}

void ComponentService::retire() {
  options_.requests_per_instance = 1;
  drop_idle(net::kNever);
}

ComponentService::ComponentService(Engine engine, std::shared_ptr<const component::InstancePre> pre,
                                   component::FuncRef handler, Executor& executor, Hooks hooks,
                                   const ServiceOptions& options)
    : engine_(std::move(engine)),
      pre_(std::move(pre)),
      handler_(handler),
      executor_(executor),
      hooks_(std::move(hooks)),
      options_(options),
      idle_timeout_(executor.loop(),
                    [this] { drop_idle(executor_.loop().now() - options_.idle_timeout_ns); }) {
  options_.limits.core.memory_pool = &memories_;
}

ComponentService::~ComponentService() = default;

void ComponentService::handle(http::Request&& request, http::Responder responder) {
  const uint64_t now = executor_.loop().now();
  if (running_.size() >= options_.max_instances) {
    enqueue(std::move(request), std::move(responder), now);
    return;
  }
  begin(std::move(request), std::move(responder), now);
}

// Clients that come and go while all instances are busy must not pile up. Searching again only when
// the queue has doubled costs each request a constant.
void ComponentService::enqueue(http::Request&& request, http::Responder responder, uint64_t since) {
  if (queue_.size() >= sweep_at_) {
    std::erase_if(queue_, [](const Queued& waiting) { return waiting.responder.peer_gone(); });
    sweep_at_ = std::max(kLeastSwept, 2 * queue_.size());
  }
  queue_.push_back({since, std::move(request), std::move(responder)});
}

void ComponentService::begin(http::Request&& request, http::Responder responder, uint64_t since) {
  const uint64_t deadline = net::saturating_add(since, options_.request_timeout_ns);
  auto fuel_used = engine_.config().fuel ? std::make_shared<uint64_t>(0) : nullptr;
  responder.set_cost(fuel_used);
  if (idle_.empty()) {
    running_.emplace_front(*this, ++counts_.made);
  } else {
    running_.splice(running_.begin(), idle_, std::prev(idle_.end()));
    ++counts_.reused;
  }
  count();
  Instance& instance = running_.front();
  instance.position = running_.begin();
  instance.begin(
      {++requests_, deadline, std::move(fuel_used), std::move(request), std::move(responder)});
}

void ComponentService::end(std::list<Instance>::iterator instance) {
  if (instance->reusable()) {
    keep(instance);
  } else {
    running_.erase(instance);
  }
  begin_waiting();
}

// Nobody is made while somebody is idle: so all of them together are never more than may run.
void ComponentService::keep(std::list<Instance>::iterator instance) {
  const uint64_t now = executor_.loop().now();
  instance->rest(now);
  idle_.splice(idle_.end(), running_, instance);
  if (!idle_timeout_.pending()) {
    idle_timeout_.set(net::saturating_add(now, options_.idle_timeout_ns));
  }
  count();
}

// Those that have been idle since then, or longer.
void ComponentService::drop_idle(uint64_t since) {
  while (!idle_.empty() && idle_.front().rests_since() <= since) idle_.pop_front();
  if (idle_.empty()) {
    idle_timeout_.clear();
  } else {
    idle_timeout_.set(net::saturating_add(idle_.front().rests_since(), options_.idle_timeout_ns));
  }
  count();
}

void ComponentService::count() {
  counts_.idle = idle_.size();
  if (hooks_.counted) hooks_.counted(counts_);
}

// Those that waited too long have nobody left who would be served by an answer's beginning.
void ComponentService::begin_waiting() {
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
