// Making value types: their layout and flattening follow from their parts' (CanonicalABI.md,
// "Alignment", "Element Size", "Flattening"), once per node.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "canonical-abi/types/arena.h"
#include "interp/base/limits.h"

namespace tappet::component {
namespace {

constexpr AddressType kWidths[] = {AddressType::kI32, AddressType::kI64};
constexpr uint32_t pointer_size(AddressType width) { return width == AddressType::kI64 ? 8 : 4; }

// Sizes while they are computed, where they may exceed what a Layout holds.
struct Extent {
  uint64_t size = 0;
  uint32_t alignment = 1;
  uint64_t payload_offset = 0;
};

Extent record_extent(std::span<const Labelled> fields, AddressType width) {
  Extent e;
  for (const Labelled& f : fields) {
    const Layout& layout = f.type->layout(width);
    e.size = align_to(e.size, layout.alignment) + layout.size;
    e.alignment = std::max(e.alignment, layout.alignment);
  }
  e.size = align_to(e.size, e.alignment);
  return e;
}

Extent variant_extent(std::span<const Labelled> cases, AddressType width) {
  const uint32_t discriminant = discriminant_size(cases.size());
  uint64_t payload_size = 0;
  uint32_t payload_alignment = 1;
  for (const Labelled& c : cases) {
    if (!c.type) continue;
    payload_size = std::max<uint64_t>(payload_size, elem_size(*c.type, width));
    payload_alignment = std::max(payload_alignment, alignment(*c.type, width));
  }
  Extent e;
  e.alignment = std::max(discriminant, payload_alignment);
  e.payload_offset = align_to(discriminant, payload_alignment);
  e.size = align_to(e.payload_offset + payload_size, e.alignment);
  return e;
}

uint32_t flags_size(size_t labels) { return labels <= 8 ? 1 : labels <= 16 ? 2 : 4; }

Extent extent(const ValType& t, AddressType width) {
  switch (t.kind) {
    case TypeKind::kRecord:
    case TypeKind::kTuple:
      return record_extent(t.items, width);
    case TypeKind::kVariant:
    case TypeKind::kEnum:
    case TypeKind::kOption:
    case TypeKind::kResult:
      return variant_extent(t.items, width);
    case TypeKind::kFlags:
      return {flags_size(t.items.size()), flags_size(t.items.size()), 0};
    case TypeKind::kFixedList:
      return {uint64_t{t.length} * elem_size(*t.element, width), alignment(*t.element, width), 0};
    case TypeKind::kString:
    case TypeKind::kList:
    case TypeKind::kMap:
      return {2 * pointer_size(width), pointer_size(width), 0};
    default:
      return {row(t.kind).size, row(t.kind).size, 0};
  }
}

FlatTypes flatten_variant(std::span<const Labelled> cases, AddressType width) {
  FlatTypes payload;
  for (const Labelled& c : cases) {
    if (c.type) payload.join_with(flatten_type(*c.type, width));
  }
  FlatTypes flat(CoreKind::kI32);  // whatever the discriminant's size
  flat.append(payload);
  return flat;
}

FlatTypes flatten(const ValType& t, AddressType width) {
  FlatTypes flat;
  switch (t.kind) {
    case TypeKind::kRecord:
    case TypeKind::kTuple:
      for (const Labelled& f : t.items) flat.append(flatten_type(*f.type, width));
      return flat;
    case TypeKind::kVariant:
    case TypeKind::kOption:
    case TypeKind::kResult:
      return flatten_variant(t.items, width);
    case TypeKind::kFixedList:
      for (uint32_t i = 0; i < t.length && !flat.too_many(); ++i) {
        flat.append(flatten_type(*t.element, width));
      }
      return flat;
    case TypeKind::kString:
    case TypeKind::kList:
    case TypeKind::kMap:
      flat.push(core_kind(width));
      flat.push(core_kind(width));
      return flat;
    default:
      return FlatTypes(row(t.kind).flat);
  }
}

bool is_handle(TypeKind kind) { return kind == TypeKind::kStream || kind == TypeKind::kFuture; }

bool has_name(TypeKind kind) {
  return kind == TypeKind::kRecord || kind == TypeKind::kVariant || kind == TypeKind::kFlags ||
         kind == TypeKind::kEnum;
}

// Everything about a node that follows from its parts but the layout.
Result<> summarise(ValType& t, const ValType& part) {
  t.contains_borrow |= part.contains_borrow;
  t.contains_async_value |= part.contains_async_value;
  t.contains_pointer |= part.contains_pointer;
  t.contains_name |= part.contains_name;
  t.contains_resource |= part.contains_resource;
  t.depth = std::max<uint8_t>(t.depth, part.depth + 1);
  if (t.depth > limits::kComponentTypeDepth) {
    return fail(ErrorKind::kLimit,
                fmt::format("type nesting is deeper than {} levels", limits::kComponentTypeDepth));
  }
  t.type_size += part.type_size;  // at most twice the limit: no overflow
  if (t.type_size > limits::kComponentTypeSize) {
    return fail(ErrorKind::kLimit, fmt::format("effective type size exceeds the limit of {}",
                                               limits::kComponentTypeSize));
  }
  return {};
}

// Returns the larger of the two sizes, which may be too large.
uint64_t lay_out(ValType& t) {
  uint64_t largest = 0;
  for (const AddressType width : kWidths) {
    const Extent e = extent(t, width);
    largest = std::max(largest, e.size);
    t.layouts[static_cast<size_t>(width)] = {static_cast<uint32_t>(e.size), e.alignment,
                                             static_cast<uint32_t>(e.payload_offset)};
    t.flat[static_cast<size_t>(width)] = flatten(t, width);
  }
  return largest;
}

ValType make_primitive(TypeKind kind) {
  ValType t;
  t.kind = kind;
  t.contains_pointer = kind == TypeKind::kString;
  lay_out(t);
  return t;
}

constexpr size_t kPrimitiveCount = static_cast<size_t>(TypeKind::kErrorContext) + 1;

std::array<ValType, kPrimitiveCount> make_primitives() {
  std::array<ValType, kPrimitiveCount> all;
  for (size_t i = 0; i < kPrimitiveCount; ++i) all[i] = make_primitive(static_cast<TypeKind>(i));
  return all;
}

// The items of the despecialised type; for the types with an element, none.
std::vector<Labelled> despecialize(TypeKind kind, std::span<const Labelled> items) {
  switch (kind) {
    case TypeKind::kOption:
      return {{"none", nullptr}, {"some", items[0].type}};
    case TypeKind::kResult:
      return {{"ok", items[0].type}, {"error", items[1].type}};
    case TypeKind::kRecord:
    case TypeKind::kTuple:
    case TypeKind::kVariant:
    case TypeKind::kFlags:
    case TypeKind::kEnum:
      return {items.begin(), items.end()};
    default:
      return {};
  }
}

}  // namespace

const ValType* primitive(TypeKind kind) {
  static const std::array<ValType, kPrimitiveCount> kAll = make_primitives();
  assert(is_primitive(kind));
  return &kAll[static_cast<size_t>(kind)];
}

Result<const ValType*> TypeArena::compose(TypeKind kind, std::span<const Labelled> items,
                                          uint32_t length) {
  ValType t;
  t.kind = kind;
  t.length = length;
  t.items = TAPPET_TRY(copy(std::span<const Labelled>(despecialize(kind, items))));
  t.contains_pointer = kind == TypeKind::kList || kind == TypeKind::kMap;
  t.contains_async_value = is_handle(kind);
  t.contains_name = has_name(kind);
  for (const Labelled& item : items) {
    if (item.type) TAPPET_TRY(summarise(t, *item.type));
  }
  if (is_handle(kind)) t.contains_pointer = false;  // lifted by index, whatever flows through it
  if (kind == TypeKind::kMap) {
    ValType pair;
    pair.kind = TypeKind::kTuple;
    pair.items = TAPPET_TRY(copy(items));
    for (const Labelled& item : items) TAPPET_TRY(summarise(pair, *item.type));
    lay_out(pair);  // two sizes below 2^28 and padding: fits, and has no limit of its own
    t.element = TAPPET_TRY(make(pair));
  } else if (t.items.empty()) {
    t.element = items[0].type;
  }
  if (lay_out(t) >= limits::kValueTypeBytes) {
    return fail(ErrorKind::kInvalid, fmt::format("{} type exceeds the maximum byte size of {}",
                                                 row(kind).text, limits::kValueTypeBytes - 1));
  }
  return TAPPET_TRY(make(t));
}

Result<const ValType*> TypeArena::handle(TypeKind kind, const ResourceName* resource) {
  ValType t;
  t.kind = kind;
  t.resource = resource;
  t.contains_borrow = kind == TypeKind::kBorrow;
  t.contains_name = t.contains_resource = true;
  lay_out(t);
  return TAPPET_TRY(make(t));
}

Result<const ValType*> TypeArena::renamed(const ValType* type) {
  if (is_primitive(type->kind)) return type;
  return TAPPET_TRY(make(*type));
}

}  // namespace tappet::component
