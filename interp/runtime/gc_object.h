// Objects of the garbage-collected heap (core spec 4.2.14), and how references of the hierarchies
// any and extern lie in a Ref. The low bits tell them apart:
//
//   0         null
//   ...xx1    an i31: the number in bits 1 to 31
//   ...x10    a host reference: the embedder's number in bits 2 to 63
//   ...000    a GcObject*
//
// Externalising a reference, and the other way round, changes nothing but its static type. So what
// an embedder passes as an externref is made by host_ref(); other numbers are harmless as long as
// they stay externrefs, but any.convert_extern traps if one looks like an object and is none.
#pragma once

#include <cstdint>

#include "interp/runtime/function.h"

namespace tappet {

struct GcLayout;
struct Tag;

// The header of every object. Fields follow at the layout's offsets.
struct GcObject {
  const GcLayout* layout;  // null in a slot that is not allocated
};

struct GcArray : GcObject {
  uint32_t length;
  uint32_t reserved;
  // Elements follow.
};

inline constexpr uint32_t kArrayLengthOffset = sizeof(GcObject);

// An exception (core spec 4.2.13): its payload follows, as raw slots.
struct GcException : GcObject {
  const Tag* tag;
  uint64_t* payload() { return reinterpret_cast<uint64_t*>(this + 1); }
};

inline uint8_t* field_at(GcObject* object, uint64_t offset) {
  return reinterpret_cast<uint8_t*>(object) + offset;
}

constexpr Ref i31_ref(uint32_t number) { return static_cast<uint32_t>(number << 1 | 1); }
constexpr bool is_i31(Ref ref) { return (ref & 1) != 0; }
constexpr uint32_t i31_unsigned(Ref ref) { return static_cast<uint32_t>(ref) >> 1; }
constexpr uint32_t i31_signed(Ref ref) {
  return static_cast<uint32_t>(static_cast<int32_t>(static_cast<uint32_t>(ref)) >> 1);
}

// A reference to something of the embedder's. `number` is below 2^62; zero is not null.
constexpr Ref host_ref(uint64_t number) { return number << 2 | 2; }
constexpr bool is_host_ref(Ref ref) { return (ref & 3) == 2; }
constexpr uint64_t host_number(Ref ref) { return ref >> 2; }

// For a non-null reference of the hierarchy any, or to an exception.
constexpr bool is_object(Ref ref) { return (ref & 3) == 0; }
inline GcObject* to_object(Ref ref) { return reinterpret_cast<GcObject*>(ref); }
inline Ref to_ref(const GcObject* object) { return reinterpret_cast<Ref>(object); }

}  // namespace tappet
