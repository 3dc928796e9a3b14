#include "canonical-abi/abi/flat.h"

#include <algorithm>

#include "canonical-abi/abi/load.h"
#include "canonical-abi/abi/store.h"
#include "canonical-abi/types/functype.h"

namespace tappet::component {
namespace {

uint32_t flat_size(const ValType& t, AddressType width) { return flatten_type(t, width).size(); }

bool lift_flat_items(LiftLowerContext& cx, CoreValueIter& vi, std::span<const Labelled> items,
                     std::span<ComponentValue> vs) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (!lift_flat(cx, vi, *items[i].type, vs[i])) return false;
  }
  return true;
}

bool lift_flat_record(LiftLowerContext& cx, CoreValueIter& vi, const ValType& t,
                      ComponentValue& v) {
  ComponentValue::List fields;
  if (!cx.charge(list_bytes(t.items.size()), [&] { fields.resize(t.items.size()); })) return false;
  if (!lift_flat_items(cx, vi, t.items, fields)) return false;
  v = ComponentValue::sequence(t.kind, std::move(fields));
  return true;
}

// Core values that the case does not use are passed all the same, and skipped. Those it uses may
// come in wider slots than its types ask for: next() narrows.
bool lift_flat_variant(LiftLowerContext& cx, CoreValueIter& vi, const ValType& t,
                       ComponentValue& v) {
  const size_t end = vi.position() + flat_size(t, cx.width());
  const uint64_t case_index = vi.next(4);
  if (!check_case_index(cx, case_index, t)) return false;
  const auto index = static_cast<uint32_t>(case_index);
  const ValType* const payload = t.items[index].type;
  if (payload == nullptr) {
    v = ComponentValue::variant(t.kind, index);
  } else {
    ComponentValue inner;
    if (!cx.charge(kHeapValueBytes) || !lift_flat(cx, vi, *payload, inner)) return false;
    v = ComponentValue::variant(t.kind, index, std::move(inner));
  }
  vi.skip_to(end);
  return true;
}

bool lift_flat_list(LiftLowerContext& cx, CoreValueIter& vi, const ValType& t, ComponentValue& v) {
  if (t.kind == TypeKind::kFixedList) {
    ComponentValue::List items;
    if (!cx.charge(list_bytes(t.length), [&] { items.resize(t.length); })) return false;
    for (ComponentValue& item : items) {
      if (!lift_flat(cx, vi, *t.element, item)) return false;
    }
    v = ComponentValue::sequence(t.kind, std::move(items));
    return true;
  }
  const uint64_t ptr = vi.next(cx.ptr_size());
  const uint64_t length = vi.next(cx.ptr_size());
  return load_list_from_range(cx, ptr, length, t, v);
}

bool lower_flat_items(LiftLowerContext& cx, std::span<const ComponentValue> vs,
                      std::span<const Labelled> items, FlatValues& flat) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (!lower_flat(cx, vs[i], *items[i].type, flat)) return false;
  }
  return true;
}

// As raw slots, all the coercions of the Python leave the bits alone; the rest is zeros.
bool lower_flat_variant(LiftLowerContext& cx, const ComponentValue& v, const ValType& t,
                        FlatValues& flat) {
  const uint32_t end = flat.size() + flat_size(t, cx.width());
  flat.push(v.case_index());
  const ValType* const payload = t.items[v.case_index()].type;
  if (payload != nullptr && !lower_flat(cx, *v.payload(), *payload, flat)) return false;
  while (flat.size() < end) flat.push(0);
  return true;
}

bool lower_flat_list(LiftLowerContext& cx, const ComponentValue& v, const ValType& t,
                     FlatValues& flat) {
  if (t.kind == TypeKind::kFixedList) {
    for (const ComponentValue& item : v.items()) {
      if (!lower_flat(cx, item, *t.element, flat)) return false;
    }
    return true;
  }
  uint64_t ptr = 0;
  uint64_t length = 0;
  if (!store_list_into_range(cx, v, t, ptr, length)) return false;
  flat.push(ptr);
  flat.push(length);
  return true;
}

bool lower_flat_string(LiftLowerContext& cx, const ComponentValue& v, FlatValues& flat) {
  uint64_t ptr = 0;
  uint64_t packed_length = 0;
  if (!store_string_into_range(cx, v, ptr, packed_length)) return false;
  flat.push(ptr);
  flat.push(packed_length);
  return true;
}

// lower_flat_signed and its like: a core value is as wide as its type, whatever the sign.
uint64_t core_bits(const ComponentValue& v) {
  const uint64_t bits = scalar_bits(v);
  return row(v.kind()).size == 8 ? bits : static_cast<uint32_t>(bits);
}

}  // namespace

