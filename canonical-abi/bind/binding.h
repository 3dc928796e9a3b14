// C++ type <-> component type, one specialisation per row:
//
//   bool, (u)int8_t ... (u)int64_t    bool, u8 ... s64
//   float, double, char32_t           f32, f64, char
//   std::string                       string (well-formed UTF-8 both ways)
//   Bytes                             list<u8>
//   std::vector<T>                    list<T>
//   std::optional<T>                  option<T>
//   Result<T, E>                      result<T, E>; Unit stands for none
//   std::tuple<T...>, std::pair       tuple<T...>
//   TAPPET_RECORD and so on           record, enum, flags, variant (describe.h)
//   Own<T>, Borrow<T>                 own, borrow (handles.h)
//   StreamReader<T>, FutureReader<T>  stream<T>, future<T>; Unit stands for none (stream.h)
//   ErrorContext                      error-context (error_context.h)
//
// A specialisation for a further type has type(), lift() and lower() like these. lift() takes a
// value of its type apart, and may move from it; after Call::fail() what it returns is not used.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "canonical-abi/bind/call.h"
#include "canonical-abi/bind/type_builder.h"

namespace tappet::component {

template <class T>
concept Bindable = requires(Call& call, ComponentValue& value) { Binding<T>::lift(call, value); };

namespace detail {

// The one place where an unsupported type is refused: the compiler shows T next to the message.
template <class T>
consteval bool require_component_type() {
  static_assert(Bindable<T>,
                "this C++ type has no component type: see canonical-abi/bind/binding.h for those "
                "that do, and describe.h for declaring structs, enums and variants");
  return true;
}

template <class T>
const ValType* type_of(TypeBuilder& builder) {
  static_assert(require_component_type<T>());
  return builder.type<T>();
}
// A payload, which may be absent.
template <class T>
const ValType* payload_type_of(TypeBuilder& builder) {
  if constexpr (std::same_as<T, Unit>) {
    return nullptr;
  } else {
    return type_of<T>(builder);
  }
}
template <class T>
T lift_payload(Call& call, ComponentValue* payload) {
  if constexpr (std::same_as<T, Unit>) {
    return {};
  } else {
    return Binding<T>::lift(call, *payload);
  }
}
template <class T>
ComponentValue lower_case(Call& call, TypeKind kind, uint32_t index, T&& payload) {
  using Payload = std::remove_cvref_t<T>;
  if constexpr (std::same_as<Payload, Unit>) {
    return ComponentValue::variant(kind, index);
  } else {
    return ComponentValue::variant(kind, index,
                                   Binding<Payload>::lower(call, std::forward<T>(payload)));
  }
}

template <class T>
inline constexpr bool is_character =
    std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
    std::same_as<T, char16_t> || std::same_as<T, char32_t>;

template <std::integral T>
constexpr TypeKind integer_kind() {
  switch (sizeof(T)) {
    case 1:
      return std::is_signed_v<T> ? TypeKind::kS8 : TypeKind::kU8;
    case 2:
      return std::is_signed_v<T> ? TypeKind::kS16 : TypeKind::kU16;
    case 4:
      return std::is_signed_v<T> ? TypeKind::kS32 : TypeKind::kU32;
    default:
      return std::is_signed_v<T> ? TypeKind::kS64 : TypeKind::kU64;
  }
}

}  // namespace detail

template <>
struct Binding<bool> {
  static const ValType* type(TypeBuilder&) { return primitive(TypeKind::kBool); }
  static bool lift(Call&, ComponentValue& v) { return v.as_bool(); }
  static ComponentValue lower(Call&, bool b) { return ComponentValue::boolean(b); }
};

template <std::integral T>
  requires(!detail::is_character<T> && !std::same_as<T, bool>)
struct Binding<T> {
  static constexpr TypeKind kKind = detail::integer_kind<T>();
  static const ValType* type(TypeBuilder&) { return primitive(kKind); }
  static T lift(Call&, ComponentValue& v) { return static_cast<T>(v.bits()); }
  static ComponentValue lower(Call&, T n) {
    return ComponentValue::scalar(kKind, static_cast<uint64_t>(n));  // sign-extends what has one
  }
};

template <>
struct Binding<float> {
  static const ValType* type(TypeBuilder&) { return primitive(TypeKind::kF32); }
  static float lift(Call&, ComponentValue& v) { return v.as_f32(); }
  static ComponentValue lower(Call&, float x) { return ComponentValue::f32(x); }
};

template <>
struct Binding<double> {
  static const ValType* type(TypeBuilder&) { return primitive(TypeKind::kF64); }
  static double lift(Call&, ComponentValue& v) { return v.as_f64(); }
  static ComponentValue lower(Call&, double x) { return ComponentValue::f64(x); }
};

template <>
struct Binding<char32_t> {
  static const ValType* type(TypeBuilder&) { return primitive(TypeKind::kChar); }
  static char32_t lift(Call&, ComponentValue& v) { return v.as_char(); }
  static ComponentValue lower(Call& call, char32_t c) { return call.character(c); }
};

template <>
struct Binding<std::string> {
  static const ValType* type(TypeBuilder&) { return primitive(TypeKind::kString); }
  static std::string lift(Call&, ComponentValue& v) { return std::move(v.string()); }
  static ComponentValue lower(Call& call, std::string text) { return call.string(std::move(text)); }
};

template <class T>
struct Binding<std::vector<T>> {
  static constexpr bool kIsBytes = std::same_as<T, uint8_t>;

