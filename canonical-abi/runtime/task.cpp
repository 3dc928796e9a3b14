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

// The embedder as the caller of a guest's function. Nobody, once the Task is gone.
class Task::Caller final : public TaskCaller {
 public:
  explicit Caller(Task& task)
      : TaskCaller(Peer::kHost, StringEncoding::kUtf8),
        task_(task),
        origin_(task.activity_.origin()) {}

 private:
  bool on_start(HostCall& call, std::span<ComponentValue> args) override {
    if (origin_->activity == nullptr) return call.trap("the embedder's call is gone"), false;
    std::move(task_.args_.begin(), task_.args_.end(), args.begin());
    return true;
  }
  bool on_resolve(HostCall&, std::span<ComponentValue> results) override {
    if (origin_->activity == nullptr) return true;
    if (!results.empty()) task_.result_ = std::move(results[0]);
    origin_->activity->resolve();
    return true;
  }
  void on_cancelled() override {}

  Task& task_;
  std::shared_ptr<Origin> origin_;
};

// For a component that exports what it imports: there is nothing to lift or lower.
class Task::HostThread final : public GuestThread {
 public:
  explicit HostThread(Task& task) : GuestThread(nullptr, nullptr), task_(task) {}
  HostOutcome begin(HostCall& call) override {
    HostEnvironment& environment = task_.activity_.store().environment();
    return task_.call_host(call, (*task_.func_.host)(environment, task_.args_));
  }

 private:
  Task& task_;
};

Task::Task(ComponentStore& store, const FuncInst& func, std::vector<ComponentValue> args,
           std::function<void()> on_wake)
    : func_(func), args_(std::move(args)), activity_(store, std::move(on_wake)) {}

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
  if (activity_.store().poisoned()) return activity_.refuse("cannot enter component instance");
  if (func_.is_host()) {
    host_thread_ = std::make_unique<HostThread>(*this);
    activity_.start(*host_thread_);
    return activity_.run();
  }
  const uint32_t levels = func_.inst->depth + 1;
  if (!func_.inst->may_enter_from(levels)) {
    return activity_.refuse("cannot enter component instance");
  }
  func_.inst->enter_from(levels);
  activity_.start(GuestTask::create(func_, std::make_shared<Caller>(*this), activity_.origin()),
                  levels);
  return activity_.run();
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
    ComponentStore& store = activity_.store();
    Poll<HostReturn> polled = pending->poll(store.environment(), store.waker());
    if (!polled) {
      return store.scheduler().wait_for_host(call,
                                             std::make_unique<Wait>(*this, std::move(pending)));
    }
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
