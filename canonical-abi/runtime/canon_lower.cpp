#include "canonical-abi/runtime/canon_lower.h"

#include "canonical-abi/runtime/canon_lift.h"
#include "canonical-abi/runtime/component_store.h"

namespace tappet::component {
namespace {

// The caller's side of a lowered call: lifts its arguments, lowers the results into it.
class Caller {
 public:
  Caller(const CanonFunction& lowered, StringEncoding callee_encoding)
      : lowered_(lowered), callee_encoding_(callee_encoding) {}

  ComponentInstance& inst() const { return *lowered_.inst; }
  const CanonFunction& lowered() const { return lowered_; }
  Peer peer() const { return lowered_.callee->is_host() ? Peer::kHost : Peer::kGuest; }

  bool lift_args(HostCall& call, std::span<ComponentValue> args) {
    std::array<uint64_t, limits::kFlatParams + 1> flat;
    const uint32_t count = lowered_.function.shape.param_slots;
    for (uint32_t i = 0; i < count; ++i) flat[i] = call.arg(i);
    InstanceHandles handles(call, inst(), &subtask_, nullptr);
    LiftLowerContext cx(call, lowered_.opts, handles, peer());
    CoreValueIter vi({flat.data(), count});
    subtask_.start();
    return lift_flat_values(cx, vi, lowered_.signature->params, args);
  }

  // Results in memory go where the last argument says.
  bool lower_results(HostCall& call, std::span<const ComponentValue> results) {
    const ValueTypes& types = lowered_.signature->results;
    const uint64_t out = types.in_memory ? call.arg(lowered_.function.shape.param_slots - 1) : 0;
    InstanceHandles handles(call, inst(), nullptr, nullptr);
    LiftLowerContext cx(call, lowered_.opts, handles, peer(), callee_encoding_);
    CoreValueIter out_param({&out, 1});
    if (!lower_flat_values(cx, results, types, &out_param, flat_results_)) return false;
    subtask_.resolve();
    return true;
  }

  HostOutcome finish(HostCall& call) {
    subtask_.deliver_resolve(inst().handles);
    for (uint32_t i = 0; i < flat_results_.size(); ++i) {
      call.set_result(i, flat_results_.span()[i]);
    }
    return HostOutcome::kReturn;
  }

 private:
  const CanonFunction& lowered_;
  StringEncoding callee_encoding_;
  Subtask subtask_;
  FlatValues flat_results_;
};

// From one component into another.
class GuestCall final : public LiftedCall {
 public:
  explicit GuestCall(const CanonFunction& lowered)
      : LiftedCall(*lowered.callee, lowered.levels, Peer::kGuest, lowered.opts.string_encoding),
        caller_(lowered, lowered.callee->opts.string_encoding) {}

 private:
  bool on_start(HostCall& call, std::span<ComponentValue> args) override {
    return caller_.lift_args(call, args);
  }
  bool on_resolve(HostCall& call, std::span<ComponentValue> results) override {
    return caller_.lower_results(call, results);
  }
  HostOutcome on_exit(HostCall& call) override { return caller_.finish(call); }

  Caller caller_;
};

HostOutcome settle(HostCall& call, Caller& caller, HostReturn returned);

// A call of the host's that waits: polled whenever the thread is run.
class HostWait final : public HostContinuation {
 public:
  HostWait(Caller caller, std::unique_ptr<HostReturn::Pending> pending)
      : caller_(std::move(caller)), pending_(std::move(pending)) {}

  // Suspends `call` with a wait for `pending`, or settles it if that is not necessary.
  static HostOutcome wait(HostCall& call, Caller& caller,
                          std::unique_ptr<HostReturn::Pending> pending) {
    ComponentStore& store = caller.inst().store;
    Poll<HostReturn> polled = pending->poll(store.environment(), store.waker());
    if (polled) {
      pending.reset();
      return settle(call, caller, std::move(*polled));
    }
    return call.suspend(std::make_unique<HostWait>(std::move(caller), std::move(pending)));
  }
  HostOutcome resume(HostCall& call) override { return wait(call, caller_, std::move(pending_)); }

 private:
  Caller caller_;
  std::unique_ptr<HostReturn::Pending> pending_;
};

HostOutcome settle(HostCall& call, Caller& caller, HostReturn returned) {
  // The host may have called into this store meanwhile, and that may have trapped.
  if (caller.inst().store.poisoned()) return call.trap("cannot enter component instance");
  switch (returned.kind()) {
    case HostReturn::Kind::kTrap:
      return call.trap(std::move(returned.message()));
    case HostReturn::Kind::kExit:
      return call.exit(returned.exit_code());
    case HostReturn::Kind::kPending:
      return HostWait::wait(call, caller, std::move(returned.pending()));
    case HostReturn::Kind::kValue:
      break;
  }
  const ValType* const type = caller.lowered().callee->type->result;
  if (Result<> fits = check_result(returned, type); !fits.ok()) {
    return call.trap(std::move(fits.error().message));
  }
  const std::span<const ComponentValue> results(&returned.value(), type != nullptr ? 1 : 0);
  if (!caller.lower_results(call, results)) return HostOutcome::kTrap;
  return caller.finish(call);
}

HostOutcome call_host(const CanonFunction& self, HostCall& call) {
  Caller caller(self, StringEncoding::kUtf8);
  ValueBuffer args(self.signature->params.types.size());
  if (!caller.lift_args(call, args.span())) return HostOutcome::kTrap;
  HostEnvironment& environment = self.inst->store.environment();
  return settle(call, caller, (*self.callee->host)(environment, args.span()));
}

}  // namespace

HostOutcome canon_lower(CanonFunction& self, HostCall& call) {
  if (!self.inst->may_leave) return call.trap("cannot leave component instance");
  if (self.callee->is_host()) return call_host(self, call);
  if (!self.may_call) return call.trap("cannot enter component instance");
  return LiftedCall::start(std::make_unique<GuestCall>(self), call);
}

}  // namespace tappet::component
