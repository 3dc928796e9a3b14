#include "canonical-abi/abi/store.h"

#include "interp/base/limits.h"

namespace tappet::component {
namespace {

bool store_variant(LiftLowerContext& cx, const ComponentValue& v, const ValType& t, uint64_t ptr) {
  store_int(cx, v.case_index(), ptr, discriminant_size(t.items.size()));
  const ValType* const payload = t.items[v.case_index()].type;
  if (payload == nullptr) return true;
  return store(cx, *v.payload(), *payload, ptr + t.layout(cx.width()).payload_offset);
}

bool store_list(LiftLowerContext& cx, const ComponentValue& v, const ValType& t, uint64_t ptr) {
  if (t.kind == TypeKind::kFixedList) return store_list_into_valid_range(cx, v, t, ptr);
  uint64_t begin = 0;
  uint64_t length = 0;
  if (!store_list_into_range(cx, v, t, begin, length)) return false;
  store_int(cx, begin, ptr, cx.ptr_size());
  store_int(cx, length, ptr + cx.ptr_size(), cx.ptr_size());
  return true;
}

bool store_string(LiftLowerContext& cx, const ComponentValue& v, uint64_t ptr) {
  uint64_t begin = 0;
  uint64_t tagged_code_units = 0;
  if (!store_string_into_range(cx, v, begin, tagged_code_units)) return false;
  store_int(cx, begin, ptr, cx.ptr_size());
  store_int(cx, tagged_code_units, ptr + cx.ptr_size(), cx.ptr_size());
  return true;
}

template <class T>
void store_numbers(const ComponentValue::List& items, uint8_t* to) {
  for (const ComponentValue& item : items) {
    store_le(to, static_cast<T>(item.bits()));
    to += sizeof(T);
  }
}

// A list of integers, without a decision per element; false if it is of something else.
bool store_numbers(LiftLowerContext& cx, const ComponentValue& v, TypeKind kind, uint64_t ptr) {
  uint8_t* const to = cx.memory() + ptr;
  switch (kind) {
    case TypeKind::kU8:
    case TypeKind::kS8:
      return store_numbers<uint8_t>(v.items(), to), true;
    case TypeKind::kU16:
    case TypeKind::kS16:
      return store_numbers<uint16_t>(v.items(), to), true;
    case TypeKind::kU32:
    case TypeKind::kS32:
      return store_numbers<uint32_t>(v.items(), to), true;
    case TypeKind::kU64:
    case TypeKind::kS64:
      return store_numbers<uint64_t>(v.items(), to), true;
    default:
      return false;
  }
}

}  // namespace

void store_int(LiftLowerContext& cx, uint64_t v, uint64_t ptr, uint32_t nbytes) {
  uint8_t* const to = cx.memory() + ptr;
  switch (nbytes) {
    case 1:
      return store_le(to, static_cast<uint8_t>(v));
    case 2:
      return store_le(to, static_cast<uint16_t>(v));
    case 4:
      return store_le(to, static_cast<uint32_t>(v));
    default:
      return store_le(to, v);
  }
}

uint64_t scalar_bits(const ComponentValue& v) {
  switch (v.kind()) {
    case TypeKind::kF32:  // encode_float_as_i32
      return canonicalize_nan32(v.as_u32());
    case TypeKind::kF64:  // encode_float_as_i64
      return canonicalize_nan64(v.bits());
    default:
      return v.bits();
  }
}

bool lower_handle(LiftLowerContext& cx, const ComponentValue& v, const ValType& t, uint32_t& i) {
  switch (t.kind) {
    case TypeKind::kOwn:
      return cx.handles().lower_own(cx, v.rep(), t, i);
    case TypeKind::kBorrow:
      return cx.handles().lower_borrow(cx, v.rep(), t, i);
    default:
      return cx.handles().lower_shared(cx, v.shared(), t, i);
  }
}

bool store(LiftLowerContext& cx, const ComponentValue& v, const ValType& t, uint64_t ptr) {
  assert(v.kind() == t.kind);
  assert(is_aligned(ptr, alignment(t, cx.width())));
  assert(cx.in_memory(ptr, elem_size(t, cx.width())));
  switch (t.kind) {
    case TypeKind::kString:
      return store_string(cx, v, ptr);
    case TypeKind::kList:
    case TypeKind::kFixedList:
    case TypeKind::kMap:
      return store_list(cx, v, t, ptr);
    case TypeKind::kRecord:
    case TypeKind::kTuple:
      return store_fields(cx, v.items(), t.items, ptr);
    case TypeKind::kVariant:
    case TypeKind::kEnum:
    case TypeKind::kOption:
    case TypeKind::kResult:
      return store_variant(cx, v, t, ptr);
    case TypeKind::kFlags:
      return store_int(cx, v.bits(), ptr, elem_size(t, cx.width())), true;
    case TypeKind::kOwn:
    case TypeKind::kBorrow:
    case TypeKind::kErrorContext:
    case TypeKind::kStream:
    case TypeKind::kFuture: {
      uint32_t i = 0;
      if (!lower_handle(cx, v, t, i)) return false;
      return store_int(cx, i, ptr, 4), true;
    }
    default:
      return store_int(cx, scalar_bits(v), ptr, row(t.kind).size), true;
  }
}

bool allocate_list(LiftLowerContext& cx, uint64_t length, const ValType& t, uint64_t& begin) {
  const Layout& layout = t.element->layout(cx.width());
  // Lists that guests pass are shorter; this is for the host's.
  if (length > limits::kListBytes / layout.size) return cx.trap("list size is too large");
  return cx.allocate(layout.alignment, length * layout.size, "list", begin);
}

bool store_list_into_range(LiftLowerContext& cx, const ComponentValue& v, const ValType& t,
                           uint64_t& begin, uint64_t& length) {
  length = v.is_bytes() ? v.bytes().size() : v.items().size();
  return allocate_list(cx, length, t, begin) && store_list_into_valid_range(cx, v, t, begin);
}

bool store_list_into_valid_range(LiftLowerContext& cx, const ComponentValue& v, const ValType& t,
                                 uint64_t ptr) {
  if (v.is_bytes()) {
    if (!v.bytes().empty()) std::memmove(cx.memory() + ptr, v.bytes().data(), v.bytes().size());
    return true;
  }
  const ValType& element = *t.element;
  if (store_numbers(cx, v, element.kind, ptr)) return true;
  const uint32_t size = elem_size(element, cx.width());
  for (const ComponentValue& item : v.items()) {
    if (!store(cx, item, element, ptr)) return false;
    ptr += size;
  }
  return true;
}

bool store_fields(LiftLowerContext& cx, std::span<const ComponentValue> vs,
                  std::span<const Labelled> fields, uint64_t ptr) {
  for (size_t i = 0; i < fields.size(); ++i) {
    const Layout& layout = fields[i].type->layout(cx.width());
    ptr = align_up(ptr, layout.alignment);
    if (!store(cx, vs[i], *fields[i].type, ptr)) return false;
    ptr += layout.size;
  }
  return true;
}

}  // namespace tappet::component
