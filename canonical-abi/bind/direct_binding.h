// The types that are lifted and lowered without component values in between: as definitions.py has
// it, with the type known to the compiler.
//
//   T lift_flat(call, t)                    from the next core values
//   T load(call, t, ptr)                    from memory; ptr is aligned and in range
//   void store(call, t, value, ptr)         to memory, likewise
//   uint64_t lower_flat(call, t, value)     to the one core value that it takes
//
// `t` is the component's type, which says where parts lie and what handles stand for. Lifting is
// total: after a trap it goes on with whatever the core values and the bytes in range mean, but
// looks at nothing else. Results of other types are lowered by way of component values; functions
// with other parameters are called by way of them altogether.
#pragma once

#include "canonical-abi/bind/binding.h"
#include "canonical-abi/bind/direct.h"

namespace tappet::component {

template <class T>
concept DirectParameter =
    requires(DirectCall& call, const ValType& t) { Direct<T>::lift_flat(call, t); };

template <class T>
struct Direct {
  // Binding moves from most values.
  // NOLINTBEGIN(performance-unnecessary-value-param)
  static void store(DirectCall& call, const ValType& t, T value, uint64_t ptr) {
    call.store_value(t, Binding<T>::lower(call, std::move(value)), ptr);
  }
  static uint64_t lower_flat(DirectCall& call, const ValType& t, T value) {
    return call.lower_value(t, Binding<T>::lower(call, std::move(value)));
  }
  // NOLINTEND(performance-unnecessary-value-param)
};

namespace detail {

template <size_t kBytes>
using UintOf = std::conditional_t<
    kBytes == 1, uint8_t,
    std::conditional_t<kBytes == 2, uint16_t, std::conditional_t<kBytes == 4, uint32_t, uint64_t>>>;

template <class T>
concept DirectScalar = std::integral<T> || std::same_as<T, float> || std::same_as<T, double>;

// As lift_scalar() does; `bits` has the type's width.
template <class T>
T from_bits(DirectCall& call, UintOf<sizeof(T)> bits) {
  if constexpr (std::same_as<T, float>) {
    return std::bit_cast<float>(canonicalize_nan32(bits));
  } else if constexpr (std::same_as<T, double>) {
    return std::bit_cast<double>(canonicalize_nan64(bits));
  } else if constexpr (std::same_as<T, char32_t>) {
    return call.check_char(bits);
  } else {
    return static_cast<T>(bits);
  }
}
template <class T>
UintOf<sizeof(T)> to_bits(DirectCall& call, T value) {
  if constexpr (std::same_as<T, float>) {
    return canonicalize_nan32(std::bit_cast<uint32_t>(value));
  } else if constexpr (std::same_as<T, double>) {
    return canonicalize_nan64(std::bit_cast<uint64_t>(value));
  } else if constexpr (std::same_as<T, char32_t>) {
    return call.character(value).as_u32();
  } else {
    return static_cast<UintOf<sizeof(T)>>(value);
  }
}

template <class T>
T lift_flat_payload(DirectCall& call, const ValType* t) {
  if constexpr (std::same_as<T, Unit>) {
    return {};
  } else {
    return Direct<T>::lift_flat(call, *t);
  }
}
template <class T>
T load_payload(DirectCall& call, const ValType* t, uint64_t ptr) {
  if constexpr (std::same_as<T, Unit>) {
    return {};
  } else {
    return Direct<T>::load(call, *t, ptr);
  }
}
template <class T>
concept DirectPayload = std::same_as<T, Unit> || DirectParameter<T>;

inline uint64_t payload_of(DirectCall& call, const ValType& t, uint64_t ptr) {
  return ptr + t.layout(call.cx().width()).payload_offset;
}
template <class T>
void store_case(DirectCall& call, const ValType& t, uint32_t index, T&& payload, uint64_t ptr) {
  using Payload = std::remove_cvref_t<T>;
  store_int(call.cx(), index, ptr, discriminant_size(t.items.size()));
  if constexpr (!std::same_as<Payload, Unit>) {
    Direct<Payload>::store(call, *t.items[index].type, std::forward<T>(payload),
                           payload_of(call, t, ptr));
  }
}

// Variants: `make(index, payload)` gets their case and a function that lifts its payload,
// `payload.template operator()<T>()`.
template <class Make>
auto lift_flat_case(DirectCall& call, const ValType& t, Make make) {
  CoreValueIter& flat = call.flat();
  const size_t end = flat.position() + flatten_type(t, call.cx().width()).size();
  const uint32_t index = call.check_case(flat.next(4), t);
  auto made = make(index, [&]<class T>(std::type_identity<T>) {
    return lift_flat_payload<T>(call, t.items[index].type);
  });
  flat.skip_to(end);
  return made;
}
template <class Make>
auto load_case(DirectCall& call, const ValType& t, uint64_t ptr, Make make) {
  const uint64_t discriminant = load_int(call.cx(), ptr, discriminant_size(t.items.size()));
  const uint32_t index = call.check_case(discriminant, t);
  return make(index, [&]<class T>(std::type_identity<T>) {
    return load_payload<T>(call, t.items[index].type, payload_of(call, t, ptr));
  });
}

// The fields of a record or tuple, one after the other: where each lies.
class FieldCursor {
 public:
  FieldCursor(DirectCall& call, const ValType& t, uint64_t ptr)
      : width_(call.cx().width()), next_(t.items.data()), ptr_(ptr) {}
  struct Field {
    const ValType& type;
    uint64_t ptr;
  };
  Field next() {
    const ValType& type = *(next_++)->type;
    const Layout& layout = type.layout(width_);
    const uint64_t at = align_up(ptr_, layout.alignment);
    ptr_ = at + layout.size;
    return {type, at};
  }

