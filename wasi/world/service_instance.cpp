#include "wasi/world/service_instance.h"

#include <fmt/format.h>

#include "wasi/http/p2/http.h"

namespace tappet::wasi {

using Next = Scheduled::Next;
using Outcome = tappet::Outcome;

namespace {

std::string describe(const http::Request& request) {
  std::string text(request.method.text());
  text += ' ';
  if (request.path_with_query) text += *request.path_with_query;
  return text;
}

}  // namespace

ComponentService::Run::Run(Instance& instance, Accepted&& accepted)
    : instance_(instance),
      number_(accepted.number),
      name_(describe(accepted.request)),
      fuel_used_(std::move(accepted.fuel_used)),
      request_(std::move(accepted.request)),
      slot_(std::make_shared<ResponseSlot>(std::move(accepted.responder), request_.method.kind())),
      deadline_(instance.service_.executor_.loop(), [this] { expire(); }),
      gone_([this] { instance_.schedule(); }) {
  slot_->await_gone(gone_);
  deadline_.set(accepted.deadline);
}

void ComponentService::Run::expire() {
  expired_ = true;
  instance_.schedule();
}

Next ComponentService::Run::advance() {
  if (slot_->peer_gone()) return Next::kDone;
  if (expired_) return fail("guest timed out", nullptr);
  Next next = Next::kAgain;
  if (!task_) next = begin();
  if (task_) next = call();
  if (fuel_used_) {
    *fuel_used_ = instance_.service_.options_.limits.core.fuel - instance_.store_.core().fuel();
  }
  return next;
}

// Has the task, unless that must wait or fails.
Next ComponentService::Run::begin() {
  component::Instantiation& instantiation = instance_.instantiation_;
  switch (instantiation.run()) {
    case Outcome::kReturned:
      break;
    case Outcome::kTrapped:
      return fail(instantiation.failure());
    case Outcome::kSuspended:
      return Next::kWait;
    case Outcome::kInterrupted:
      return Next::kAgain;
  }
  component::ComponentStore& store = instance_.store_;
  auto arguments = p2::handle_arguments(store.environment(), std::move(request_), slot_);
  if (!arguments.ok()) return fail(arguments.error().message, nullptr);
  task_.emplace(store, instantiation.instance().function(instance_.handler_), std::move(*arguments),
                [this] { instance_.schedule(); });
  return Next::kAgain;
}

Next ComponentService::Run::call() {
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
  returned_ = true;
  return Next::kDone;
}

Next ComponentService::Run::fail(const InstantiateError& failure) {
  const Trap* const trap = std::get_if<Trap>(&failure);
  return trap ? fail(*trap) : fail(std::get<Error>(failure).to_string(), nullptr);
}

// A guest that ends its program after it has answered has done its work.
Next ComponentService::Run::fail(const Trap& trap) {
  if (trap.kind == TrapKind::kExit && slot_->answered()) return Next::kDone;
  if (trap.kind == TrapKind::kExit) {
    return fail(fmt::format("the guest exited with {} before it answered", trap.exit_code),
                nullptr);
  }
  return fail(trap.message, &trap);
}

Next ComponentService::Run::fail(std::string reason, const Trap* trap) {
  const Hooks& hooks = instance_.service_.hooks_;
  if (hooks.failed) hooks.failed({number_, name_, std::move(reason), trap});
  return Next::kDone;
}

ComponentService::Instance::Instance(ComponentService& service, uint64_t number)
    : Scheduled(service.executor_),
      service_(service),
      world_(service.hooks_.world(number)),
      pre_(service.pre_),
      handler_(service.handler_),
      store_(service.engine_, service.options_.limits),
      instantiation_(pre_, store_, [this] { schedule(); }) {
  world_.install(store_.environment(), *pre_);
}

void ComponentService::Instance::begin(Accepted&& accepted) {
  if (begun_++ != 0) store_.core().set_fuel(service_.options_.limits.core.fuel);
  run_.emplace(*this, std::move(accepted));
  schedule();
}

// What has woken it may have come too late for its request.
Next ComponentService::Instance::run() { return run_ ? run_->advance() : Next::kWait; }

// One whose guest leaks is replaced before it fails for want of room.
bool ComponentService::Instance::reusable() {
  const component::ComponentLimits& limits = service_.options_.limits;
  return begun_ < service_.options_.requests_per_instance && pre_ == service_.pre_ &&
         run_->complete() && !store_.poisoned() && !store_.core().killed() && store_.quiet() &&
         store_.environment().resources().size() <= limits.resources / 2;
}

void ComponentService::Instance::rest(uint64_t now) {
  run_.reset();
  p2::end_exchanges(store_.environment());
  rests_since_ = now;
}

}  // namespace tappet::wasi
