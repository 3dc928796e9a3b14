#include "canonical-abi/runtime/canon_lift.h"

#include "interp/runtime/thread.h"

namespace tappet::component {

HostOutcome LiftedCall::start(std::unique_ptr<LiftedCall> self, HostCall& call) {
  const FuncInst& callee = self->callee_;
  if (!callee.inst->may_enter_from(self->levels_)) {
    return call.trap("cannot enter component instance");
  }
  callee.inst->enter_from(self->levels_);
  FlatValues flat;
  if (!self->lower_args(call, flat)) return HostOutcome::kTrap;
  return call.call(*callee.core, flat.span(), std::move(self));
}

bool LiftedCall::lower_args(HostCall& call, FlatValues& flat) {
  const ValueTypes& params = callee_.signature->params;
  ValueBuffer args(params.types.size());
  if (!on_start(call, args.span())) return false;
  InstanceHandles handles(call, *callee_.inst, nullptr, &borrows_);
  LiftLowerContext cx(call, callee_.opts, handles, peer_, peer_encoding_);
  return lower_flat_values(cx, args.span(), params, nullptr, flat);
}

HostOutcome LiftedCall::resume(HostCall& call) {
  // A synchronously lifted function has one flat result at most.
  uint64_t flat[1] = {};
  const size_t count = callee_.core->shape.result_slots;
  if (count != 0) flat[0] = call.callee_result(0);
  const std::span<const uint64_t> results(flat, count);
  if (!return_results(call, results) || !post_return(call, results)) return HostOutcome::kTrap;
  callee_.inst->leave_to(levels_);
  return on_exit(call);
}

bool LiftedCall::return_results(HostCall& call, std::span<const uint64_t> flat) {
  const ValueTypes& types = callee_.signature->results;
  InstanceHandles handles(call, *callee_.inst, nullptr, nullptr);
  LiftLowerContext cx(call, callee_.opts, handles, peer_);
  ComponentValue result;
  const std::span<ComponentValue> results(&result, types.types.size());
  CoreValueIter vi(flat);
  if (!lift_flat_values(cx, vi, types, results)) return false;
  if (borrows_.num_borrows != 0) {
    return cx.trap("borrow handles still remain at the end of the call");
  }
  return on_resolve(call, results);
}

bool LiftedCall::post_return(HostCall& call, std::span<const uint64_t> flat) {
  if (callee_.opts.post_return == nullptr) return true;
  bool& may_leave = callee_.inst->may_leave;
  assert(may_leave);
  may_leave = false;
  if (!call_nested(call, *callee_.opts.post_return, flat, {})) return false;
  may_leave = true;
  return true;
}

}  // namespace tappet::component
