// Bindings of the types that describe.h's macros declare.
#pragma once

#include "canonical-abi/bind/binding.h"
#include "canonical-abi/bind/describe.h"

namespace tappet::component {
namespace detail {

struct IgnoreField {
  template <class Member>
  constexpr void operator()(const Name&, Member) const {}
};

template <class Class, class Member>
Member member_type(Member Class::*);

// The labels of an enum or flags type.
template <class Items>
const ValType* labels_type(TypeBuilder& builder, TypeKind kind, const Items& enumerators) {
  std::vector<Labelled> items;
  items.reserve(enumerators.size());
  for (const auto& e : enumerators) items.push_back({builder.label(e.name), nullptr});
  return builder.compose(kind, items);
}

}  // namespace detail

template <class T>
concept DescribedRecord = requires { tappet_fields(Tag<T>{}, detail::IgnoreField{}); };
template <class T>
concept DescribedEnum = requires { tappet_enumerators(Tag<T>{}); };
template <class T>
concept DescribedFlag = requires { tappet_flags(Tag<T>{}); };
template <class T>
concept DescribedVariant = requires { tappet_cases(Tag<T>{}); };

template <DescribedRecord T>
struct Binding<T> {
  static const ValType* type(TypeBuilder& builder) {
    std::vector<Labelled> fields;
    tappet_fields(Tag<T>{}, [&](const Name& name, auto member) {
      using Member = decltype(detail::member_type(member));
      fields.push_back({builder.label(name), detail::type_of<Member>(builder)});
    });
    return builder.compose(TypeKind::kRecord, fields);
  }
  static T lift(Call& call, ComponentValue& v) {
    T record{};
    ComponentValue* next = v.items().data();
    tappet_fields(Tag<T>{}, [&](const Name&, auto member) {
      using Member = decltype(detail::member_type(member));
      record.*member = Binding<Member>::lift(call, *next++);
    });
    return record;
  }
  static ComponentValue lower(Call& call, T record) {
    ComponentValue::List fields;
    tappet_fields(Tag<T>{}, [&](const Name&, auto member) {
      using Member = decltype(detail::member_type(member));
      fields.push_back(Binding<Member>::lower(call, std::move(record.*member)));
    });
    return ComponentValue::record(std::move(fields));
  }
};

template <DescribedEnum E>
struct Binding<E> {
  static const ValType* type(TypeBuilder& builder) {
    return detail::labels_type(builder, TypeKind::kEnum, tappet_enumerators(Tag<E>{}));
  }
  static E lift(Call&, ComponentValue& v) { return static_cast<E>(v.case_index()); }
  static ComponentValue lower(Call&, E e) {
    return ComponentValue::variant(TypeKind::kEnum, static_cast<uint32_t>(e));
  }
};

template <DescribedFlag E>
struct Binding<Flags<E>> {
  static const ValType* type(TypeBuilder& builder) {
    return detail::labels_type(builder, TypeKind::kFlags, tappet_flags(Tag<E>{}));
  }
  static Flags<E> lift(Call&, ComponentValue& v) { return Flags<E>::from_bits(v.as_u32()); }
  static ComponentValue lower(Call&, Flags<E> flags) { return ComponentValue::flags(flags.bits()); }
};

template <DescribedVariant T>
struct Binding<T> {
  using Variant = detail::VariantOf<T>;
  static constexpr auto kIndices = std::make_index_sequence<std::variant_size_v<Variant>>();
  template <size_t kIndex>
  using Payload = std::variant_alternative_t<kIndex, Variant>;

  static const ValType* type(TypeBuilder& builder) { return type(builder, kIndices); }
  static T lift(Call& call, ComponentValue& v) { return lift(call, v, kIndices); }
  static ComponentValue lower(Call& call, T value) {
    return lower(call, static_cast<Variant&>(value), kIndices);
  }

 private:
  template <size_t... kIndex>
  static const ValType* type(TypeBuilder& builder, std::index_sequence<kIndex...>) {
    constexpr auto names = tappet_cases(Tag<T>{});
    const Labelled cases[] = {
        {builder.label(names[kIndex]), detail::payload_type_of<Payload<kIndex>>(builder)}...};
    return builder.compose(TypeKind::kVariant, cases);
  }
  template <size_t kIndex>
  static T lift_case(Call& call, ComponentValue& v) {
    return T(std::in_place_index<kIndex>, detail::lift_payload<Payload<kIndex>>(call, v.payload()));
  }
  template <size_t... kIndex>
  static T lift(Call& call, ComponentValue& v, std::index_sequence<kIndex...>) {
    using LiftCase = T (*)(Call&, ComponentValue&);
    static constexpr LiftCase kCases[] = {&lift_case<kIndex>...};
    return kCases[v.case_index()](call, v);
  }
  template <size_t kIndex>
  static ComponentValue lower_case(Call& call, Variant& value) {
    return detail::lower_case(call, TypeKind::kVariant, kIndex,
                              std::move(*std::get_if<kIndex>(&value)));
  }
  template <size_t... kIndex>
  static ComponentValue lower(Call& call, Variant& value, std::index_sequence<kIndex...>) {
    using LowerCase = ComponentValue (*)(Call&, Variant&);
    static constexpr LowerCase kCases[] = {&lower_case<kIndex>...};
    return kCases[value.index()](call, value);
  }
};

}  // namespace tappet::component
