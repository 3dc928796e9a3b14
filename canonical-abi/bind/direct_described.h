// Direct lifting and lowering of the types that describe.h's macros declare, and of handles.
#pragma once

#include "canonical-abi/bind/described.h"
#include "canonical-abi/bind/direct_binding.h"
#include "canonical-abi/bind/handles.h"

namespace tappet::component {
namespace detail {

template <DescribedRecord T>
consteval bool direct_fields() {
  bool all = true;
  tappet_fields(Tag<T>{}, [&](const Name&, auto member) {
    all &= DirectParameter<decltype(member_type(member))>;
  });
  return all;
}

template <class... Cases>
consteval bool direct_cases(std::type_identity<std::variant<Cases...>>) {
  return (DirectPayload<Cases> && ...);
}

}  // namespace detail

template <DescribedRecord T>
  requires(detail::direct_fields<T>())
struct Direct<T> : detail::DirectAggregate<T> {
  static T lift_flat(DirectCall& call, const ValType& t) {
    T record{};
    const Labelled* field = t.items.data();
    tappet_fields(Tag<T>{}, [&](const Name&, auto member) {
      using Member = decltype(detail::member_type(member));
      record.*member = Direct<Member>::lift_flat(call, *(field++)->type);
    });
    return record;
  }
  static T load(DirectCall& call, const ValType& t, uint64_t ptr) {
    T record{};
    detail::FieldCursor fields(call, t, ptr);
    tappet_fields(Tag<T>{}, [&](const Name&, auto member) {
      using Member = decltype(detail::member_type(member));
      const auto field = fields.next();
      record.*member = Direct<Member>::load(call, field.type, field.ptr);
    });
    return record;
  }
  static void store(DirectCall& call, const ValType& t, T record, uint64_t ptr) {
    detail::FieldCursor fields(call, t, ptr);
    tappet_fields(Tag<T>{}, [&](const Name&, auto member) {
      using Member = decltype(detail::member_type(member));
      const auto field = fields.next();
      Direct<Member>::store(call, field.type, std::move(record.*member), field.ptr);
    });
  }
};

template <DescribedEnum E>
struct Direct<E> {
  static E lift_flat(DirectCall& call, const ValType& t) {
    return static_cast<E>(call.check_case(call.flat().next(4), t));
  }
  static E load(DirectCall& call, const ValType& t, uint64_t ptr) {
    const uint32_t size = discriminant_size(t.items.size());
    return static_cast<E>(call.check_case(load_int(call.cx(), ptr, size), t));
  }
  static void store(DirectCall& call, const ValType& t, E value, uint64_t ptr) {
    store_int(call.cx(), lower_flat(call, t, value), ptr, discriminant_size(t.items.size()));
  }
  static uint64_t lower_flat(DirectCall& call, const ValType& t, E value) {
    const auto index = static_cast<uint32_t>(value);
    return index < t.items.size() ? index : call.lower_value(t, Binding<E>::lower(call, value));
  }
};

template <DescribedFlag E>
struct Direct<Flags<E>> {
  static Flags<E> lift_flat(DirectCall& call, const ValType& t) {
    return from_bits(call.flat().next(4), t);
  }
  static Flags<E> load(DirectCall& call, const ValType& t, uint64_t ptr) {
    return from_bits(load_int(call.cx(), ptr, elem_size(t, call.cx().width())), t);
  }
  static void store(DirectCall& call, const ValType& t, Flags<E> flags, uint64_t ptr) {
    store_int(call.cx(), lower_flat(call, t, flags), ptr, elem_size(t, call.cx().width()));
  }
  static uint64_t lower_flat(DirectCall& call, const ValType& t, Flags<E> flags) {
    const uint64_t bits = flags.bits();
    return bits >> t.items.size() == 0 ? bits
                                       : call.lower_value(t, Binding<Flags<E>>::lower(call, flags));
  }

