// How objects of a type lie in memory. Computed once per type and module; the same type has the
// same layout wherever it is computed, and a subtype's layout starts with its supertype's.
#pragma once

#include <vector>

#include "interp/module/types.h"
#include "interp/runtime/gc_object.h"

namespace tappet {

enum class ObjectKind : uint8_t { kStruct, kArray, kException };

// What a field takes: log2 of its bytes. References take 64 bits.
enum class Storage : uint8_t { k8, k16, k32, k64, k128 };
constexpr uint32_t bytes_of(Storage storage) { return 1u << static_cast<uint32_t>(storage); }
// 64-bit slots that the unpacked value takes.
constexpr uint32_t slots_of(Storage storage) { return storage == Storage::k128 ? 2 : 1; }

// What the collector does with a field. kVerify: it may hold numbers that are no references to
// objects at all (externrefs that an embedder made up), so it is looked up before it is followed.
enum class Trace : uint8_t { kNone, kFollow, kVerify };

struct GcField {
  uint32_t offset;  // from the object's start
  Storage storage;
};

struct GcLayout {
  ObjectKind kind = ObjectKind::kStruct;
  Storage element = Storage::k8;       // kArray
  Trace element_trace = Trace::kNone;  // kArray
  uint32_t size = 0;                   // bytes, header included; kArray: without elements
  uint32_t operand_slots = 0;          // that all fields take on the operand stack
  TypeId type;                         // kException: the tag's function type
  std::span<const TypeId> display;     // of the type; empty for kException
  std::vector<GcField> fields;         // kStruct, kException
  std::vector<uint32_t> followed;      // offsets of fields, by what the collector does with them
  std::vector<uint32_t> verified;

  bool has_references() const {
    return element_trace != Trace::kNone || !followed.empty() || !verified.empty();
  }
  // Whether objects of this layout belong to the type `super`, which has `depth` supertypes.
  bool is_subtype(TypeId super, uint32_t depth) const {
    return depth < display.size() && display[depth] == super;
  }
};

inline constexpr uint32_t kArrayHeaderBytes = sizeof(GcArray);

// Where a field or element of that type is stored.
Storage storage_of(const FieldType& field);

// Of a struct or array type.
GcLayout make_layout(const TypeRegistry& registry, TypeId type);
// Of exceptions with a tag of that function type: a slot or two per parameter, after the tag.
GcLayout make_exception_layout(const TypeRegistry& registry, TypeId type);

inline uint64_t array_bytes(const GcLayout& layout, uint32_t length) {
  return kArrayHeaderBytes + (uint64_t{length} << static_cast<uint32_t>(layout.element));
}
inline uint8_t* elements_of(GcObject* array) { return field_at(array, kArrayHeaderBytes); }
inline uint32_t length_of(const GcObject* array) {
  return static_cast<const GcArray*>(array)->length;
}

inline uint8_t* element_at(GcObject* array, const GcLayout& layout, uint64_t index) {
  return elements_of(array) + (index << static_cast<uint32_t>(layout.element));
}

// Moves a value between an object and raw slots. Packed values are zero-extended.
void load_field(const uint8_t* from, Storage storage, uint64_t* slots);
void store_field(uint8_t* to, Storage storage, const uint64_t* slots);

// array.fill, within bounds.
void fill_elements(GcObject* array, const GcLayout& layout, uint64_t from, uint64_t count,
                   const uint64_t* value);

// Whether a reference is of a type (core spec 3.5.3): what ref.test asks. `ref` is of the type's
// hierarchy.
bool is_of_type(const TypeRegistry& registry, Ref ref, HeapType type, bool nullable);

}  // namespace tappet
