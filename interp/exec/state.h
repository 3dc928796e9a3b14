// The machine's registers, and how handlers hand them on.
//
// A handler executes one instruction of threaded code and continues with the next. The same handler
// sources are compiled for three dispatch modes:
//   tail     every register is an argument; handlers end in a guaranteed tail call (clang >= 19,
//            musttail + preserve_none)
//   sibling  the same with fewer arguments, relying on the optimiser's sibling calls (gcc -O2)
//   loop     registers live in a State in memory and a loop calls handlers: any compiler, any
//   level,
//            sanitizers
#pragma once

#include <cstdint>
#include <iterator>
#include <type_traits>

#include "interp/base/bytes.h"
#include "interp/runtime/instance.h"
#include "interp/runtime/trap.h"

#if defined(TAPPET_DISPATCH_TAIL)
#define TAPPET_HANDLER_CC __attribute__((preserve_none))
#define TAPPET_TAIL_RETURN [[clang::musttail]] return
#elif defined(TAPPET_DISPATCH_SIBLING)
#define TAPPET_HANDLER_CC
#define TAPPET_TAIL_RETURN return
#elif !defined(TAPPET_DISPATCH_LOOP)
#error "the build defines one of TAPPET_DISPATCH_{TAIL,SIBLING,LOOP}"
#endif

#define TAPPET_INLINE __attribute__((always_inline)) inline

// How many locals a loop may hold in registers. The usual calling convention has six integer
// arguments, which is one less than would do; loop dispatch pins for the sake of its tests.
#if defined(TAPPET_COMPACT_HANDLERS)
#define TAPPET_INT_PINS 0
#define TAPPET_FLOAT_PINS 0
#elif defined(TAPPET_DISPATCH_TAIL)
#define TAPPET_INT_PINS 4
#define TAPPET_FLOAT_PINS 2
#elif defined(TAPPET_DISPATCH_SIBLING)
#define TAPPET_INT_PINS 0
#define TAPPET_FLOAT_PINS 2
#else
#define TAPPET_INT_PINS 1
#define TAPPET_FLOAT_PINS 1
#endif

