// Memory faults as traps: a fault inside a guarded memory's reservation, while guest code runs on
// this OS thread, jumps back into run(). Anything else goes to whoever handled the signal before.
#include <pthread.h>
#include <ucontext.h>

#include <csignal>
#include <mutex>

#include "interp/exec/machine.h"

namespace tappet::exec {

thread_local constinit Activation* current_activation = nullptr;

namespace {

struct sigaction previous_segv;
struct sigaction previous_bus;

// The faulting handler's registers, for Machine::recover_registers to look through: first those
// that the calling convention puts pc, fp and the instance into, which handlers mostly leave alone.
void keep_registers(Activation& activation, const ucontext_t& context) {
  int count = 0;
  const auto keep = [&](uint64_t value) {
    if (count < kFaultRegisters) activation.fault_registers[count++] = value;
  };
#if defined(__x86_64__)
#if defined(TAPPET_DISPATCH_TAIL)
  constexpr int kFirst[] = {REG_R12, REG_R13, REG_R15};
#else
  constexpr int kFirst[] = {REG_RDI, REG_RSI, REG_RCX};
#endif
  for (const int i : kFirst) keep(static_cast<uint64_t>(context.uc_mcontext.gregs[i]));
  for (int i = 0; i <= REG_RCX; ++i) keep(static_cast<uint64_t>(context.uc_mcontext.gregs[i]));
#elif defined(__aarch64__)
  for (const int i : {20, 21, 23}) keep(context.uc_mcontext.regs[i]);
  for (int i = 0; i < 29; ++i) keep(context.uc_mcontext.regs[i]);
#else
  (void)context, (void)keep;
#endif
}

void forward(int signal, siginfo_t* info, void* context) {
  const struct sigaction& previous = signal == SIGSEGV ? previous_segv : previous_bus;
  if ((previous.sa_flags & SA_SIGINFO) != 0 && previous.sa_sigaction != nullptr) {
    previous.sa_sigaction(signal, info, context);
    return;
  }
  if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
    return;
  }
  // The default action: the instruction faults again on return.
  std::signal(signal, SIG_DFL);
}

void on_fault(int signal, siginfo_t* info, void* context) {
  Activation* activation = current_activation;
  if (activation == nullptr || !activation->in_guest ||
      !activation->thread->store().reserves(info->si_addr)) {
    forward(signal, info, context);
    return;
  }
  const auto& interrupted = *static_cast<const ucontext_t*>(context);
  keep_registers(*activation, interrupted);
  // The jump leaves the signal mask as it is. Nothing is blocked here, unless this was called by
  // another handler, as under ThreadSanitizer, which blocks everything.
  pthread_sigmask(SIG_SETMASK, &interrupted.uc_sigmask, nullptr);
  siglongjmp(activation->fault_return, 1);
}

}  // namespace

void install_fault_handler() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action = {};
    action.sa_sigaction = on_fault;
    // Not deferred: on_fault leaves by a jump.
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(SIGSEGV, &action, &previous_segv);
    sigaction(SIGBUS, &action, &previous_bus);
  });
}

}  // namespace tappet::exec
