#include "canonical-abi/runtime/task.h"

#include <algorithm>

#include <fmt/format.h>

#include "canonical-abi/runtime/canon_lift.h"
#include "canonical-abi/types/print.h"

namespace tappet::component {
namespace {

Result<> check_args(const FuncType& type, std::span<const ComponentValue> args) {
  if (args.size() != type.params.size()) {
    return fail(ErrorKind::kUsage,
                fmt::format("{} arguments given, {} expected", args.size(), type.params.size()));
  }
  for (size_t i = 0; i < args.size(); ++i) {
    if (Result<> fits = check_value(args[i], *type.params[i].type); !fits.ok()) {
      return fail(ErrorKind::kUsage, fmt::format("argument {}: {}", quote(type.params[i].label),
                                                 fits.error().message));
    }
  }
  return {};
}

}  // namespace

// The embedder as the caller of a guest's function.
class TaskCall final : public LiftedCall {
 public:
  explicit TaskCall(Task& task)
      : LiftedCall(task.func_, task.func_.inst->depth + 1, Peer::kHost, StringEncoding::kUtf8),
        task_(task) {}

 private:
  bool on_start(HostCall&, std::span<ComponentValue> args) override {
    std::move(task_.args_.begin(), task_.args_.end(), args.begin());
    return true;
  }
  bool on_resolve(HostCall&, std::span<ComponentValue> results) override {
    if (!results.empty()) task_.result_ = std::move(results[0]);
    return true;
  }
  HostOutcome on_exit(HostCall&) override { return HostOutcome::kReturn; }

  Task& task_;
};

Task::Task(ComponentStore& store, const FuncInst& func, std::vector<ComponentValue> args,
           std::function<void()> on_wake)
    : func_(func), args_(std::move(args)), activity_(store, std::move(on_wake)) {
  static const tappet::FuncType kNothing;
  entry_host_.invoke = [this](HostCall& call) { return enter(call); };
  entry_.host = &entry_host_;
  entry_.shape = {&kNothing, 0, 0};
}

Task::~Task() = default;

Outcome Task::run() {
  if (ended_) return *ended_;
  Outcome outcome = Outcome::kTrapped;
  if (begun_) {
    outcome = activity_.run();
  } else {
    begun_ = true;
    outcome = begin();
  }
  if (outcome == Outcome::kReturned || outcome == Outcome::kTrapped) ended_ = outcome;
  return outcome;
}

Outcome Task::begin() {
  if (Result<> fit = check_args(*func_.type, args_); !fit.ok()) {
    return activity_.refuse(std::move(fit.error().message));
  }
  const bool may_enter = func_.is_host() || func_.inst->may_enter_from(func_.inst->depth + 1);
  if (!may_enter || activity_.store().poisoned()) {
    return activity_.refuse("cannot enter component instance");
  }
  activity_.start(entry_, {});
  return activity_.run();
}

HostOutcome Task::enter(HostCall& call) {
  if (!func_.is_host()) return LiftedCall::start(std::make_unique<TaskCall>(*this), call);
  // A component may export what it imports: then there is nothing to lift or lower.
  return call_host(call, (*func_.host)(activity_.store().environment(), args_));
}

HostOutcome Task::call_host(HostCall& call, HostReturn returned) {
  class Wait final : public HostContinuation {
   public:
    Wait(Task& task, std::unique_ptr<HostReturn::Pending> pending)
        : task_(task), pending_(std::move(pending)) {}
    HostOutcome resume(HostCall& call) override {
      return task_.call_host(call, HostReturn::pending(std::move(pending_)));
    }

   private:
    Task& task_;
    std::unique_ptr<HostReturn::Pending> pending_;
  };
  if (returned.kind() == HostReturn::Kind::kPending) {
    std::unique_ptr<HostReturn::Pending> pending = std::move(returned.pending());
    Poll<HostReturn> polled = pending->poll(activity_.store().environment(), activity_.waker());
    if (!polled) return call.suspend(std::make_unique<Wait>(*this, std::move(pending)));
    returned = std::move(*polled);
  }
  if (returned.kind() == HostReturn::Kind::kTrap) return call.trap(std::move(returned.message()));
  if (returned.kind() == HostReturn::Kind::kExit) return call.exit(returned.exit_code());
  if (Result<> fits = check_result(returned, func_.type->result); !fits.ok()) {
    return call.trap(std::move(fits.error().message));
  }
  result_ = std::move(returned.value());
  return HostOutcome::kReturn;
}

}  // namespace tappet::component