  static const ValType* type(TypeBuilder& builder) {
    const Labelled element{"", detail::type_of<T>(builder)};
    return builder.compose(TypeKind::kList, {&element, 1});
  }
  static std::vector<T> lift(Call& call, ComponentValue& v) {
    if constexpr (kIsBytes) {
      if (v.is_bytes()) return std::move(v.bytes());
      return {};  // an empty list may be held either way
    } else {
      std::vector<T> items;
      if (v.is_bytes()) return items;
      items.reserve(v.items().size());
      for (ComponentValue& item : v.items()) items.push_back(Binding<T>::lift(call, item));
      return items;
    }
  }
  // For most element types the value is taken apart.
  // NOLINTNEXTLINE(performance-unnecessary-value-param)
  static ComponentValue lower(Call& call, std::vector<T> items) {
    if constexpr (kIsBytes) {
      return ComponentValue::bytes(std::move(items));
    } else {
      ComponentValue::List list;
      list.reserve(items.size());
      for (auto&& item : items) {
        list.push_back(Binding<T>::lower(call, static_cast<T>(std::move(item))));
      }
      return ComponentValue::list(std::move(list));
    }
  }
};

template <class T>
struct Binding<std::optional<T>> {
  static const ValType* type(TypeBuilder& builder) {
    const Labelled some{"some", detail::type_of<T>(builder)};
    return builder.compose(TypeKind::kOption, {&some, 1});
  }
  static std::optional<T> lift(Call& call, ComponentValue& v) {
    if (v.case_index() == 0) return std::nullopt;
    return Binding<T>::lift(call, *v.payload());
  }
  static ComponentValue lower(Call& call, std::optional<T> value) {
    if (!value) return ComponentValue::none();
    return ComponentValue::some(Binding<T>::lower(call, *std::move(value)));
  }
};

template <class T, class E>
  requires(!std::same_as<E, Error>)
struct Binding<Result<T, E>> {
  static const ValType* type(TypeBuilder& builder) {
    const Labelled cases[] = {{"ok", detail::payload_type_of<T>(builder)},
                              {"error", detail::payload_type_of<E>(builder)}};
    return builder.compose(TypeKind::kResult, cases);
  }
  static Result<T, E> lift(Call& call, ComponentValue& v) {
    if (v.case_index() == 0) return detail::lift_payload<T>(call, v.payload());
    return fail(detail::lift_payload<E>(call, v.payload()));
  }
  static ComponentValue lower(Call& call, Result<T, E> result) {
    if (result.ok()) {
      return detail::lower_case(call, TypeKind::kResult, 0, std::move(result).value());
    }
    return detail::lower_case(call, TypeKind::kResult, 1, std::move(result).error());
  }
};

namespace detail {

template <class Tuple, class Indices = std::make_index_sequence<std::tuple_size_v<Tuple>>>
struct TupleBinding;

template <class Tuple, size_t... kIndex>
struct TupleBinding<Tuple, std::index_sequence<kIndex...>> {
  static const ValType* type(TypeBuilder& builder) {
    const Labelled items[] = {{"", type_of<std::tuple_element_t<kIndex, Tuple>>(builder)}...};
    return builder.compose(TypeKind::kTuple, items);
  }
  static Tuple lift(Call& call, ComponentValue& v) {
    ComponentValue::List& items = v.items();
    return Tuple{Binding<std::tuple_element_t<kIndex, Tuple>>::lift(call, items[kIndex])...};
  }
  static ComponentValue lower(Call& call, Tuple tuple) {
    ComponentValue::List items;
    items.reserve(sizeof...(kIndex));
    (items.push_back(Binding<std::tuple_element_t<kIndex, Tuple>>::lower(
         call, std::move(std::get<kIndex>(tuple)))),
     ...);
    return ComponentValue::tuple(std::move(items));
  }
};

}  // namespace detail

template <class... T>
  requires(sizeof...(T) > 0)
struct Binding<std::tuple<T...>> : detail::TupleBinding<std::tuple<T...>> {};
template <class A, class B>
struct Binding<std::pair<A, B>> : detail::TupleBinding<std::pair<A, B>> {};

}  // namespace tappet::component