 private:
  AddressType width_;
  const Labelled* next_;
  uint64_t ptr_;
};

// Of the types below, those that are one core value are seldom results: they may go by way of
// component values.
template <class T>
struct DirectAggregate {
  static uint64_t lower_flat(DirectCall& call, const ValType& t, T value) {
    return call.lower_value(t, Binding<T>::lower(call, std::move(value)));
  }
};

}  // namespace detail

template <detail::DirectScalar T>
  requires Bindable<T>
struct Direct<T> {
  using Bits = detail::UintOf<sizeof(T)>;
  static T lift_flat(DirectCall& call, const ValType&) {
    const uint64_t bits = call.flat().next(sizeof(T) == 8 ? 8 : 4);
    if constexpr (std::same_as<T, bool>) return bits != 0;
    return detail::from_bits<T>(call, static_cast<Bits>(bits));
  }
  static T load(DirectCall& call, const ValType&, uint64_t ptr) {
    return detail::from_bits<T>(call, load_le<Bits>(call.at(ptr)));
  }
  static void store(DirectCall& call, const ValType&, T value, uint64_t ptr) {
    store_le(call.cx().memory() + ptr, detail::to_bits(call, value));
  }
  static uint64_t lower_flat(DirectCall& call, const ValType&, T value) {
    if constexpr (std::is_signed_v<T> && std::integral<T> && sizeof(T) < 4) {
      return static_cast<uint32_t>(int32_t{value});
    } else {
      return detail::to_bits(call, value);
    }
  }
};

template <>
struct Direct<std::string> : detail::DirectAggregate<std::string> {
  static std::string lift_flat(DirectCall& call, const ValType&) {
    const uint64_t ptr = call.next_pointer();
    const uint64_t length = call.next_pointer();
    return call.load_string(ptr, length);
  }
  static std::string load(DirectCall& call, const ValType&, uint64_t ptr) {
    const uint64_t begin = call.load_pointer(ptr);
    const uint64_t length = call.load_pointer(ptr + call.cx().ptr_size());
    return call.load_string(begin, length);
  }
  static void store(DirectCall& call, const ValType&, const std::string& text, uint64_t ptr) {
    call.store_string(text, ptr);
  }
};

template <DirectParameter T>
struct Direct<std::vector<T>> : detail::DirectAggregate<std::vector<T>> {
  static std::vector<T> lift_flat(DirectCall& call, const ValType& t) {
    const uint64_t ptr = call.next_pointer();
    const uint64_t length = call.next_pointer();
    return load_from_range(call, t, ptr, length);
  }
  static std::vector<T> load(DirectCall& call, const ValType& t, uint64_t ptr) {
    const uint64_t begin = call.load_pointer(ptr);
    const uint64_t length = call.load_pointer(ptr + call.cx().ptr_size());
    return load_from_range(call, t, begin, length);
  }
  // NOLINTNEXTLINE(performance-unnecessary-value-param): for most types it is taken apart
  static void store(DirectCall& call, const ValType& t, std::vector<T> items, uint64_t ptr) {
    if constexpr (std::same_as<T, uint8_t>) {
      call.store_bytes(t, items, ptr);
    } else {
      uint64_t at = 0;
      if (!call.store_list(t, items.size(), ptr, at)) return;
      const uint32_t size = elem_size(*t.element, call.cx().width());
      for (auto&& item : items) {
        if (!call.ok()) return;
        Direct<T>::store(call, *t.element, static_cast<T>(std::move(item)), at);
        at += size;
      }
    }
  }

