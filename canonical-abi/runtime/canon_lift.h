// Calling lifted functions (CanonicalABI.md, "canon lift").
#pragma once

#include <memory>

#include "canonical-abi/runtime/func_inst.h"

namespace tappet::component {

// One call of a lifted function, from its start until it has returned: the frame between caller and
// callee, and what definitions.py keeps in Task. Its subclasses are the callers: core code of
// another component, or the embedder.
//
// Nothing recurses: the core function runs on the same thread, and this continues behind it. Only
// realloc and post-return run nested, which may not block. A trap on the way leaves the instances
// entered, and the store is never used again.
class LiftedCall : public HostContinuation {
 public:
  // `levels`: of the callee's instance and those around it, what the caller is not in already.
  LiftedCall(const FuncInst& callee, uint32_t levels, Peer peer, StringEncoding peer_encoding)
      : callee_(callee), levels_(levels), peer_(peer), peer_encoding_(peer_encoding) {}

  // Lowers the arguments and calls the core function.
  static HostOutcome start(std::unique_ptr<LiftedCall> self, HostCall& call);
  // Lifts the results, hands them over, and lets the callee clean up.
  HostOutcome resume(HostCall& call) final;
  // Components do not see each other's exceptions (definitions.py, call_and_trap_on_throw).
  bool lets_exceptions_pass() const final { return false; }

 protected:
  // The arguments, of the callee's parameter types. False: trapped.
  virtual bool on_start(HostCall& call, std::span<ComponentValue> args) = 0;
  // One result or none. False: trapped.
  virtual bool on_resolve(HostCall& call, std::span<ComponentValue> results) = 0;
  // After post-return: how the host function that started the call ends.
  virtual HostOutcome on_exit(HostCall& call) = 0;

  const FuncInst& callee() const { return callee_; }

 private:
  bool lower_args(HostCall& call, FlatValues& flat);
  bool return_results(HostCall& call, std::span<const uint64_t> flat);
  bool post_return(HostCall& call, std::span<const uint64_t> flat);

  const FuncInst& callee_;
  uint32_t levels_;
  Peer peer_;
  StringEncoding peer_encoding_;
  BorrowScope borrows_;
};

}  // namespace tappet::component
