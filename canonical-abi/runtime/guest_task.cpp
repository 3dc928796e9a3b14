#include "canonical-abi/runtime/guest_task.h"

#include "canonical-abi/runtime/canon_lift.h"
#include "canonical-abi/runtime/component_store.h"
#include "canonical-abi/runtime/take_out.h"

namespace tappet::component {

// A thread that guest code has made.
class GuestTask::SpawnedThread final : public GuestThread {
 public:
  SpawnedThread(GuestTask& task, Function& function, uint64_t arg, size_t place)
      : GuestThread(&task.inst(), &task), place(place), function_(function), arg_(arg) {}

  HostOutcome begin(HostCall& call) override {
    class Ended final : public HostContinuation {
     public:
      explicit Ended(SpawnedThread& thread) : thread_(thread) {}
      HostOutcome resume(HostCall& call) override {
        if (!thread_.task->unregister_thread(call, thread_)) return HostOutcome::kTrap;
        return HostOutcome::kReturn;
      }
      bool lets_exceptions_pass() const override { return false; }

     private:
      SpawnedThread& thread_;
    };
    return call.call(function_, std::span(&arg_, function_.shape.param_slots),
                     std::make_unique<Ended>(*this));
  }

  void ended() override {
    const std::shared_ptr<GuestTask> keep = task->shared_from_this();
    take_out(keep->spawned_, &SpawnedThread::place, *this);
    keep->let_go();
  }

  size_t place;  // in GuestTask::spawned_

