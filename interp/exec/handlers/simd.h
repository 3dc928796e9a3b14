// Vector instructions. A v128 lies in two adjacent slots or in the floating accumulator, which is
// as wide. Fields a, b and x are operands, d is the result; where there is a lane it is x.
#pragma once

#include "interp/exec/classes.h"
#include "interp/exec/handlers/control.h"
#include "interp/exec/handlers/memory.h"
#include "interp/exec/simd_floats.h"
#include "interp/exec/simd_lanes.h"

namespace tappet::exec::simd {

template <Class C>
TAPPET_INLINE Vector read(const State& s, uint32_t slot) {
  if constexpr (C == Class::kAcc) return s.f;
  return load_le<Vector>(reinterpret_cast<const uint8_t*>(s.fp + slot));
}

template <Class D>
TAPPET_INLINE void write(State& s, uint32_t slot, Vector v) {
  if constexpr (D == Class::kAcc) {
    s.f = v;
  } else {
    store_le<Vector>(reinterpret_cast<uint8_t*>(s.fp + slot), v);
  }
}

// Operand classes of vectors, which share one accumulator with floating scalars.
template <Class... Operands>
inline constexpr bool kVectors =
    ((Operands != Class::kConst) && ...) && (0 + ... + (Operands == Class::kAcc)) <= 1;

// The bits of a scalar operand, integer or floating.
template <class U, bool kFloat, Class C>
TAPPET_INLINE U scalar_bits(const State& s, uint32_t slot) {
  if constexpr (kFloat && C == Class::kAcc) return as<U>(s.f)[0];
  return read_int<U, C>(s, slot, 0);
}

template <class Operator>
struct Unary {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = kVectors<A> && kVectors<D>;
    static constexpr int kLength = 2;
    static TAPPET_INLINE void run(State& s) {
      write<D>(s, field_d(s), Operator::apply(read<A>(s, field_a(s))));
    }
  };
};

template <class Operator>
struct Binary {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid = kVectors<A, B> && kVectors<D>;
    static constexpr int kLength = 2;
    static TAPPET_INLINE void run(State& s) {
      write<D>(s, field_d(s), Operator::apply(read<A>(s, field_a(s)), read<B>(s, field_b(s))));
    }
  };
};

template <class Operator>
struct Ternary {
  template <Class A, Class B, Class X, Class D>
  struct With {
    static constexpr bool kValid = kVectors<A, B, X> && kVectors<D>;
    static constexpr int kLength = 2;
    static TAPPET_INLINE void run(State& s) {
      write<D>(
          s, field_d(s),
          Operator::apply(read<A>(s, field_a(s)), read<B>(s, field_b(s)), read<X>(s, field_x(s))));
    }
  };
};

template <class Operator>
struct Shift {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid = kVectors<A> && kVectors<D>;
    static constexpr int kLength = kWords<B>;
    static TAPPET_INLINE void run(State& s) {
      const auto count = read_int<uint32_t, B>(s, field_b(s), 0);
      write<D>(s, field_d(s), Operator::apply(read<A>(s, field_a(s)), count));
    }
  };
};

template <class Operator>
struct Test {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = kVectors<A> && D != Class::kConst;
    static constexpr int kLength = 2;
    static TAPPET_INLINE void run(State& s) {
      write_int<D>(s, field_d(s), Operator::apply(read<A>(s, field_a(s))));
    }
  };
};

template <class U, bool kFloat>
struct Splat {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = kVectors<D>;
    static constexpr int kLength = kWords<A>;
    static TAPPET_INLINE void run(State& s) {
      write<D>(s, field_d(s), (Vector)splat<U>(scalar_bits<U, kFloat, A>(s, field_a(s))));
    }
  };
};

