// Atomic loads, stores and read-modify-write operations of any memory, shared or not: sequentially
// consistent, and only where they are aligned. Operands lie in their home slots, the address first;
// the result takes its place.
//
// The low half of the second word is the first operand's slot; the high half is the byte offset,
// from the instance, of the pointer to the memory; the third word is the access's offset.
#pragma once

#include "interp/exec/dispatch.h"

namespace tappet::exec {

inline constexpr int kAtomicWords = 3;

TAPPET_INLINE uint64_t* atomic_operands(const State& s) {
  return s.fp + static_cast<uint32_t>(s.pc[1]);
}
TAPPET_INLINE Memory& atomic_memory(const State& s) {
  return **s.in->array<Memory*>(field_high(s));
}

// The effective address of an access of `bytes` bytes, or why there is none. A sum that overflows
// is beyond any memory.
TAPPET_INLINE TrapKind atomic_address(const State& s, const Memory& memory, uint64_t bytes,
                                      uint64_t& address) {
  const bool overflows = __builtin_add_overflow(atomic_operands(s)[0], s.pc[2], &address);
  if (address % bytes != 0) [[unlikely]]
    return TrapKind::kUnalignedAtomic;
  if (overflows || !memory.contains(address, bytes)) [[unlikely]]
    return TrapKind::kMemoryOutOfBounds;
  return TrapKind::kNone;
}

// What is done at the address, to the slots.
struct AtomicLoad {
  template <class T>
  static TAPPET_INLINE void apply(T* at, uint64_t* slots) {
    slots[0] = __atomic_load_n(at, __ATOMIC_SEQ_CST);
  }
};
struct AtomicStore {
  template <class T>
  static TAPPET_INLINE void apply(T* at, const uint64_t* slots) {
    __atomic_store_n(at, static_cast<T>(slots[1]), __ATOMIC_SEQ_CST);
  }
};
struct AtomicAdd {
  template <class T>
  static TAPPET_INLINE void apply(T* at, uint64_t* slots) {
    slots[0] = __atomic_fetch_add(at, static_cast<T>(slots[1]), __ATOMIC_SEQ_CST);
  }
};
struct AtomicSub {
  template <class T>
  static TAPPET_INLINE void apply(T* at, uint64_t* slots) {
    slots[0] = __atomic_fetch_sub(at, static_cast<T>(slots[1]), __ATOMIC_SEQ_CST);
  }
};
struct AtomicAnd {
  template <class T>
  static TAPPET_INLINE void apply(T* at, uint64_t* slots) {
    slots[0] = __atomic_fetch_and(at, static_cast<T>(slots[1]), __ATOMIC_SEQ_CST);
  }
};
struct AtomicOr {
  template <class T>
  static TAPPET_INLINE void apply(T* at, uint64_t* slots) {
    slots[0] = __atomic_fetch_or(at, static_cast<T>(slots[1]), __ATOMIC_SEQ_CST);
  }
};
struct AtomicXor {
  template <class T>
  static TAPPET_INLINE void apply(T* at, uint64_t* slots) {
    slots[0] = __atomic_fetch_xor(at, static_cast<T>(slots[1]), __ATOMIC_SEQ_CST);
  }
};
struct AtomicExchange {
  template <class T>
  static TAPPET_INLINE void apply(T* at, uint64_t* slots) {
    slots[0] = __atomic_exchange_n(at, static_cast<T>(slots[1]), __ATOMIC_SEQ_CST);
  }
};
struct AtomicCompareExchange {
  template <class T>
  static TAPPET_INLINE void apply(T* at, uint64_t* slots) {
    T expected = static_cast<T>(slots[1]);  // what is expected is wrapped, like all operands
    __atomic_compare_exchange_n(at, &expected, static_cast<T>(slots[2]), false, __ATOMIC_SEQ_CST,
                                __ATOMIC_SEQ_CST);
    slots[0] = expected;
  }
};

template <class Operation, class T>
struct Atomic {
  static constexpr int kLength = kAtomicWords;
  static TAPPET_INLINE TrapKind run(State& s) {
    Memory& memory = atomic_memory(s);
    uint64_t address = 0;
    const TrapKind trap = atomic_address(s, memory, sizeof(T), address);
    if (trap != TrapKind::kNone) [[unlikely]]
      return trap;
    Operation::apply(reinterpret_cast<T*>(memory.base() + address), atomic_operands(s));
    return TrapKind::kNone;
  }
};

struct AtomicFence {
  static constexpr int kLength = kAtomicWords;
  static TAPPET_INLINE void run(State&) { __atomic_thread_fence(__ATOMIC_SEQ_CST); }
};

// Out of line: handlers_atomic.cpp.
struct AtomicNotify {
  static bool step(State& s);
};
template <class T>
struct AtomicWait {
  static bool step(State& s);
};

}  // namespace tappet::exec