bool lift_flat(LiftLowerContext& cx, CoreValueIter& vi, const ValType& t, ComponentValue& v) {
  switch (t.kind) {
    case TypeKind::kString: {
      const uint64_t ptr = vi.next(cx.ptr_size());
      const uint64_t packed_length = vi.next(cx.ptr_size());
      return load_string_from_range(cx, ptr, packed_length, v);
    }
    case TypeKind::kList:
    case TypeKind::kFixedList:
    case TypeKind::kMap:
      return lift_flat_list(cx, vi, t, v);
    case TypeKind::kRecord:
    case TypeKind::kTuple:
      return lift_flat_record(cx, vi, t, v);
    case TypeKind::kVariant:
    case TypeKind::kEnum:
    case TypeKind::kOption:
    case TypeKind::kResult:
      return lift_flat_variant(cx, vi, t, v);
    case TypeKind::kFlags:
      v = ComponentValue::flags(
          static_cast<uint32_t>(vi.next(4) & ((uint64_t{1} << t.items.size()) - 1)));
      return true;
    case TypeKind::kOwn:
    case TypeKind::kBorrow:
    case TypeKind::kErrorContext:
    case TypeKind::kStream:
    case TypeKind::kFuture:
      return lift_handle(cx, static_cast<uint32_t>(vi.next(4)), t, v);
    default:
      return lift_scalar(cx, vi.next(row(t.kind).size == 8 ? 8 : 4), t.kind, v);
  }
}

bool lower_flat(LiftLowerContext& cx, const ComponentValue& v, const ValType& t, FlatValues& flat) {
  assert(v.kind() == t.kind);
  switch (t.kind) {
    case TypeKind::kString:
      return lower_flat_string(cx, v, flat);
    case TypeKind::kList:
    case TypeKind::kFixedList:
    case TypeKind::kMap:
      return lower_flat_list(cx, v, t, flat);
    case TypeKind::kRecord:
    case TypeKind::kTuple:
      return lower_flat_items(cx, v.items(), t.items, flat);
    case TypeKind::kVariant:
    case TypeKind::kEnum:
    case TypeKind::kOption:
    case TypeKind::kResult:
      return lower_flat_variant(cx, v, t, flat);
    case TypeKind::kFlags:
      return flat.push(v.bits()), true;
    case TypeKind::kOwn:
    case TypeKind::kBorrow:
    case TypeKind::kErrorContext:
    case TypeKind::kStream:
    case TypeKind::kFuture: {
      uint32_t i = 0;
      if (!lower_handle(cx, v, t, i)) return false;
      return flat.push(i), true;
    }
    default:
      return flat.push(core_bits(v)), true;
  }
}

ValueTypes::ValueTypes(std::span<const Labelled> ts, uint32_t max_flat, AddressType width)
    : types(ts), in_memory(flatten_types(ts, width).size() > max_flat) {
  for (const Labelled& t : types) {
    const Layout& layout = t.type->layout(width);
    size = align_up(size, layout.alignment) + layout.size;
    alignment = std::max(alignment, layout.alignment);
  }
  size = align_up(size, alignment);
}

Signature::Signature(const FuncType& func, AddressType width, uint32_t max_flat_params,
                     uint32_t max_flat_results)
    : type(func),
      result_item{{}, func.result},
      params(func.params, max_flat_params, width),
      results(std::span(&result_item, func.result ? 1 : 0), max_flat_results, width) {}

bool lift_flat_values(LiftLowerContext& cx, CoreValueIter& vi, const ValueTypes& ts,
                      std::span<ComponentValue> vs) {
  assert(vs.size() == ts.types.size());
  if (!ts.in_memory) return lift_flat_items(cx, vi, ts.types, vs);
  const uint64_t ptr = vi.next(cx.ptr_size());
  if (!cx.check_range(ptr, ts.size, ts.alignment, "value")) return false;
  return load_fields(cx, ptr, ts.types, vs);
}

bool lower_flat_values(LiftLowerContext& cx, std::span<const ComponentValue> vs,
                       const ValueTypes& ts, CoreValueIter* out_param, FlatValues& flat) {
  assert(vs.size() == ts.types.size());
  if (!ts.in_memory) return lower_flat_items(cx, vs, ts.types, flat);
  uint64_t ptr = 0;
  if (out_param == nullptr) {
    if (!cx.allocate(ts.alignment, ts.size, "value", ptr)) return false;
    flat.push(ptr);
  } else {
    ptr = out_param->next(cx.ptr_size());
    if (!cx.check_range(ptr, ts.size, ts.alignment, "value")) return false;
  }
  return store_fields(cx, vs, ts.types, ptr);
}

}  // namespace tappet::component