// A lane of type T; an integer is extended to U according to T's sign.
template <class T, class U>
struct ExtractLane {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = kVectors<A> && D != Class::kConst;
    static constexpr int kLength = 2;
    static TAPPET_INLINE void run(State& s) {
      const Vector accumulator = s.f;
      const auto* lanes = A == Class::kAcc ? reinterpret_cast<const uint8_t*>(&accumulator)
                                           : reinterpret_cast<const uint8_t*>(s.fp + field_a(s));
      const T lane = load_le<T>(lanes + field_x(s) * sizeof(T));
      if constexpr (std::is_floating_point_v<T>) {
        write_float<D>(s, field_d(s), from_scalar(lane));
      } else {
        write_int<D>(s, field_d(s), static_cast<U>(lane));
      }
    }
  };
};

template <class U>
TAPPET_INLINE Vector with_lane(Vector v, uint32_t lane, U value) {
  Lanes<U> lanes = as<U>(v);
  lanes[lane % kLaneCount<U>] = value;
  return (Vector)lanes;
}

template <class U, bool kFloat>
struct ReplaceLane {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid =
        kVectors<A> && kVectors<D> && !(kFloat && A == Class::kAcc && B == Class::kAcc);
    static constexpr int kLength = kWords<B>;
    static TAPPET_INLINE void run(State& s) {
      const U value = scalar_bits<U, kFloat, B>(s, field_b(s));
      write<D>(s, field_d(s), with_lane<U>(read<A>(s, field_a(s)), field_x(s), value));
    }
  };
};

// Two words follow: the value, or the lanes' indices.
template <Class D>
struct Constant {
  static constexpr bool kValid = kVectors<D>;
  static constexpr int kLength = 4;
  static TAPPET_INLINE void run(State& s) {
    write<D>(s, field_d(s), load_le<Vector>(reinterpret_cast<const uint8_t*>(s.pc + 2)));
  }
};
template <class Operator>
struct ShuffleLanes {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid = kVectors<A, B> && kVectors<D>;
    static constexpr int kLength = 4;
    static TAPPET_INLINE void run(State& s) {
      const auto indices = load_le<Vector>(reinterpret_cast<const uint8_t*>(s.pc + 2));
      write<D>(s, field_d(s),
               Operator::apply(read<A>(s, field_a(s)), read<B>(s, field_b(s)), indices));
    }
  };
};

template <Class A, Class D>
struct Move {
  static constexpr bool kValid = kVectors<A> && D == Class::kSlot;
  static constexpr int kLength = 2;
  static TAPPET_INLINE void run(State& s) { write<D>(s, field_d(s), read<A>(s, field_a(s))); }
};

// a: the condition, b: the value if it is not zero, x: the other.
template <Class C, Class A, Class B, Class D>
struct Select {
  static constexpr bool kValid = C != Class::kConst && kVectors<A, B> && kVectors<D>;
  static constexpr int kLength = 2;
  static TAPPET_INLINE void run(State& s) {
    const auto condition = read_int<uint32_t, C>(s, field_a(s), 0);
    const Vector a = read<A>(s, field_b(s));
    const Vector b = read<B>(s, field_x(s));
    write<D>(s, field_d(s), condition != 0 ? a : b);
  }
};

// As the scalar ones: the high field finds the cell.
template <bool kImported>
struct GlobalGet {
  template <Class D>
  struct With {
    static constexpr bool kValid = kVectors<D>;
    static constexpr int kLength = 2;
    static TAPPET_INLINE void run(State& s) {
      const auto* cell = reinterpret_cast<const uint8_t*>(cell_of<kImported>(s));
      write<D>(s, field_a(s), load_le<Vector>(cell));
    }
  };
};
template <bool kImported>
struct GlobalSet {
  template <Class A>
  struct With {
    static constexpr bool kValid = kVectors<A>;
    static constexpr int kLength = 2;
    static TAPPET_INLINE void run(State& s) {
      auto* cell = reinterpret_cast<uint8_t*>(cell_of<kImported>(s));
      store_le<Vector>(cell, read<A>(s, field_a(s)));
    }
  };
};

}  // namespace tappet::exec::simd
