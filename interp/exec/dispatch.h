// From an operation to a handler. An operation is a struct that does one of:
//
//   static void run(State&)            and has kLength: straight-line
//   static TrapKind run(State&)        the same, may trap
//   static bool taken(State&)          and has kLength: a branch by the high field if taken;
//                                      kBack: to a loop header, with the interruption check
//   static TrapKind jump(State&)       sets pc itself; kBack as above
//   static Enter enter(State&)         a call: sets pc and fp, or changes nothing; kSlow then asks
//   for
//                                      static bool slow(State&), out of line
//   static bool step(State&)           slow: anything, out of line; false leaves run()
//
// A conditional branch compiles to a jump with a dispatch in each arm, never to a select of the
// next pc: otherwise every later load would wait for the guest's comparison.
#pragma once

#include "interp/exec/classes.h"

namespace tappet::exec {

TAPPET_INLINE bool limit_requested(const State& s) {
  return s.in->control->limit.load(std::memory_order_relaxed) == nullptr;
}

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
concept JumpOp = requires(State& s) { Op::jump(s); };
template <class Op>
concept CallOp = requires(State& s) { Op::enter(s); };

#if defined(TAPPET_DISPATCH_LOOP)

template <class Op>
bool execute(State& s) {
  if constexpr (SlowOp<Op>) {
    return Op::step(s);
  } else if constexpr (CallOp<Op>) {
    const Enter entered = Op::enter(s);
    if (entered == Enter::kDone) return true;
    return entered == Enter::kLimit ? handle_limit(s) : Op::slow(s);
  } else if constexpr (BranchOp<Op>) {
    if (!Op::taken(s)) {
      s.pc += Op::kLength;
      return true;
    }
    s.pc += static_cast<int32_t>(field_high(s));
    return !(Op::kBack && limit_requested(s)) || handle_limit(s);
  } else if constexpr (JumpOp<Op>) {
    const TrapKind trap = Op::jump(s);
    if (trap != TrapKind::kNone) return raise_trap(s, trap);
    return !(Op::kBack && limit_requested(s)) || handle_limit(s);
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

#define TAPPET_DISPATCH() TAPPET_TAIL_RETURN handler_at(s.pc)(TAPPET_HANDLER_ARGS)

template <class Op>
TAPPET_HANDLER_CC void execute(TAPPET_HANDLER_PARAMS) {
  [[maybe_unused]] State s{pc, fp, mem, in, t, f};
  if constexpr (SlowOp<Op>) {
    State& saved = saved_state(in);
    saved = s;
    if (!Op::step(saved)) return;
    TAPPET_TAIL_RETURN handler_at(saved.pc)(saved.pc, saved.fp, saved.mem, saved.in, saved.t,
                                            saved.f);
  } else if constexpr (CallOp<Op>) {
    const Enter entered = Op::enter(s);
    if (entered == Enter::kDone) [[likely]] {
      TAPPET_DISPATCH();
    }
    if (entered == Enter::kLimit) {
      TAPPET_TAIL_RETURN limit_handler(TAPPET_HANDLER_ARGS);
    }
    TAPPET_TAIL_RETURN execute<OutOfLine<Op>>(TAPPET_HANDLER_ARGS);
  } else if constexpr (BranchOp<Op>) {
    if (Op::taken(s)) {
      s.pc += static_cast<int32_t>(field_high(s));
      if (Op::kBack && limit_requested(s)) [[unlikely]] {
        TAPPET_TAIL_RETURN limit_handler(TAPPET_HANDLER_ARGS);
      }
      TAPPET_DISPATCH();
    }
    s.pc += Op::kLength;
    TAPPET_DISPATCH();
  } else if constexpr (JumpOp<Op>) {
    const TrapKind trap = Op::jump(s);
    if (trap != TrapKind::kNone) [[unlikely]] {
      s.t = static_cast<uint64_t>(trap);
      TAPPET_TAIL_RETURN trap_handler(TAPPET_HANDLER_ARGS);
    }
    if (Op::kBack && limit_requested(s)) [[unlikely]] {
      TAPPET_TAIL_RETURN limit_handler(TAPPET_HANDLER_ARGS);
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
      TAPPET_TAIL_RETURN trap_handler(TAPPET_HANDLER_ARGS);
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

// Tables of handlers by operand classes: Make is a template over classes.
template <template <Class> class Make>
constexpr auto handlers1() {
  return []<size_t... I>(std::index_sequence<I...>) {
    return std::array<Handler, kClasses>{handler_if<Make<static_cast<Class>(I)>>()...};
  }(std::make_index_sequence<kClasses>{});
}
template <template <Class, Class> class Make>
constexpr auto handlers2() {
  return []<size_t... I>(std::index_sequence<I...>) {
    return std::array<Handler, kClasses * kClasses>{
        handler_if<Make<static_cast<Class>(I / kClasses), static_cast<Class>(I % kClasses)>>()...};
  }(std::make_index_sequence<kClasses * kClasses>{});
}
template <template <Class, Class, Class> class Make>
constexpr auto handlers3() {
  constexpr size_t n = kClasses;
  return []<size_t... I>(std::index_sequence<I...>) {
    return std::array<Handler, n * n * n>{
        handler_if<Make<static_cast<Class>(I / (n * n)), static_cast<Class>(I / n % n),
                        static_cast<Class>(I % n)>>()...};
  }(std::make_index_sequence<n * n * n>{});
}
template <template <Class, Class, Class, Class> class Make>
constexpr auto handlers4() {
  constexpr size_t n = kClasses;
  return []<size_t... I>(std::index_sequence<I...>) {
    return std::array<Handler, n * n * n * n>{
        handler_if<Make<static_cast<Class>(I / (n * n * n)), static_cast<Class>(I / (n * n) % n),
                        static_cast<Class>(I / n % n), static_cast<Class>(I % n)>>()...};
  }(std::make_index_sequence<n * n * n * n>{});
}

using Handlers1 = std::array<Handler, kClasses>;
using Handlers2 = std::array<Handler, kClasses * kClasses>;
using Handlers3 = std::array<Handler, kClasses * kClasses * kClasses>;
using Handlers4 = std::array<Handler, kClasses * kClasses * kClasses * kClasses>;

}  // namespace tappet::exec
