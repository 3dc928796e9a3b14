#include "interp/runtime/gc_layout.h"

#include <algorithm>
#include <cstring>

#include "interp/base/bytes.h"

namespace tappet {
namespace {

Trace trace_of(const TypeRegistry& registry, ValueType type) {
  if (!type.is_ref()) return Trace::kNone;
  switch (type.heap.kind) {
    case HeapKind::kFunc:
    case HeapKind::kNoFunc:
    case HeapKind::kI31:
      return Trace::kNone;
    case HeapKind::kExtern:
    case HeapKind::kNoExtern:
    case HeapKind::kExn:
    case HeapKind::kNoExn:
      return Trace::kVerify;
    case HeapKind::kDefined:
      return registry.is_function(type.heap.id) ? Trace::kNone : Trace::kFollow;
    default:
      return Trace::kFollow;
  }
}

// Fields in order, each at its natural alignment (v128: 8): so offsets depend on the fields before
// only, which a subtype repeats.
class FieldPlacer {
 public:
  FieldPlacer(const TypeRegistry& registry, GcLayout& layout, uint32_t header)
      : registry_(registry), layout_(layout) {
    layout_.size = header;
  }

  void add(const FieldType& field, Storage storage) {
    const uint32_t bytes = bytes_of(storage);
    const uint32_t alignment = bytes < 8 ? bytes : 8;
    const uint32_t offset = (layout_.size + alignment - 1) & ~(alignment - 1);
    layout_.size = offset + bytes;
    layout_.fields.push_back({offset, storage});
    layout_.operand_slots += slots_of(storage);
    const Trace trace = trace_of(registry_, field.type);
    if (trace == Trace::kFollow) layout_.followed.push_back(offset);
    if (trace == Trace::kVerify) layout_.verified.push_back(offset);
  }

 private:
  const TypeRegistry& registry_;
  GcLayout& layout_;
};

}  // namespace

Storage storage_of(const FieldType& field) {
  if (field.packed == PackedKind::kI8) return Storage::k8;
  if (field.packed == PackedKind::kI16) return Storage::k16;
  switch (field.type.kind) {
    case ValueKind::kI32:
    case ValueKind::kF32:
      return Storage::k32;
    case ValueKind::kV128:
      return Storage::k128;
    default:
      return Storage::k64;
  }
}

GcLayout make_layout(const TypeRegistry& registry, TypeId type) {
  GcLayout layout;
  layout.type = type;
  layout.display = registry.display(type);
  const CompositeType& composite = registry.get(type).composite;
  if (const auto* array = std::get_if<ArrayType>(&composite)) {
    layout.kind = ObjectKind::kArray;
    layout.element = storage_of(array->element);
    layout.element_trace = trace_of(registry, array->element.type);
    layout.size = kArrayHeaderBytes;
    layout.operand_slots = slots_of(layout.element);
    return layout;
  }
  FieldPlacer placer(registry, layout, sizeof(GcObject));
  for (const FieldType& field : std::get<StructType>(composite).fields)
    placer.add(field, storage_of(field));
  return layout;
}

GcLayout make_exception_layout(const TypeRegistry& registry, TypeId type) {
  GcLayout layout;
  layout.kind = ObjectKind::kException;
  layout.type = type;
  FieldPlacer placer(registry, layout, sizeof(GcException));
  for (const ValueType param : registry.function(type).params) {
    placer.add({param}, param.kind == ValueKind::kV128 ? Storage::k128 : Storage::k64);
  }
  return layout;
}

void load_field(const uint8_t* from, Storage storage, uint64_t* slots) {
  switch (storage) {
    case Storage::k8:
      slots[0] = *from;
      return;
    case Storage::k16:
      slots[0] = load_le<uint16_t>(from);
      return;
    case Storage::k32:
      slots[0] = load_le<uint32_t>(from);
      return;
    case Storage::k64:
      slots[0] = load_le<uint64_t>(from);
      return;
    case Storage::k128:
      std::memcpy(slots, from, 16);
      return;
  }
}

void store_field(uint8_t* to, Storage storage, const uint64_t* slots) {
  switch (storage) {
    case Storage::k8:
      *to = static_cast<uint8_t>(slots[0]);
      return;
    case Storage::k16:
      return store_le<uint16_t>(to, static_cast<uint16_t>(slots[0]));
    case Storage::k32:
      return store_le<uint32_t>(to, static_cast<uint32_t>(slots[0]));
    case Storage::k64:
      return store_le<uint64_t>(to, slots[0]);
    case Storage::k128:
      std::memcpy(to, slots, 16);
      return;
  }
}

void fill_elements(GcObject* array, const GcLayout& layout, uint64_t from, uint64_t count,
                   const uint64_t* value) {
  uint8_t* at = element_at(array, layout, from);
  switch (layout.element) {
    case Storage::k8:
      std::memset(at, static_cast<int>(value[0] & 0xff), count);
      return;
    case Storage::k16:
      std::fill_n(reinterpret_cast<uint16_t*>(at), count, static_cast<uint16_t>(value[0]));
      return;
    case Storage::k32:
      std::fill_n(reinterpret_cast<uint32_t*>(at), count, static_cast<uint32_t>(value[0]));
      return;
    case Storage::k64:
      std::fill_n(reinterpret_cast<uint64_t*>(at), count, value[0]);
      return;
    case Storage::k128:
      for (uint64_t i = 0; i < count; ++i) std::memcpy(at + 16 * i, value, 16);
      return;
  }
}

bool is_of_type(const TypeRegistry& registry, Ref ref, HeapType type, bool nullable) {
  if (ref == 0) return nullable;
  const auto has_kind = [&](ObjectKind kind) {
    return is_object(ref) && to_object(ref)->layout->kind == kind;
  };
  switch (type.kind) {
    case HeapKind::kFunc:
    case HeapKind::kExtern:
    case HeapKind::kAny:
    case HeapKind::kExn:
      return true;
    case HeapKind::kEq:
      return !is_host_ref(ref);
    case HeapKind::kI31:
      return is_i31(ref);
    case HeapKind::kStruct:
      return has_kind(ObjectKind::kStruct);
    case HeapKind::kArray:
      return has_kind(ObjectKind::kArray);
    case HeapKind::kDefined:
      if (registry.is_function(type.id)) return registry.matches(to_function(ref)->type, type.id);
      return is_object(ref) && registry.matches(to_object(ref)->layout->type, type.id);
    default:  // the bottom types have no values but null
      return false;
  }
}

}  // namespace tappet