 private:
  Function& function_;
  uint64_t arg_;
};

GuestTask::GuestTask(const FuncInst& func, std::shared_ptr<TaskCaller> caller,
                     std::shared_ptr<Origin> origin)
    : func_(func), caller_(std::move(caller)), origin_(std::move(origin)), implicit_thread_(*this) {
  scheduler().add_task(*this);
}

GuestTask::~GuestTask() { scheduler().remove_task(*this); }

std::shared_ptr<GuestTask> GuestTask::create(const FuncInst& func,
                                             std::shared_ptr<TaskCaller> caller,
                                             std::shared_ptr<Origin> origin) {
  auto task = std::make_shared<GuestTask>(func, std::move(caller), std::move(origin));
  task->self_ = task;
  return task;
}

GuestTask& GuestTask::begin_scalar(const FuncInst& func, std::shared_ptr<Origin> origin) {
  GuestTask& task = *create(func, nullptr, std::move(origin));
  task.implicit_thread_.index = *task.inst().threads.add(&task.implicit_thread_);
  task.num_threads_ = 1;
  task.state_ = State::kStarted;
  return task;
}

void GuestTask::end_scalar() {
  assert(!resolved());
  resolve();
  inst().threads.remove(std::exchange(implicit_thread_.index, 0));
  --num_threads_;
  let_go();
}

Scheduler& GuestTask::scheduler() const { return inst().store.scheduler(); }

void GuestTask::abandon() {
  const std::shared_ptr<GuestTask> last = std::move(self_);
  if (const std::shared_ptr<TaskCaller> caller = std::move(caller_)) caller->on_abandoned();
}

// Destroys it, unless somebody is about to look at it.
void GuestTask::let_go() {
  if (num_threads_ == 0) const std::shared_ptr<GuestTask> last = std::move(self_);
}

// --- Threads

bool GuestTask::has_backpressure() const {
  return inst().backpressure > 0 || (needs_exclusive() && inst().exclusive_thread != nullptr);
}

GuestThread* GuestTask::in_the_way() const {
  GuestThread* const holder = inst().exclusive_thread;
  const bool alone = inst().backpressure == 0 && inst().num_waiting_to_enter == 0;
  const bool is_it = alone && needs_exclusive() && holder != nullptr && holder->ready();
  return is_it ? holder : nullptr;
}

bool GuestTask::register_thread(HostCall& call, GuestThread& thread) {
  const std::optional<uint32_t> index = inst().threads.add(&thread);
  if (!index) {
    call.trap(TrapKind::kResource, "the component's thread table is full");
    return false;
  }
  thread.index = *index;
  ++num_threads_;
  return true;
}

bool GuestTask::unregister_thread(HostCall& call, GuestThread& thread) {
  inst().threads.remove(std::exchange(thread.index, 0));
  if (--num_threads_ > 0 || resolved()) return true;
  call.trap("async-lifted export failed to produce a result");
  return false;
}

GuestThread* GuestTask::new_thread(HostCall& call, Function& function, uint64_t arg) {
  spawned_.push_back(std::make_unique<SpawnedThread>(*this, function, arg, spawned_.size()));
  if (register_thread(call, *spawned_.back())) return spawned_.back().get();
  spawned_.pop_back();
  return nullptr;
}

HostOutcome GuestTask::ImplicitThread::begin(HostCall& call) {
  if (task->state() == State::kInitial) return enter(call);
  return LiftedCall::call_back(call, *task);
}

// Task.enter_implicit_thread.
HostOutcome GuestTask::ImplicitThread::enter(HostCall& call) {
  GuestTask& t = *task;
  if (t.is_async()) {
    if (std::exchange(t.waits_to_enter_, false)) {
      --inst->num_waiting_to_enter;
    } else if (t.has_backpressure() || inst->num_waiting_to_enter > 0) {
      t.waits_to_enter_ = true;
      ++inst->num_waiting_to_enter;
      t.scheduler().start_waiting(*this, WaitFor::kEntry, nullptr, true);
      return HostOutcome::kReturn;
    }
    if (t.needs_exclusive()) inst->exclusive_thread = this;
    t.scheduler().wake_instance(*inst);
  }
  return LiftedCall::start(call, t, nullptr);
}

void GuestTask::ImplicitThread::ended() { task->let_go(); }

// --- States

bool GuestTask::start(HostCall& call, FlatValues& flat) {
  const ValueTypes& params = func_.signature->params;
  ValueBuffer args(params.types.size());
  if (!caller_->on_start(call, args.span())) return false;
  state_ = State::kStarted;
  InstanceHandles handles(call, inst(), nullptr, this);
  LiftLowerContext cx(call, opts(), handles, caller_->peer, caller_->encoding);
  return lower_flat_values(cx, args.span(), params, nullptr, flat);
}

bool GuestTask::return_(HostCall& call, std::span<const uint64_t> flat, const ValueTypes& types) {
  if (resolved()) {
    call.trap("`task.return` or `task.cancel` called more than once");
    return false;
  }
  InstanceHandles handles(call, inst(), nullptr, nullptr);
  LiftLowerContext cx(call, opts(), handles, caller_->peer);
  // Where an instance calls itself, its realloc could move what is being copied.
  if (caller_->peer == Peer::kGuest && caller_->lowering != &inst()) cx.lift_in_place();
  ComponentValue result;
  const std::span<ComponentValue> results(&result, types.types.size());
  CoreValueIter vi(flat);
  if (!lift_flat_values(cx, vi, types, results)) return false;
  if (num_borrows != 0) return cx.trap("borrow handles still remain at the end of the call");
  if (!caller_->on_resolve(call, results)) return false;
  resolve();
  return true;
}

bool GuestTask::cancel(HostCall& call) {
  const char* why = nullptr;
  if (resolved()) {
    why = "`task.return` or `task.cancel` called more than once";
  } else if (state_ != State::kCancelDelivered) {
    why = "`task.cancel` called by task which has not been cancelled";
  } else if (num_borrows != 0) {
    why = "borrow handles still remain at the end of the call";
  }
  if (why != nullptr) return call.trap(why), false;
  caller_->on_cancelled();
  resolve();
  return true;
}

void GuestTask::resolve() {
  state_ = State::kResolved;
  caller_.reset();
}

GuestThread* GuestTask::request_cancellation(uint32_t levels) {
  if (state_ == State::kInitial) {
    // Nothing of it has run: it just does not begin.
    implicit_thread_.unlink();
    implicit_thread_.waits_for = WaitFor::kNothing;
    --inst().num_waiting_to_enter;
    caller_->on_cancelled();
    resolve();
    scheduler().wake_instance(inst());
    let_go();
    return nullptr;
  }
  assert(state_ == State::kStarted);
  GuestThread* const thread = inst().may_enter_from(levels) ? cancellable_thread() : nullptr;
  state_ = thread != nullptr ? State::kCancelDelivered : State::kPendingCancel;
  return thread;
}

GuestThread* GuestTask::cancellable_thread() {
  const auto can_be = [](const GuestThread& t) {
    return t.index != 0 && !t.running && t.cancellable;
  };
  const GuestThread* const exclusive = inst().exclusive_thread;
  const bool excluded = needs_exclusive() && exclusive != nullptr && exclusive != &implicit_thread_;
  if (can_be(implicit_thread_) && !excluded) return &implicit_thread_;
  for (const auto& thread : spawned_) {
    if (can_be(*thread)) return thread.get();
  }
  return nullptr;
}

bool GuestTask::deliver_pending_cancel(bool cancellable) {
  if (!cancellable || state_ != State::kPendingCancel) return false;
  state_ = State::kCancelDelivered;
  return true;
}

}  // namespace tappet::component