 private:
  static Flags<E> from_bits(uint64_t bits, const ValType& t) {
    return Flags<E>::from_bits(static_cast<uint32_t>(bits & ((uint64_t{1} << t.items.size()) - 1)));
  }
};

template <DescribedVariant T>
  requires(detail::direct_cases(std::type_identity<detail::VariantOf<T>>()))
struct Direct<T> : detail::DirectAggregate<T> {
  using Variant = detail::VariantOf<T>;
  static constexpr auto kIndices = std::make_index_sequence<std::variant_size_v<Variant>>();

  static T lift_flat(DirectCall& call, const ValType& t) {
    return detail::lift_flat_case(
        call, t, [](uint32_t index, auto payload) { return make(index, payload, kIndices); });
  }
  static T load(DirectCall& call, const ValType& t, uint64_t ptr) {
    return detail::load_case(
        call, t, ptr, [](uint32_t index, auto payload) { return make(index, payload, kIndices); });
  }
  static void store(DirectCall& call, const ValType& t, T value, uint64_t ptr) {
    store(call, t, static_cast<Variant&>(value), ptr, kIndices);
  }

 private:
  template <size_t kIndex, class Payload>
  static T make_case(Payload& payload) {
    using Case = std::variant_alternative_t<kIndex, Variant>;
    return T(std::in_place_index<kIndex>, payload(std::type_identity<Case>()));
  }
  template <class Payload, size_t... kIndex>
  static T make(uint32_t index, Payload& payload, std::index_sequence<kIndex...>) {
    static constexpr T (*kCases[])(Payload&) = {&make_case<kIndex, Payload>...};
    return kCases[index](payload);
  }
  template <size_t kIndex>
  static void store_case(DirectCall& call, const ValType& t, Variant& value, uint64_t ptr) {
    detail::store_case(call, t, kIndex, std::move(*std::get_if<kIndex>(&value)), ptr);
  }
  template <size_t... kIndex>
  static void store(DirectCall& call, const ValType& t, Variant& value, uint64_t ptr,
                    std::index_sequence<kIndex...>) {
    using StoreCase = void (*)(DirectCall&, const ValType&, Variant&, uint64_t);
    static constexpr StoreCase kCases[] = {&store_case<kIndex>...};
    kCases[value.index()](call, t, value, ptr);
  }
};

template <class T>
struct Direct<Borrow<T>> {
  static Borrow<T> lift_flat(DirectCall& call, const ValType& t) {
    return lift(call, t, call.flat().next(4));
  }
  static Borrow<T> load(DirectCall& call, const ValType& t, uint64_t ptr) {
    return lift(call, t, load_int(call.cx(), ptr, 4));
  }

 private:
  static Borrow<T> lift(DirectCall& call, const ValType& t, uint64_t i) {
    const std::optional<uint64_t> rep = call.lift_handle(t, static_cast<uint32_t>(i));
    if (!rep) return {};
    auto object = call.borrow(host_resource_type<T>(), *rep);
    return {std::static_pointer_cast<T>(std::move(object)), static_cast<uint32_t>(*rep)};
  }
};

template <class T>
struct Direct<Own<T>> {
  static Own<T> lift_flat(DirectCall& call, const ValType& t) {
    return lift(call, t, call.flat().next(4));
  }
  static Own<T> load(DirectCall& call, const ValType& t, uint64_t ptr) {
    return lift(call, t, load_int(call.cx(), ptr, 4));
  }
  static void store(DirectCall& call, const ValType& t, Own<T> own, uint64_t ptr) {
    store_int(call.cx(), lower_flat(call, t, std::move(own)), ptr, 4);
  }
  static uint64_t lower_flat(DirectCall& call, const ValType& t, Own<T> own) {
    return call.lower_own(t, Binding<Own<T>>::lower(call, std::move(own)).rep());
  }

 private:
  static Own<T> lift(DirectCall& call, const ValType& t, uint64_t i) {
    const std::optional<uint64_t> rep = call.lift_handle(t, static_cast<uint32_t>(i));
    if (!rep) return {};
    return Own<T>(std::static_pointer_cast<T>(call.take(host_resource_type<T>(), *rep)));
  }
};

}  // namespace tappet::component