 private:
  static std::vector<T> load_from_range(DirectCall& call, const ValType& t, uint64_t ptr,
                                        uint64_t length) {
    if constexpr (std::same_as<T, uint8_t>) {
      return call.load_bytes(t, ptr, length);
    } else {
      std::vector<T> items;
      uint32_t left =
          call.load_list(t, ptr, length, sizeof(T), [&](size_t n) { items.reserve(n); });
      const uint32_t size = elem_size(*t.element, call.cx().width());
      for (; left != 0 && !call.trapped(); --left, ptr += size) {
        items.push_back(Direct<T>::load(call, *t.element, ptr));
      }
      return items;
    }
  }
};

template <DirectParameter T>
struct Direct<std::optional<T>> : detail::DirectAggregate<std::optional<T>> {
  static std::optional<T> lift_flat(DirectCall& call, const ValType& t) {
    return detail::lift_flat_case(call, t, kMake);
  }
  static std::optional<T> load(DirectCall& call, const ValType& t, uint64_t ptr) {
    return detail::load_case(call, t, ptr, kMake);
  }
  static void store(DirectCall& call, const ValType& t, std::optional<T> value, uint64_t ptr) {
    if (!value) return detail::store_case(call, t, 0, Unit(), ptr);
    detail::store_case(call, t, 1, *std::move(value), ptr);
  }

 private:
  static constexpr auto kMake = [](uint32_t index, auto payload) -> std::optional<T> {
    if (index == 0) return std::nullopt;
    return payload(std::type_identity<T>());
  };
};

template <detail::DirectPayload T, detail::DirectPayload E>
  requires(!std::same_as<E, Error>)
struct Direct<Result<T, E>> : detail::DirectAggregate<Result<T, E>> {
  static Result<T, E> lift_flat(DirectCall& call, const ValType& t) {
    return detail::lift_flat_case(call, t, kMake);
  }
  static Result<T, E> load(DirectCall& call, const ValType& t, uint64_t ptr) {
    return detail::load_case(call, t, ptr, kMake);
  }
  static void store(DirectCall& call, const ValType& t, Result<T, E> result, uint64_t ptr) {
    if (result.ok()) return detail::store_case(call, t, 0, std::move(result).value(), ptr);
    detail::store_case(call, t, 1, std::move(result).error(), ptr);
  }

 private:
  static constexpr auto kMake = [](uint32_t index, auto payload) -> Result<T, E> {
    if (index == 0) return payload(std::type_identity<T>());
    return fail(payload(std::type_identity<E>()));
  };
};

namespace detail {

template <class Tuple, class Indices = std::make_index_sequence<std::tuple_size_v<Tuple>>>
struct DirectTuple;

template <class Tuple, size_t... kIndex>
struct DirectTuple<Tuple, std::index_sequence<kIndex...>> : DirectAggregate<Tuple> {
  template <size_t kAt>
  using Item = Direct<std::tuple_element_t<kAt, Tuple>>;

  static Tuple lift_flat(DirectCall& call, const ValType& t) {
    return Tuple{Item<kIndex>::lift_flat(call, *t.items[kIndex].type)...};
  }
  static Tuple load(DirectCall& call, const ValType& t, uint64_t ptr) {
    FieldCursor fields(call, t, ptr);
    return Tuple{load_field<kIndex>(call, fields.next())...};
  }
  static void store(DirectCall& call, const ValType& t, Tuple tuple, uint64_t ptr) {
    FieldCursor fields(call, t, ptr);
    (store_field<kIndex>(call, fields.next(), tuple), ...);
  }

 private:
  template <size_t kAt>
  static auto load_field(DirectCall& call, FieldCursor::Field field) {
    return Item<kAt>::load(call, field.type, field.ptr);
  }
  template <size_t kAt>
  static void store_field(DirectCall& call, FieldCursor::Field field, Tuple& tuple) {
    Item<kAt>::store(call, field.type, std::move(std::get<kAt>(tuple)), field.ptr);
  }
};

}  // namespace detail

template <DirectParameter... T>
  requires(sizeof...(T) > 0)
struct Direct<std::tuple<T...>> : detail::DirectTuple<std::tuple<T...>> {};
template <DirectParameter A, DirectParameter B>
struct Direct<std::pair<A, B>> : detail::DirectTuple<std::pair<A, B>> {};

}  // namespace tappet::component
