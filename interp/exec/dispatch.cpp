// Entering and leaving threaded code, and the handlers that return addresses out of it lead to.
#include "interp/exec/dispatch.h"

#include "interp/exec/handlers/control.h"
#include "interp/exec/machine.h"

namespace tappet::exec {
namespace {

struct Halt {
  static bool step(State& s) { return Machine::halt(s); }
};
struct ReturnToInstance {
  static bool step(State& s) { return Machine::return_to_instance(s); }
};
struct ReturnToHost {
  static bool step(State& s) { return Machine::return_to_host(s); }
};
struct ReturnToAdapter {
  static bool step(State& s) { return Machine::return_to_adapter(s); }
};
struct Translate {
  static bool step(State& s) { return Machine::translate(s); }
};

// What walks of the stack expect before a return address: the words of a call, here with a frame
// distance of zero.
struct ReturnStub {
  uint64_t call[kCallWords];
  uint64_t handler;
};

template <class Op>
const uint64_t* stub_address() {
  static const ReturnStub stub{{0, 0, 0}, to_word(&execute<Op>)};
  return &stub.handler;
}

}  // namespace

const uint64_t* halt_address() { return stub_address<Halt>(); }
const uint64_t* instance_return_address() { return stub_address<ReturnToInstance>(); }
const uint64_t* host_return_address() { return stub_address<ReturnToHost>(); }
const uint64_t* adapter_return_address() { return stub_address<ReturnToAdapter>(); }
Handler translate_handler() { return &execute<Translate>; }
bool is_return_stub(const uint64_t* pc) {
  return pc == halt_address() || pc == instance_return_address() || pc == host_return_address() ||
         pc == adapter_return_address();
}
bool is_direct_call(const uint64_t* pc) { return pc[1] >> 48 == kDirectCall >> 48; }

#if defined(TAPPET_DISPATCH_LOOP)

void dispatch(State& s) {
  while (handler_at(s.pc)(s)) {
  }
}

#else

void dispatch(State& s) { handler_at(s.pc)(TAPPET_HANDLER_ARGS(s)); }

TAPPET_HANDLER_CC void trap_handler(TAPPET_HANDLER_PARAMS) {
  State& s = saved_state(in);
  s = TAPPET_HANDLER_STATE;
  Machine::raise(s, static_cast<TrapKind>(t));
}

TAPPET_HANDLER_CC void limit_handler(TAPPET_HANDLER_PARAMS) {
  State& s = saved_state(in);
  s = TAPPET_HANDLER_STATE;
  if (!Machine::handle_limit(s)) return;
  TAPPET_DISPATCH();
}

#endif

}  // namespace tappet::exec
