#include "canonical-abi/runtime/canon_lift.h"

#include "canonical-abi/runtime/component_store.h"
#include "canonical-abi/runtime/waitable.h"

namespace tappet::component {
namespace {

enum CallbackCode : uint32_t { kExit = 0, kYield = 1, kWait = 2 };

}  // namespace

HostOutcome LiftedCall::start(HostCall& call, GuestTask& task, std::shared_ptr<SyncCaller> caller) {
  FlatValues flat;
  if (!task.register_thread(call, task.implicit_thread()) || !task.start(call, flat)) {
    return HostOutcome::kTrap;
  }
  return call.call(*task.func().core, flat.span(),
                   std::make_unique<LiftedCall>(task.shared_from_this(), std::move(caller)));
}

HostOutcome LiftedCall::resume(HostCall& call) {
  if (!task_->opts().is_async) return return_results(call);
  if (task_->opts().callback == nullptr) return exit(call);
  return follow(call, static_cast<uint32_t>(call.callee_result(0)));
}

HostOutcome LiftedCall::return_results(HostCall& call) {
  // A synchronously lifted function has one flat result at most.
  const FuncInst& func = task_->func();
  uint64_t flat[1] = {};
  const size_t count = func.core->shape.result_slots;
  if (count != 0) flat[0] = call.callee_result(0);
  const std::span<const uint64_t> results(flat, count);
  if (!task_->return_(call, results, func.signature->results)) return HostOutcome::kTrap;
  if (func.opts.post_return != nullptr) {
    bool& may_leave = func.inst->may_leave;
    assert(may_leave);
    may_leave = false;
    if (!call_nested(call, *func.opts.post_return, results, {})) return HostOutcome::kTrap;
    may_leave = true;
  }
  return exit(call);
}

// What an asynchronous function with a callback wants next. It waits without this fiber.
HostOutcome LiftedCall::follow(HostCall& call, uint32_t packed) {
  const uint32_t code = packed & 0xf;
  if (code == kExit) return exit(call);
  if (code > kWait) return call.trap("unsupported callback code");
  ComponentInstance& inst = task_->inst();
  GuestThread& thread = task_->implicit_thread();
  WaitableSet* wset = nullptr;
  if (code == kWait) {
    wset = static_cast<WaitableSet*>(
        get_object(call, inst, packed >> 4, HandleObject::Kind::kWaitableSet));
    if (wset == nullptr) return HostOutcome::kTrap;
  }
  if (task_->deliver_pending_cancel(true)) {
    return call_back(call, *task_, {EventCode::kTaskCancelled});
  }
  if (wset != nullptr) ++wset->num_waiting;
  inst.exclusive_thread = nullptr;
  Scheduler& scheduler = inst.store.scheduler();
  if (wset != nullptr) {
    scheduler.start_waiting(thread, WaitFor::kSetExclusive, wset, true);
  } else {
    scheduler.start_waiting(thread, WaitFor::kExclusive, nullptr, true);
  }
  scheduler.wake_instance(inst);
  return HostOutcome::kReturn;
}

HostOutcome LiftedCall::call_back(HostCall& call, GuestTask& task) {
  GuestThread& thread = task.implicit_thread();
  auto* const wset = static_cast<WaitableSet*>(std::exchange(thread.on, nullptr));
  EventTuple event;
  if (std::exchange(thread.cancelled, false)) {
    event.code = EventCode::kTaskCancelled;
  } else if (wset != nullptr) {
    event = wset->get_pending_event();
  }
  if (wset != nullptr) --wset->num_waiting;
  assert(task.inst().exclusive_thread == nullptr);
  task.inst().exclusive_thread = &thread;
  return call_back(call, task, event);
}

HostOutcome LiftedCall::call_back(HostCall& call, GuestTask& task, const EventTuple& event) {
  const uint64_t args[] = {static_cast<uint64_t>(event.code), event.p1, event.p2};
  return call.call(*task.opts().callback, args,
                   std::make_unique<LiftedCall>(task.shared_from_this(), nullptr));
}

// Task.exit_implicit_thread.
HostOutcome LiftedCall::exit(HostCall& call) {
  GuestThread& thread = task_->implicit_thread();
  ComponentInstance& inst = task_->inst();
  if (!task_->unregister_thread(call, thread)) return HostOutcome::kTrap;
  Scheduler& scheduler = inst.store.scheduler();
  if (task_->needs_exclusive()) {
    inst.exclusive_thread = nullptr;
    scheduler.wake_instance(inst);
  }
  if (caller_ == nullptr) return HostOutcome::kReturn;
  scheduler.end_sync_call(*task_);
  thread.ended();
  return caller_->on_exit(call);
}

HostOutcome call_sync(HostCall& call, const FuncInst& func, std::shared_ptr<SyncCaller> caller,
                      const std::shared_ptr<Origin>& origin) {
  const std::shared_ptr<GuestTask> task = GuestTask::create(func, caller, origin);
  func.inst->store.scheduler().begin_sync_call(*task);
  return LiftedCall::start(call, *task, std::move(caller));
}

}  // namespace tappet::component
