#include "canonical-abi/runtime/subtask.h"

#include "canonical-abi/runtime/component_store.h"

namespace tappet::component {

std::span<const uint64_t> Caller::flat_args(HostCall& call) {
  const std::span<const uint64_t> flat = call.args(lowered_.function.shape.param_slots);
  if (lowered_.signature->results.in_memory) out_ = flat.back();
  return flat;
}

bool Caller::lift_args(HostCall& call, std::span<const uint64_t> flat,
                       std::span<ComponentValue> args) {
  InstanceHandles handles(call, inst(), &lenders_, nullptr);
  LiftLowerContext cx(call, lowered_.opts, handles, peer());
  if (peer() == Peer::kGuest && lowered_.callee->inst != lowered_.inst) cx.lift_in_place();
  CoreValueIter vi(flat);
  return lift_flat_values(cx, vi, lowered_.signature->params, args);
}

bool Caller::lower_results(HostCall& call, std::span<const ComponentValue> results) {
  const ValueTypes& types = lowered_.signature->results;
  InstanceHandles handles(call, inst(), nullptr, nullptr);
  LiftLowerContext cx(call, lowered_.opts, handles, peer(), callee_encoding_);
  CoreValueIter out_param({&out_, 1});
  FlatValues flat;
  if (!lower_flat_values(cx, results, types, &out_param, flat)) return false;
  has_flat_result_ = flat.size() != 0;
  if (has_flat_result_) flat_result_ = flat.span()[0];
  return true;
}

// The host may have called into this store meanwhile, and that may have trapped.
bool Caller::host_returned(HostCall& call) {
  if (!inst().store.poisoned()) [[likely]]
    return true;
  return call.trap("cannot enter component instance"), false;
}

bool Caller::take_host_result(HostCall& call, HostReturn& returned) {
  if (!host_returned(call)) return false;
  if (returned.kind() == HostReturn::Kind::kTrap) {
    return call.trap(std::move(returned.message())), false;
  }
  if (returned.kind() == HostReturn::Kind::kExit) return call.exit(returned.exit_code()), false;
  const ValType* const type = lowered_.callee->type->result;
  Result<> fits = check_result(returned, type);
  if (!fits.ok()) return call.trap(std::move(fits.error().message)), false;
  return true;
}

HostOutcome Caller::finish(HostCall& call) {
  deliver_resolve();
  if (has_flat_result_) call.set_result(0, flat_result_);
  return HostOutcome::kReturn;
}

Subtask::Subtask(const CanonFunction& lowered, HostCall& call)
    : Waitable(Kind::kSubtask, lowered.inst->store.scheduler()),
      SyncCaller(lowered.callee->is_host() ? Peer::kHost : Peer::kGuest,
                 lowered.opts.string_encoding, lowered.inst),
      caller_(lowered, lowered.callee->opts.string_encoding) {
  const std::span<const uint64_t> flat = caller_.flat_args(call);
  flat_args_.assign(flat.begin(), flat.end());
}

Subtask::~Subtask() = default;

void Subtask::on_progress() {
  if (index_ != 0) set_pending_event();
}

void Subtask::resolve(State state) {
  state_ = state;
  callee.reset();
  signal_sync_waiter();
}

bool Subtask::on_start(HostCall& call, std::span<ComponentValue> args) {
  on_progress();
  state_ = State::kStarted;
  const std::vector<uint64_t> flat = std::move(flat_args_);
  return caller_.lift_args(call, flat, args);
}

bool Subtask::on_resolve(HostCall& call, std::span<ComponentValue> results) {
  on_progress();
  if (!caller_.lower_results(call, results)) return false;
  resolve(State::kReturned);
  return true;
}

void Subtask::on_cancelled() {
  on_progress();
  resolve(state_ == State::kStarting ? State::kCancelledBeforeStarted
                                     : State::kCancelledBeforeReturned);
}

EventTuple Subtask::event() {
  if (resolved()) deliver_resolve();
  return {EventCode::kSubtask, index_, static_cast<uint32_t>(state_)};
}

void Subtask::deliver_resolve() {
  delivered_ = true;
  caller_.deliver_resolve();
}

HostOutcome Subtask::finish(HostCall& call) {
  delivered_ = true;
  return caller_.finish(call);
}

HostOutcome Subtask::on_exit(HostCall& call) {
  caller_.lowered().callee->inst->leave_to(caller_.lowered().levels);
  return finish(call);
}

HostCallThread::HostCallThread(Subtask& subtask, std::unique_ptr<HostReturn::Pending> pending,
                               std::shared_ptr<Origin> origin)
    : GuestThread(&subtask.inst(), nullptr),
      subtask_(subtask),
      origin_(std::move(origin)),
      pending_(std::move(pending)),
      waker_([this] {
        Scheduler& scheduler = inst->store.scheduler();
        woken_ = true;
        scheduler.signal(*this);
        scheduler.notify(origin_);
      }) {}

HostCallThread::~HostCallThread() {
  if (counted_) inst->store.scheduler().end_host_wait();
}

HostOutcome HostCallThread::begin(HostCall& call) {
  ComponentStore& store = inst->store;
  woken_ = false;
  if (std::exchange(counted_, false)) store.scheduler().end_host_wait();
  Poll<HostReturn> polled = pending_->poll(store.environment(), waker_);
  if (!polled) {
    store.scheduler().start_host_wait(*this);
    counted_ = true;
    if (woken_) store.scheduler().signal(*this);
    return HostOutcome::kReturn;
  }
  pending_.reset();
  if (polled->kind() == HostReturn::Kind::kCancelled && subtask_.cancellation_requested) {
    subtask_.on_cancelled();
    return HostOutcome::kReturn;
  }
  if (!subtask_.caller().take_host_result(call, *polled)) return HostOutcome::kTrap;
  const std::span<ComponentValue> results(&polled->value(), polled->has_value() ? 1 : 0);
  return subtask_.on_resolve(call, results) ? HostOutcome::kReturn : HostOutcome::kTrap;
}

HostOutcome HostCallThread::cancel(HostCall& call) {
  assert(!running);
  if (pending_->cancel(inst->store.environment())) {
    pending_.reset();
    subtask_.on_cancelled();
    return HostOutcome::kReturn;
  }
  unlink();
  waits_for = WaitFor::kNothing;
  return begin(call);
}

void HostCallThread::ended() { subtask_.host.reset(); }

}  // namespace tappet::component
