// From an operation to a handler. An operation is a struct that does one of:
//
//   static void run(State&)            and has kLength: straight-line
//   static TrapKind run(State&)        the same, may trap
//   static bool taken(State&)          and has kLength: a branch to kTarget if taken; one that
//   loads
//                                      has accessible_to(State&), false for a trap
//   static bool jump(State&)           sets pc itself; true asks for handle_limit() first
//   static Enter enter(State&)         a call: sets pc and fp, or changes nothing; kSlow then asks
//                                      for static bool slow(State&), out of line. One that finds
//                                      the callee's first handler before its code takes a Handler&
//                                      too
//   static bool step(State&)           slow: anything, out of line; false leaves run()
//
// A conditional branch compiles to a jump with a dispatch in each arm, never to a select of the
// next pc: otherwise every later load would wait for the guest's comparison.
#pragma once

#include "interp/exec/classes.h"

namespace tappet::exec {

// Behind a branch that is not taken.
template <class Op>
inline constexpr int kBranchLength = Op::kLength + (is_metered(Op::kTarget) ? 1 : 0);

// The out-of-line part of a call, as an operation of its own.
template <class Op>
struct OutOfLine {
  static constexpr bool kValid = true;
  static bool step(State& s) { return Op::slow(s); }
};

template <class Op>
concept SlowOp = requires(State& s) { Op::step(s); };
template <class Op>
concept BranchOp = requires(State& s) { Op::taken(s); };
template <class Op>
concept LoadingOp = requires(State& s) { Op::accessible_to(s); };
template <class Op>
concept JumpOp = requires(State& s) { Op::jump(s); };
template <class Op>
concept FindingCallOp = requires(State& s, Handler& first) { Op::enter(s, first); };
template <class Op>
concept CallOp = FindingCallOp<Op> || requires(State& s) { Op::enter(s); };

// `first`: what pc leads to.
template <class Op>
TAPPET_INLINE Enter enter(State& s, Handler& first) {
  if constexpr (FindingCallOp<Op>) {
    return Op::enter(s, first);
  } else {
    const Enter entered = Op::enter(s);
    first = handler_at(s.pc);
    return entered;
  }
}

#if defined(TAPPET_DISPATCH_LOOP)

template <class Op>
bool execute(State& s) {
  if constexpr (SlowOp<Op>) {
    return Op::step(s);
  } else if constexpr (CallOp<Op>) {
    Handler first = nullptr;
    const Enter entered = enter<Op>(s, first);
    if (entered == Enter::kDone) return true;
    return entered == Enter::kSlow ? Op::slow(s) : handle_limit(s);
  } else if constexpr (BranchOp<Op>) {
    if constexpr (LoadingOp<Op>) {
      if (!Op::accessible_to(s)) return raise_trap(s, TrapKind::kMemoryOutOfBounds);
    }
    if (!Op::taken(s)) {
      s.pc += kBranchLength<Op>;
      return true;
    }
    return !go_to<Op::kTarget>(s, Op::kLength) || handle_limit(s);
  } else if constexpr (JumpOp<Op>) {
    if constexpr (LoadingOp<Op>) {
      if (!Op::accessible_to(s)) return raise_trap(s, TrapKind::kMemoryOutOfBounds);
    }
    return !Op::jump(s) || handle_limit(s);
  } else if constexpr (std::is_void_v<decltype(Op::run(s))>) {
    Op::run(s);
    s.pc += Op::kLength;
    return true;
  } else {
    const TrapKind trap = Op::run(s);
    if (trap != TrapKind::kNone) return raise_trap(s, trap);
    s.pc += Op::kLength;
    return true;
  }
}

#else

// Out-of-line ends, shared by all handlers. `t` carries the trap's kind.
TAPPET_HANDLER_CC void trap_handler(TAPPET_HANDLER_PARAMS);
TAPPET_HANDLER_CC void limit_handler(TAPPET_HANDLER_PARAMS);

// Where the registers are kept while out-of-line code runs: the current run()'s own.
TAPPET_INLINE State& saved_state(Instance* in) {
  return *static_cast<State*>(in->control->registers);
}

#define TAPPET_DISPATCH() TAPPET_TAIL_RETURN handler_at(s.pc)(TAPPET_HANDLER_ARGS(s))

template <class Op>
TAPPET_HANDLER_CC void execute(TAPPET_HANDLER_PARAMS) {
  [[maybe_unused]] State s = TAPPET_HANDLER_STATE;
  if constexpr (SlowOp<Op>) {
    State& saved = saved_state(in);
    saved = s;
    if (!Op::step(saved)) return;
    TAPPET_TAIL_RETURN handler_at(saved.pc)(TAPPET_HANDLER_ARGS(saved));
  } else if constexpr (CallOp<Op>) {
    Handler first = nullptr;
    const Enter entered = enter<Op>(s, first);
    if (entered == Enter::kDone) [[likely]] {
      forget_loop<true>(s);
      s.t = anything<uint64_t>();
      s.f = anything<Vector>();
      TAPPET_TAIL_RETURN first(TAPPET_HANDLER_ARGS(s));
    }
    forget_loop<false>(s);
    if (entered != Enter::kSlow) {
      TAPPET_TAIL_RETURN limit_handler(TAPPET_HANDLER_ARGS(s));
    }
    TAPPET_TAIL_RETURN execute<OutOfLine<Op>>(TAPPET_HANDLER_ARGS(s));
  } else if constexpr (BranchOp<Op>) {
    if constexpr (LoadingOp<Op>) {
      if (!Op::accessible_to(s)) [[unlikely]] {
        s.t = static_cast<uint64_t>(TrapKind::kMemoryOutOfBounds);
        TAPPET_TAIL_RETURN trap_handler(TAPPET_HANDLER_ARGS(s));
      }
    }
    if (Op::taken(s)) {
      if (go_to<Op::kTarget>(s, Op::kLength)) [[unlikely]] {
        TAPPET_TAIL_RETURN limit_handler(TAPPET_HANDLER_ARGS(s));
      }
      TAPPET_DISPATCH();
    }
    s.pc += kBranchLength<Op>;
    TAPPET_DISPATCH();
  } else if constexpr (JumpOp<Op>) {
    if constexpr (LoadingOp<Op>) {
      if (!Op::accessible_to(s)) [[unlikely]] {
        s.t = static_cast<uint64_t>(TrapKind::kMemoryOutOfBounds);
        TAPPET_TAIL_RETURN trap_handler(TAPPET_HANDLER_ARGS(s));
      }
    }
    if (Op::jump(s)) [[unlikely]] {
      TAPPET_TAIL_RETURN limit_handler(TAPPET_HANDLER_ARGS(s));
    }
    TAPPET_DISPATCH();
  } else if constexpr (std::is_void_v<decltype(Op::run(s))>) {
    Op::run(s);
    s.pc += Op::kLength;
    TAPPET_DISPATCH();
  } else {
    const TrapKind trap = Op::run(s);
    if (trap != TrapKind::kNone) [[unlikely]] {
      s.t = static_cast<uint64_t>(trap);
      TAPPET_TAIL_RETURN trap_handler(TAPPET_HANDLER_ARGS(s));
    }
    s.pc += Op::kLength;
    TAPPET_DISPATCH();
  }
}

#endif

// The handler word of an operation, or 0 for a combination that does not exist.
template <class Op>
constexpr Handler handler_if() {
  if constexpr (Op::kValid) {
    return &execute<Op>;
  } else {
    return nullptr;
  }
}

// Tables of handlers by operand classes: Make is a template over classes. N: how many classes the
// table knows, kClasses or kPinClasses.
template <size_t N>
using HandlersOf1 = std::array<Handler, N>;
template <size_t N>
using HandlersOf2 = std::array<Handler, N * N>;
template <size_t N>
using HandlersOf3 = std::array<Handler, N * N * N>;
using Handlers1 = HandlersOf1<kClasses>;
using Handlers2 = HandlersOf2<kClasses>;
using Handlers3 = HandlersOf3<kClasses>;
using Handlers4 = std::array<Handler, kClasses * kClasses * kClasses * kClasses>;
using PinHandlers1 = HandlersOf1<kPinClasses>;
using PinHandlers2 = HandlersOf2<kPinClasses>;
using PinHandlers3 = HandlersOf3<kPinClasses>;

template <template <Class> class Make, size_t N = kClasses>
constexpr HandlersOf1<N> handlers1() {
  return []<size_t... I>(std::index_sequence<I...>) {
    return HandlersOf1<N>{handler_if<Make<static_cast<Class>(I)>>()...};
  }(std::make_index_sequence<N>{});
}
template <template <Class, Class> class Make, size_t N = kClasses>
constexpr HandlersOf2<N> handlers2() {
  return []<size_t... I>(std::index_sequence<I...>) {
    return HandlersOf2<N>{
        handler_if<Make<static_cast<Class>(I / N), static_cast<Class>(I % N)>>()...};
  }(std::make_index_sequence<N * N>{});
}
template <template <Class, Class, Class> class Make, size_t N = kClasses>
constexpr HandlersOf3<N> handlers3() {
  return []<size_t... I>(std::index_sequence<I...>) {
    return HandlersOf3<N>{
        handler_if<Make<static_cast<Class>(I / (N * N)), static_cast<Class>(I / N % N),
                        static_cast<Class>(I % N)>>()...};
  }(std::make_index_sequence<N * N * N>{});
}
template <template <Class, Class, Class, Class> class Make>
constexpr Handlers4 handlers4() {
  constexpr size_t n = kClasses;
  return []<size_t... I>(std::index_sequence<I...>) {
    return Handlers4{
        handler_if<Make<static_cast<Class>(I / (n * n * n)), static_cast<Class>(I / (n * n) % n),
                        static_cast<Class>(I / n % n), static_cast<Class>(I % n)>>()...};
  }(std::make_index_sequence<n * n * n * n>{});
}
template <template <Class> class Make>
constexpr PinHandlers1 pin_handlers1() {
  return handlers1<Make, kPinClasses>();
}
template <template <Class, Class> class Make>
constexpr PinHandlers2 pin_handlers2() {
  return handlers2<Make, kPinClasses>();
}
template <template <Class, Class, Class> class Make>
constexpr PinHandlers3 pin_handlers3() {
  return handlers3<Make, kPinClasses>();
}

}  // namespace tappet::exec
