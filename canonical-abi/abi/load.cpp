#include "canonical-abi/abi/load.h"

#include <fmt/format.h>

#include "interp/base/utf8.h"

namespace tappet::component {
namespace {

bool is_signed(TypeKind kind) {
  return kind == TypeKind::kS8 || kind == TypeKind::kS16 || kind == TypeKind::kS32 ||
         kind == TypeKind::kS64;
}

bool load_record(LiftLowerContext& cx, uint64_t ptr, const ValType& t, ComponentValue& v) {
  ComponentValue::List fields;
  if (!cx.charge(list_bytes(t.items.size()), [&] { fields.resize(t.items.size()); })) return false;
  if (!load_fields(cx, ptr, t.items, fields)) return false;
  v = ComponentValue::sequence(t.kind, std::move(fields));
  return true;
}

bool load_variant(LiftLowerContext& cx, uint64_t ptr, const ValType& t, ComponentValue& v) {
  const uint64_t case_index = load_int(cx, ptr, discriminant_size(t.items.size()));
  if (!check_case_index(cx, case_index, t)) return false;
  const auto index = static_cast<uint32_t>(case_index);
  const ValType* const payload = t.items[index].type;
  if (payload == nullptr) {
    v = ComponentValue::variant(t.kind, index);
    return true;
  }
  ComponentValue inner;
  if (!cx.charge(kHeapValueBytes)) return false;
  if (!load(cx, ptr + t.layout(cx.width()).payload_offset, *payload, inner)) return false;
  v = ComponentValue::variant(t.kind, index, std::move(inner));
  return true;
}

bool load_list(LiftLowerContext& cx, uint64_t ptr, const ValType& t, ComponentValue& v) {
  if (t.kind == TypeKind::kFixedList) return load_list_from_valid_range(cx, ptr, t.length, t, v);
  const uint64_t begin = load_int(cx, ptr, cx.ptr_size());
  const uint64_t length = load_int(cx, ptr + cx.ptr_size(), cx.ptr_size());
  return load_list_from_range(cx, begin, length, t, v);
}

bool load_string(LiftLowerContext& cx, uint64_t ptr, ComponentValue& v) {
  const uint64_t begin = load_int(cx, ptr, cx.ptr_size());
  const uint64_t tagged_code_units = load_int(cx, ptr + cx.ptr_size(), cx.ptr_size());
  return load_string_from_range(cx, begin, tagged_code_units, v);
}

// The elements of a list of numbers, without a decision per element. Chars and bools are not
// numbers: one can trap, the other takes any bits.
template <class T>
void load_numbers(const uint8_t* from, TypeKind kind, ComponentValue::List& out, uint32_t length) {
  for (uint32_t i = 0; i < length; ++i) {
    const auto n = load_le<T>(from + sizeof(T) * i);
    out.push_back(ComponentValue::scalar(kind, static_cast<uint64_t>(n)));
  }
}

bool load_numbers(LiftLowerContext& cx, uint64_t ptr, uint32_t length, TypeKind kind,
                  ComponentValue::List& out) {
  const uint8_t* const from = cx.memory() + ptr;
  switch (kind) {
    case TypeKind::kU8:
      return load_numbers<uint8_t>(from, kind, out, length), true;
    case TypeKind::kS8:
      return load_numbers<int8_t>(from, kind, out, length), true;
    case TypeKind::kU16:
      return load_numbers<uint16_t>(from, kind, out, length), true;
    case TypeKind::kS16:
      return load_numbers<int16_t>(from, kind, out, length), true;
    case TypeKind::kU32:
      return load_numbers<uint32_t>(from, kind, out, length), true;
    case TypeKind::kS32:
      return load_numbers<int32_t>(from, kind, out, length), true;
    case TypeKind::kU64:
    case TypeKind::kS64:
      return load_numbers<uint64_t>(from, kind, out, length), true;
    default:
      return false;
  }
}

}  // namespace

uint64_t load_int(LiftLowerContext& cx, uint64_t ptr, uint32_t nbytes, bool is_signed) {
  const uint8_t* const from = cx.memory() + ptr;
  const auto extend = [is_signed](auto n, auto m) -> uint64_t {
    return is_signed ? static_cast<uint64_t>(int64_t{m}) : uint64_t{n};
  };
  switch (nbytes) {
    case 1:
      return extend(load_le<uint8_t>(from), load_le<int8_t>(from));
    case 2:
      return extend(load_le<uint16_t>(from), load_le<int16_t>(from));
    case 4:
      return extend(load_le<uint32_t>(from), load_le<int32_t>(from));
    default:
      return load_le<uint64_t>(from);
  }
}

bool check_char(LiftLowerContext& cx, uint32_t i) {
  return is_scalar_value(i) || cx.trap(fmt::format("invalid `char` bit pattern: {:#x}", i));
}

bool lift_scalar(LiftLowerContext& cx, uint64_t bits, TypeKind kind, ComponentValue& v) {
  switch (kind) {
    case TypeKind::kBool:  // convert_int_to_bool
      bits = bits != 0;
      break;
    case TypeKind::kF32:  // decode_i32_as_float
      bits = canonicalize_nan32(static_cast<uint32_t>(bits));
      break;
    case TypeKind::kF64:  // decode_i64_as_float
      bits = canonicalize_nan64(bits);
      break;
    case TypeKind::kChar:
      bits = static_cast<uint32_t>(bits);
      if (!check_char(cx, static_cast<uint32_t>(bits))) return false;
      break;
    default: {
      const uint32_t unused = 64 - 8u * row(kind).size;
      bits <<= unused;
      bits = is_signed(kind) ? static_cast<uint64_t>(static_cast<int64_t>(bits) >> unused)
                             : bits >> unused;
    }
  }
  v = ComponentValue::scalar(kind, bits);
  return true;
}

bool lift_handle(LiftLowerContext& cx, uint32_t i, const ValType& t, ComponentValue& v) {
  if (t.kind != TypeKind::kOwn && t.kind != TypeKind::kBorrow) {
    ComponentValue::Shared shared;
    if (!cx.handles().lift_shared(cx, i, t, shared)) return false;
    v = ComponentValue::shared(t.kind, std::move(shared));
    return true;
  }
  uint64_t rep = 0;
  const bool ok = t.kind == TypeKind::kOwn ? cx.handles().lift_own(cx, i, t, rep)
                                           : cx.handles().lift_borrow(cx, i, t, rep);
  if (ok) v = ComponentValue::handle(t.kind, rep);
  return ok;
}

bool load(LiftLowerContext& cx, uint64_t ptr, const ValType& t, ComponentValue& v) {
  assert(is_aligned(ptr, alignment(t, cx.width())));
  assert(cx.in_memory(ptr, elem_size(t, cx.width())));
  switch (t.kind) {
    case TypeKind::kString:
      return load_string(cx, ptr, v);
    case TypeKind::kList:
    case TypeKind::kFixedList:
    case TypeKind::kMap:
      return load_list(cx, ptr, t, v);
    case TypeKind::kRecord:
    case TypeKind::kTuple:
      return load_record(cx, ptr, t, v);
    case TypeKind::kVariant:
    case TypeKind::kEnum:
    case TypeKind::kOption:
    case TypeKind::kResult:
      return load_variant(cx, ptr, t, v);
    case TypeKind::kFlags:
      v = ComponentValue::flags(static_cast<uint32_t>(load_int(cx, ptr, elem_size(t, cx.width())) &
                                                      ((uint64_t{1} << t.items.size()) - 1)));
      return true;
    case TypeKind::kOwn:
    case TypeKind::kBorrow:
    case TypeKind::kErrorContext:
    case TypeKind::kStream:
    case TypeKind::kFuture:
      return lift_handle(cx, static_cast<uint32_t>(load_int(cx, ptr, 4)), t, v);
    default:
      return lift_scalar(cx, load_int(cx, ptr, row(t.kind).size), t.kind, v);
  }
}

bool check_list_range(LiftLowerContext& cx, uint64_t ptr, uint64_t length, const ValType& t) {
  const Layout& layout = t.element->layout(cx.width());
  // Elements have a size, so this bounds their number too, and their product cannot wrap.
  if (length > limits::kListBytes / layout.size) return cx.trap("list size is too large");
  return cx.check_range(ptr, length * layout.size, layout.alignment, "list");
}

bool load_list_from_range(LiftLowerContext& cx, uint64_t ptr, uint64_t length, const ValType& t,
                          ComponentValue& v) {
  return check_list_range(cx, ptr, length, t) &&
         load_list_from_valid_range(cx, ptr, static_cast<uint32_t>(length), t, v);
}

bool load_list_from_valid_range(LiftLowerContext& cx, uint64_t ptr, uint32_t length,
                                const ValType& t, ComponentValue& v) {
  const ValType& element = *t.element;
  if (t.kind == TypeKind::kList && element.kind == TypeKind::kU8) {
    if (cx.lifts_in_place() && length != 0) {
      v = ComponentValue::borrowed_bytes({cx.memory() + ptr, length});
      return true;
    }
    Bytes bytes;
    if (!cx.charge(sizeof(Bytes) + length,
                   [&] { bytes.assign(cx.memory() + ptr, cx.memory() + ptr + length); })) {
      return false;
    }
    v = ComponentValue::bytes(std::move(bytes));
    return true;
  }
  ComponentValue::List items;
  if (!cx.charge(list_bytes(length), [&] { items.reserve(length); })) return false;
  if (!load_numbers(cx, ptr, length, element.kind, items)) {
    const uint32_t size = elem_size(element, cx.width());
    for (uint32_t i = 0; i < length; ++i) {
      if (!load(cx, ptr + uint64_t{i} * size, element, items.emplace_back())) return false;
    }
  }
  v = ComponentValue::sequence(t.kind, std::move(items));
  return true;
}

bool load_fields(LiftLowerContext& cx, uint64_t ptr, std::span<const Labelled> fields,
                 std::span<ComponentValue> vs) {
  for (size_t i = 0; i < fields.size(); ++i) {
    const Layout& layout = fields[i].type->layout(cx.width());
    ptr = align_up(ptr, layout.alignment);
    if (!load(cx, ptr, *fields[i].type, vs[i])) return false;
    ptr += layout.size;
  }
  return true;
}

uint64_t utf16_tag(AddressType width) {
  return uint64_t{1} << (width == AddressType::kI64 ? 63 : 31);
}

}  // namespace tappet::component