namespace tappet::exec {

// The floating accumulator, wide enough to become the vector accumulator. A scalar lies in lane 0;
// the other lanes are unspecified, which spares every scalar operation a zeroing instruction.
using Vector = float __attribute__((vector_size(16)));
using DoubleVector = double __attribute__((vector_size(16)));
using LongVector = uint64_t __attribute__((vector_size(16)));

// pc   the current instruction
// fp   the current frame's slot 0
// mem  base of memory 0
// in   the current instance
// t    the integer accumulator
// f    the floating accumulator
// p    integer locals of the current loop, q floating ones. Their slots are as current as they.
// head the current loop's first instruction: a branch back that takes it from here, instead of
//      adding a distance that it loads, does not make one round's instruction stream wait for that
//      of the round before
// Where kLinkRegisters, a function that has neither called nor looped yet finds its link in
// registers too: its return address in head, and in p[0] how many bytes below its frame the
// caller's begins.
struct State {
  const uint64_t* pc;
  uint64_t* fp;
  uint8_t* mem;
  Instance* in;
  uint64_t t;
  Vector f;
  const uint64_t* head;
  uint64_t p[TAPPET_INT_PINS + (TAPPET_INT_PINS == 0)];
  double q[TAPPET_FLOAT_PINS + (TAPPET_FLOAT_PINS == 0)];
};

#if defined(TAPPET_DISPATCH_LOOP)
// Returns false to leave the loop.
using Handler = bool (*)(State& s);
#define TAPPET_HANDLER_PARAMS ::tappet::exec::State& s
#else
#if TAPPET_INT_PINS == 4
// The eighth integer argument of preserve_none lies in rcx, which shifts by a variable count need.
#if defined(__x86_64__)
#define TAPPET_SPARE_PARAM , uint64_t
#define TAPPET_SPARE_ARG , ::tappet::exec::anything<uint64_t>()
#else
#define TAPPET_SPARE_PARAM
#define TAPPET_SPARE_ARG
#endif
#define TAPPET_INT_PIN_PARAMS \
  , uint64_t p0 TAPPET_SPARE_PARAM, uint64_t p1, uint64_t p2, uint64_t p3
#define TAPPET_INT_PIN_VALUES p0, p1, p2, p3
#define TAPPET_INT_PIN_ARGS(s) , s.p[0] TAPPET_SPARE_ARG, s.p[1], s.p[2], s.p[3]
#else
#define TAPPET_INT_PIN_PARAMS
#define TAPPET_INT_PIN_VALUES 0
#define TAPPET_INT_PIN_ARGS(s)
#endif
#if TAPPET_FLOAT_PINS == 2
#define TAPPET_FLOAT_PIN_PARAMS , double q0, double q1
#define TAPPET_FLOAT_PIN_VALUES q0, q1
#define TAPPET_FLOAT_PIN_ARGS(s) , s.q[0], s.q[1]
#else
#define TAPPET_FLOAT_PIN_PARAMS
#define TAPPET_FLOAT_PIN_VALUES 0
#define TAPPET_FLOAT_PIN_ARGS(s)
#endif
#define TAPPET_HANDLER_PARAMS                                                         \
  const uint64_t *pc, uint64_t *fp, uint8_t *mem, ::tappet::Instance *in, uint64_t t, \
      ::tappet::exec::Vector f, const uint64_t *head TAPPET_INT_PIN_PARAMS TAPPET_FLOAT_PIN_PARAMS
using Handler = TAPPET_HANDLER_CC void (*)(TAPPET_HANDLER_PARAMS);
#define TAPPET_HANDLER_STATE                                                          \
  ::tappet::exec::State {                                                             \
    pc, fp, mem, in, t, f, head, {TAPPET_INT_PIN_VALUES}, { TAPPET_FLOAT_PIN_VALUES } \
  }
#define TAPPET_HANDLER_ARGS(s) \
  s.pc, s.fp, s.mem, s.in, s.t, s.f, s.head TAPPET_INT_PIN_ARGS(s) TAPPET_FLOAT_PIN_ARGS(s)
#endif

// The constraint of inline assembly for registers of floating values.
#if defined(__aarch64__)
#define TAPPET_FLOAT_REGISTER "w"
#elif defined(__x86_64__)
#define TAPPET_FLOAT_REGISTER "x"
#endif

// Only as many registers as pins leave: elsewhere p[0] would be memory.
inline constexpr bool kLinkRegisters = TAPPET_INT_PINS > 0;

#if !defined(TAPPET_DISPATCH_LOOP)
// A value that nobody will read, for which no instruction is spent.
template <class T>
TAPPET_INLINE T anything() {
  T value;
#if defined(TAPPET_FLOAT_REGISTER)
  // Volatile, because one for all would have to be copied.
  if constexpr (std::is_integral_v<T>) {
    asm volatile("" : "=r"(value));
  } else {
    asm volatile("" : "=" TAPPET_FLOAT_REGISTER(value));
  }
#else
  value = T{};
#endif
  return value;
}
// A call gives up all registers that belong to the caller's loop; the callee's link is in some.
template <bool kEntered>
TAPPET_INLINE void forget_loop(State& s) {
  constexpr bool kKeepLink = kEntered && kLinkRegisters;
  if (!kKeepLink) s.head = reinterpret_cast<const uint64_t*>(anything<uint64_t>());
  for (size_t i = kKeepLink ? 1 : 0; i < std::size(s.p); ++i) s.p[i] = anything<uint64_t>();
  for (double& pin : s.q) pin = anything<double>();
}
#endif

inline Handler handler_at(const uint64_t* pc) { return reinterpret_cast<Handler>(*pc); }
inline uint64_t to_word(Handler handler) { return reinterpret_cast<uint64_t>(handler); }

TAPPET_INLINE bool limit_requested(const State& s) {
  return s.in->control->limit.load(std::memory_order_relaxed) == nullptr;
}

// Takes what the code ahead costs. True if that is more than is at hand: handle_limit() settles it.
TAPPET_INLINE bool charge(const State& s, uint64_t cost) {
  Control& control = *s.in->control;
  const int64_t left = control.fuel - static_cast<int64_t>(cost);
  control.fuel = left;
  return left < 0;
}

// Operand fields of an instruction's second word: four slots, or two slots and 32 bits. Each is
// loaded by itself: that takes fewer instructions than a shift out of the whole word.
template <class T, int kByte>
TAPPET_INLINE T field(const State& s) {
  return load_le<T>(reinterpret_cast<const uint8_t*>(s.pc + 1) + kByte);
}
TAPPET_INLINE uint32_t field_a(const State& s) { return field<uint16_t, 0>(s); }
TAPPET_INLINE uint32_t field_b(const State& s) { return field<uint16_t, 2>(s); }
TAPPET_INLINE uint32_t field_d(const State& s) { return field<uint16_t, 4>(s); }
TAPPET_INLINE uint32_t field_x(const State& s) { return field<uint16_t, 6>(s); }
TAPPET_INLINE uint32_t field_high(const State& s) { return field<uint32_t, 4>(s); }

// What a call's fast path came to. kOutOfFuel: entered, but the fuel at hand does not cover it.
enum class Enter : uint8_t { kDone, kLimit, kOutOfFuel, kSlow };

// What became of an instruction that may stop: out-of-line code decides.
// Both expect s.pc at the instruction; they return true to continue at s.pc.
bool raise_trap(State& s, TrapKind kind);
// A preemption, a kill, too little stack for a call's frame, or fuel that was charged but is not at
// hand; if there was too little stack, the instruction at s.pc is executed again.
bool handle_limit(State& s);

}  // namespace tappet::exec
