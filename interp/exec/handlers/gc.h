// Reads, writes and casts of garbage-collected objects: what needs no more than a check and a load
// or two. Allocation, and all that loops, is in slow_gc.cpp.
#pragma once

#include "interp/exec/arith.h"
#include "interp/exec/classes.h"
#include "interp/exec/handlers/integer.h"
#include "interp/runtime/gc_layout.h"

namespace tappet::exec {

template <Class A>
TAPPET_INLINE const uint8_t* read_object(const State& s, uint32_t slot) {
  return reinterpret_cast<const uint8_t*>(read_int<uint64_t, A>(s, slot, 0));
}

// How a field becomes a value: of memory's type M, as U in an integer register.
template <class M, class U>
struct ReadInt {
  static constexpr uint32_t kBytes = sizeof(M);
  template <Class D>
  static TAPPET_INLINE void run(State& s, uint32_t slot, const uint8_t* from) {
    write_int<D>(s, slot, static_cast<U>(load_le<M>(from)));
  }
};
template <class F>
struct ReadFloat {
  static constexpr uint32_t kBytes = sizeof(F);
  template <Class D>
  static TAPPET_INLINE void run(State& s, uint32_t slot, const uint8_t* from) {
    write_float<D>(s, slot, from_scalar(load_le<F>(from)));
  }
};
// And a value becomes a field.
template <class M>
struct WriteInt {
  static constexpr uint32_t kBytes = sizeof(M);
  template <Class B>
  static TAPPET_INLINE void run(const State& s, uint32_t slot, int const_index, uint8_t* to) {
    store_le<M>(to, read_int<M, B>(s, slot, const_index));
  }
};
template <class F>
struct WriteFloat {
  static constexpr uint32_t kBytes = sizeof(F);
  template <Class B>
  static TAPPET_INLINE void run(const State& s, uint32_t slot, int const_index, uint8_t* to) {
    store_le<F>(to, read_float<F, B>(s, slot, const_index));
  }
};

// a: the object, b: the result; high field: the field's offset.
template <class Read>
struct StructGet {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = A != Class::kConst && D != Class::kConst && keep_rare(A, D);
    static constexpr int kLength = 2;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint8_t* object = read_object<A>(s, field_a(s));
      if (object == nullptr) [[unlikely]]
        return TrapKind::kNullStructReference;
      Read::template run<D>(s, field_b(s), object + field_high(s));
      return TrapKind::kNone;
    }
  };
};

// a: the object, b: the value; high field: the field's offset.
template <class Write, bool kFloat>
struct StructSet {
  template <Class A, Class B>
  struct With {
    static constexpr bool kValid = A != Class::kConst &&
                                   (kFloat || !(A == Class::kAcc && B == Class::kAcc)) &&
                                   keep_rare(A, B);
    static constexpr int kLength = kWords<B>;
    static TAPPET_INLINE TrapKind run(State& s) {
      auto* object = const_cast<uint8_t*>(read_object<A>(s, field_a(s)));
      if (object == nullptr) [[unlikely]]
        return TrapKind::kNullStructReference;
      Write::template run<B>(s, field_b(s), 0, object + field_high(s));
      return TrapKind::kNone;
    }
  };
};

// The element's address, or why there is none.
template <uint32_t kBytes>
TAPPET_INLINE TrapKind find_element(const uint8_t* array, uint32_t index, const uint8_t*& at) {
  if (array == nullptr) [[unlikely]]
    return TrapKind::kNullArrayReference;
  if (index >= load_le<uint32_t>(array + kArrayLengthOffset)) [[unlikely]]
    return TrapKind::kArrayOutOfBounds;
  at = array + kArrayHeaderBytes + uint64_t{index} * kBytes;
  return TrapKind::kNone;
}

// a: the array, b: the index, d: the result.
template <class Read>
struct ArrayGet {
  template <Class A, Class B, Class D>
  struct With {
    static constexpr bool kValid =
        valid_pair(A, B) && A != Class::kConst && D != Class::kConst && keep_rare(A, B, D);
    static constexpr int kLength = kWords<B>;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint8_t* at = nullptr;
      const TrapKind trap = find_element<Read::kBytes>(read_object<A>(s, field_a(s)),
                                                       read_int<uint32_t, B>(s, field_b(s), 0), at);
      if (trap != TrapKind::kNone) [[unlikely]]
        return trap;
      Read::template run<D>(s, field_d(s), at);
      return TrapKind::kNone;
    }
  };
};

