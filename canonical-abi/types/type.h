// The types of the component model (Explainer.md, "Type Definitions") as immutable nodes.
//
// Nodes live in a TypeArena and are handed around as plain pointers, which stay valid as long as
// the arena. Type equality is structural and decided by match.h; a node's *address* is its identity
// for one rule only, the external visibility of types: the type that an import or export introduces
// is a node of its own, though equal to the one it was made from.
//
// Whatever is asked often (size, alignment, flattening) is computed once, when a node is made; so
// no question about a type walks it, and types that double in size with every step stay cheap.
#pragma once

#include <span>
#include <string_view>

#include "canonical-abi/types/features.h"
#include "canonical-abi/types/flat.h"
#include "interp/module/module.h"
#include "interp/module/types.h"

namespace tappet::component {

using CoreFuncType = tappet::FuncType;  // as in definitions.py

// The constructors of value types, made from kinds.def.
enum class TypeKind : uint8_t {
#define KIND(name, text, code, size, flat, feature) k##name,
#include "canonical-abi/types/kinds.def"
#undef KIND
};
constexpr bool is_primitive(TypeKind kind) { return kind <= TypeKind::kErrorContext; }

struct KindRow {
  TypeKind kind;
  std::string_view text;
  uint8_t code;
  uint8_t size;
  CoreKind flat;
  ComponentFeature feature;
};
inline constexpr KindRow kKinds[] = {
#define KIND(name, text, code, size, flat, feature) \
  {TypeKind::k##name, text, code, size, CoreKind::k##flat, ComponentFeature::k##feature},
#include "canonical-abi/types/kinds.def"
#undef KIND
};
constexpr const KindRow& row(TypeKind kind) { return kKinds[static_cast<size_t>(kind)]; }

// A resource type as type checking sees it: an abstract type, equal to itself alone. Each component
// definition has a list of them, its slots; which resource type of the running program a slot
// stands for is known per component *instance* (component.h). Within an instance type or a
// component type it is a bound variable, replaced wherever the type is used.
struct Resource {
  static constexpr uint32_t kNoSlot = 0xffff'ffff;
  std::string_view name;    // of the import or export that introduces it, for messages; or empty
  uint32_t slot = kNoSlot;  // in Component::resources; kNoSlot for bound variables
  bool is_local = false;    // defined by its component: resource.new and resource.rep are allowed
  ValueType rep = kI32;     // local ones: the core type of the representation
};

// One type index that denotes a resource type. own and borrow point here, because only some of a
// resource's indices are externally visible names of it.
struct ResourceName {
  const Resource* resource;
};

struct ValType;

// A field, case, label, element or parameter. `label` is empty where there is none (tuples, lists);
// `type` is null where there is none (flags, enums, cases without payload).
struct Labelled {
  std::string_view label;
  const ValType* type = nullptr;
};

// How values lie in linear memory, for one width of addresses (CanonicalABI.md, "Alignment",
// "Element Size"). Sizes are below 2^28, but for the pairs of a map.
struct Layout {
  uint32_t size = 0;
  uint32_t alignment = 1;
  uint32_t payload_offset = 0;  // variants: from the start to the case's payload
};

// A value type.
struct ValType {
  TypeKind kind = TypeKind::kBool;
  uint8_t depth = 1;                  // levels of nesting, at most limits::kComponentTypeDepth
  bool contains_borrow = false;       // as in definitions.py
  bool contains_async_value = false;  // likewise
  bool contains_pointer = false;      // a string, list or map: lifting it needs a memory
  bool contains_name = false;         // a record, variant, enum, flags or resource: types that
                                      // must be named to be visible (named_types.h)
  bool contains_resource = false;
  uint32_t type_size = 1;  // nodes when written out; at most limits::kComponentTypeSize
  uint32_t length = 0;     // kFixedList
  // kRecord: fields. kTuple: elements. kVariant, kEnum, kOption, kResult: the cases of its
  // despecialisation. kFlags: labels. Otherwise empty.
  std::span<const Labelled> items;
  // kList, kFixedList: the element. kMap: its element, a tuple of key and value. kStream, kFuture:
  // the element, or null.
  const ValType* element = nullptr;
  const ResourceName* resource = nullptr;  // kOwn, kBorrow
  Layout layouts[2];                       // by AddressType
  FlatTypes flat[2];                       // by AddressType

  const Layout& layout(AddressType width) const { return layouts[static_cast<size_t>(width)]; }
};

// The node of a primitive type; the same for all arenas.
const ValType* primitive(TypeKind kind);

inline uint32_t elem_size(const ValType& t, AddressType width) { return t.layout(width).size; }
inline uint32_t alignment(const ValType& t, AddressType width) { return t.layout(width).alignment; }
inline FlatTypes flatten_type(const ValType& t, AddressType width) {
  return t.flat[static_cast<size_t>(width)];
}
// The size of the discriminant of a variant with that many cases: 1, 2 or 4.
constexpr uint32_t discriminant_size(size_t cases) {
  return cases <= 0x100 ? 1 : cases <= 0x10000 ? 2 : 4;
}
constexpr uint64_t align_to(uint64_t offset, uint32_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

// Values of the type are data alone, and can be copied.
inline bool is_plain(const ValType& t) { return !t.contains_resource && !t.contains_async_value; }

struct FuncType {
  bool is_async = false;
  std::span<const Labelled> params;
  const ValType* result = nullptr;  // null: none
  uint8_t depth = 1;
  bool contains_name = false;
  bool contains_resource = false;
  uint32_t type_size = 1;
};

struct InstanceType;
struct ComponentType;
struct ModuleType;

// What a type index denotes, or what an item has as its type.
class TypeRef {
 public:
  enum class Kind : uint8_t { kNone, kValue, kResource, kFunc, kInstance, kComponent, kModule };

  TypeRef() = default;
  TypeRef(const ValType* t) : kind_(Kind::kValue), node_(t) {}            // NOLINT: on purpose
  TypeRef(const ResourceName* t) : kind_(Kind::kResource), node_(t) {}    // NOLINT
  TypeRef(const FuncType* t) : kind_(Kind::kFunc), node_(t) {}            // NOLINT
  TypeRef(const InstanceType* t) : kind_(Kind::kInstance), node_(t) {}    // NOLINT
  TypeRef(const ComponentType* t) : kind_(Kind::kComponent), node_(t) {}  // NOLINT
  TypeRef(const ModuleType* t) : kind_(Kind::kModule), node_(t) {}        // NOLINT

  Kind kind() const { return kind_; }
  const void* identity() const { return node_; }
  // Each is null if the type is of another kind.
  const ValType* value() const { return as<ValType>(Kind::kValue); }
  const ResourceName* resource() const { return as<ResourceName>(Kind::kResource); }
  const FuncType* func() const { return as<FuncType>(Kind::kFunc); }
  const InstanceType* instance() const { return as<InstanceType>(Kind::kInstance); }
  const ComponentType* component() const { return as<ComponentType>(Kind::kComponent); }
  const ModuleType* module() const { return as<ModuleType>(Kind::kModule); }

 private:
  template <class T>
  const T* as(Kind kind) const {
    return kind_ == kind ? static_cast<const T*>(node_) : nullptr;
  }
  Kind kind_ = Kind::kNone;
  const void* node_ = nullptr;
};

}  // namespace tappet::component