// a: the array, b: the index, x: the value.
template <class Write, bool kFloat>
struct ArraySet {
  template <Class A, Class B, Class X>
  struct With {
    static constexpr bool kValid =
        valid_pair(A, B) && A != Class::kConst &&
        (A == Class::kAcc) + (B == Class::kAcc) + (!kFloat && X == Class::kAcc) <= 1 &&
        keep_rare(A, B, X);
    static constexpr int kLength = kWords<B, X>;
    static TAPPET_INLINE TrapKind run(State& s) {
      const uint8_t* at = nullptr;
      const TrapKind trap = find_element<Write::kBytes>(
          read_object<A>(s, field_a(s)), read_int<uint32_t, B>(s, field_b(s), 0), at);
      if (trap != TrapKind::kNone) [[unlikely]]
        return trap;
      Write::template run<X>(s, field_x(s), kConstsBefore<B>, const_cast<uint8_t*>(at));
      return TrapKind::kNone;
    }
  };
};

// a: the array, d: the result.
template <Class A, Class D>
struct ArrayLen {
  static constexpr bool kValid = A != Class::kConst && D != Class::kConst && keep_rare(A, D);
  static constexpr int kLength = 2;
  static TAPPET_INLINE TrapKind run(State& s) {
    const uint8_t* array = read_object<A>(s, field_a(s));
    if (array == nullptr) [[unlikely]]
      return TrapKind::kNullArrayReference;
    write_int<D>(s, field_d(s), load_le<uint32_t>(array + kArrayLengthOffset));
    return TrapKind::kNone;
  }
};

template <bool kSigned>
struct I31Get {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = A != Class::kConst && D != Class::kConst && keep_rare(A, D);
    static constexpr int kLength = 2;
    static TAPPET_INLINE TrapKind run(State& s) {
      const auto ref = read_int<uint64_t, A>(s, field_a(s), 0);
      if (ref == 0) [[unlikely]]
        return TrapKind::kNullI31Reference;
      write_int<D>(s, field_d(s), kSigned ? i31_signed(ref) : i31_unsigned(ref));
      return TrapKind::kNone;
    }
  };
};

// What a non-null reference is compared with; the abstract types, then any defined one, whose id is
// the high field and whose number of supertypes lies in the third word.
struct IsEq {
  static constexpr int kLength = 2;
  static TAPPET_INLINE bool test(const State&, Ref ref) { return !is_host_ref(ref); }
};
struct IsI31 {
  static constexpr int kLength = 2;
  static TAPPET_INLINE bool test(const State&, Ref ref) { return is_i31(ref); }
};
template <ObjectKind kKind>
struct IsKind {
  static constexpr int kLength = 2;
  static TAPPET_INLINE bool test(const State&, Ref ref) {
    return is_object(ref) && to_object(ref)->layout->kind == kKind;
  }
};
struct IsDefined {
  static constexpr int kLength = 3;
  static TAPPET_INLINE bool test(const State& s, Ref ref) {
    if (!is_object(ref)) return false;
    const GcLayout& layout = *to_object(ref)->layout;
    const TypeId type(field_high(s));
    return layout.type == type || layout.is_subtype(type, static_cast<uint32_t>(s.pc[2]));
  }
};

// a: the reference, b: the result.
template <class Target, bool kNullable>
struct RefTest {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = A != Class::kConst && D != Class::kConst && keep_rare(A, D);
    static constexpr int kLength = Target::kLength;
    static TAPPET_INLINE void run(State& s) {
      const auto ref = read_int<uint64_t, A>(s, field_a(s), 0);
      write_int<D>(s, field_b(s), (ref == 0 ? kNullable : Target::test(s, ref)) ? 1 : 0);
    }
  };
};

// a: the reference, which goes to b.
template <class Target, bool kNullable>
struct RefCast {
  template <Class A, Class D>
  struct With {
    static constexpr bool kValid = A != Class::kConst && D != Class::kConst && keep_rare(A, D);
    static constexpr int kLength = Target::kLength;
    static TAPPET_INLINE TrapKind run(State& s) {
      const auto ref = read_int<uint64_t, A>(s, field_a(s), 0);
      if (!(ref == 0 ? kNullable : Target::test(s, ref))) [[unlikely]]
        return TrapKind::kCastFailure;
      write_int<D>(s, field_b(s), ref);
      return TrapKind::kNone;
    }
  };
};

}  // namespace tappet::exec
