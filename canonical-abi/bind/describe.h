// How a C++ struct, enum or variant is declared to be a component-level type. Each macro stands in
// the namespace of its type:
//
//   struct Datetime { uint64_t seconds; uint32_t nanoseconds; };
//   TAPPET_RECORD(Datetime, seconds, nanoseconds)
//
//   enum class Advice { kNormal, kWillNeed };           // in the order of the listing, from 0
//   TAPPET_ENUM(Advice, kNormal, kWillNeed)
//
//   enum class OpenFlag { kCreate, kTruncate };         // numbers of bits; the type is
//   Flags<OpenFlag> TAPPET_FLAGS(OpenFlag, kCreate, kTruncate)
//
//   struct NewTimestamp : std::variant<Unit, Unit, Datetime> { using variant::variant; };
//   TAPPET_VARIANT(NewTimestamp, "no-change", "now", "timestamp")   // Unit: a case without payload
//
// Names of fields, enumerators and flags follow from the C++ names (kebab_case), or are given where
// they do not: TAPPET_ENUM(DnsCode, kTimeout, (kDnsError, "DNS-error")). Records are default
// constructible. At most 250 items.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <variant>

namespace tappet::component {

// Finds a type's description: an argument of this type makes the namespace of T one to look in.
template <class T>
struct Tag {};

// A name as written in C++, or in its final spelling.
struct Name {
  std::string_view text;
  bool is_final = false;
};

template <class E>
struct Enumerator {
  E value;
  Name name;
};

// A set of bits, numbered by the enumerators of E. Bits beyond them are never set by a guest.
template <class E>
class Flags {
 public:
  constexpr Flags() = default;
  constexpr Flags(E flag) : bits_(bit(flag)) {}  // NOLINT: implicit on purpose
  static constexpr Flags from_bits(uint32_t bits) {
    Flags flags;
    flags.bits_ = bits;
    return flags;
  }
  constexpr bool has(E flag) const { return (bits_ & bit(flag)) != 0; }
  constexpr void set(E flag, bool on = true) {
    bits_ = on ? bits_ | bit(flag) : bits_ & ~bit(flag);
  }
  constexpr uint32_t bits() const { return bits_; }
  constexpr Flags operator|(Flags other) const { return from_bits(bits_ | other.bits_); }
  constexpr bool operator==(const Flags&) const = default;

 private:
  static constexpr uint32_t bit(E flag) { return uint32_t{1} << static_cast<unsigned>(flag); }
  uint32_t bits_ = 0;
};

namespace detail {

template <class E, size_t kCount>
consteval bool counts_from_zero(const std::array<Enumerator<E>, kCount>& items) {
  for (size_t i = 0; i < kCount; ++i) {
    if (static_cast<size_t>(items[i].value) != i) return false;
  }
  return true;
}

template <class... Cases>
std::variant<Cases...> variant_of(const std::variant<Cases...>&);
// The std::variant that T derives from.
template <class T>
using VariantOf = decltype(variant_of(std::declval<const T&>()));
template <class T>
inline constexpr size_t case_count = std::variant_size_v<VariantOf<T>>;

}  // namespace detail
}  // namespace tappet::component

// TAPPET_EACH(macro, type, a, b, c) is macro(type, a), macro(type, b), macro(type, c).
#define TAPPET_PARENS ()
#define TAPPET_EXPAND(...) \
  TAPPET_EXPAND3(TAPPET_EXPAND3(TAPPET_EXPAND3(TAPPET_EXPAND3(__VA_ARGS__))))
#define TAPPET_EXPAND3(...) \
  TAPPET_EXPAND2(TAPPET_EXPAND2(TAPPET_EXPAND2(TAPPET_EXPAND2(__VA_ARGS__))))
#define TAPPET_EXPAND2(...) \
  TAPPET_EXPAND1(TAPPET_EXPAND1(TAPPET_EXPAND1(TAPPET_EXPAND1(__VA_ARGS__))))
#define TAPPET_EXPAND1(...) \
  TAPPET_EXPAND0(TAPPET_EXPAND0(TAPPET_EXPAND0(TAPPET_EXPAND0(__VA_ARGS__))))
#define TAPPET_EXPAND0(...) __VA_ARGS__
#define TAPPET_EACH(macro, type, ...) \
  __VA_OPT__(TAPPET_EXPAND(TAPPET_EACH_STEP(macro, type, __VA_ARGS__)))
#define TAPPET_EACH_STEP(macro, type, item, ...) \
  macro(type, item) __VA_OPT__(, TAPPET_EACH_AGAIN TAPPET_PARENS(macro, type, __VA_ARGS__))
#define TAPPET_EACH_AGAIN() TAPPET_EACH_STEP

// An item is an identifier, or (identifier, "final name"): macro(type, identifier, Name).
#define TAPPET_ITEM(macro, type, item)                                                          \
  TAPPET_ITEM_PICK(TAPPET_ITEM_PROBE item, TAPPET_ITEM_FINAL, TAPPET_ITEM_DERIVED)(macro, type, \
                                                                                   item)
#define TAPPET_ITEM_PROBE(...) ~, ~
#define TAPPET_ITEM_PICK(...) TAPPET_ITEM_THIRD(__VA_ARGS__, ~)
#define TAPPET_ITEM_THIRD(a, b, c, ...) c
#define TAPPET_ITEM_DERIVED(macro, type, item) \
  macro(type, item, (::tappet::component::Name{#item, false}))
#define TAPPET_ITEM_FINAL(macro, type, item) TAPPET_ITEM_SPLIT(macro, type, TAPPET_STRIP item)
#define TAPPET_STRIP(...) __VA_ARGS__
#define TAPPET_ITEM_SPLIT(...) TAPPET_ITEM_NAMED(__VA_ARGS__)
#define TAPPET_ITEM_NAMED(macro, type, item, text) \
  macro(type, item, (::tappet::component::Name{text, true}))

#define TAPPET_FIELD(type, item) TAPPET_ITEM(TAPPET_VISIT_FIELD, type, item)
#define TAPPET_VISIT_FIELD(type, item, name) visit(name, &type::item)
#define TAPPET_ENUMERATOR(type, item) TAPPET_ITEM(TAPPET_LIST_ENUMERATOR, type, item)
#define TAPPET_LIST_ENUMERATOR(type, item, name) \
  ::tappet::component::Enumerator<type> { type::item, name }

#define TAPPET_RECORD(Type, ...)                                                \
  template <class Visit>                                                        \
  constexpr void tappet_fields(::tappet::component::Tag<Type>, Visit&& visit) { \
    TAPPET_EACH(TAPPET_FIELD, Type, __VA_ARGS__);                               \
  }
#define TAPPET_ENUM(Type, ...) TAPPET_ENUMERATION(tappet_enumerators, Type, __VA_ARGS__)
#define TAPPET_FLAGS(Type, ...) TAPPET_ENUMERATION(tappet_flags, Type, __VA_ARGS__)
#define TAPPET_ENUMERATION(function, Type, ...)                                       \
  constexpr auto function(::tappet::component::Tag<Type>) {                           \
    constexpr std::array items = {TAPPET_EACH(TAPPET_ENUMERATOR, Type, __VA_ARGS__)}; \
    static_assert(::tappet::component::detail::counts_from_zero(items),               \
                  #Type ": list the enumerators in their order; they count from 0");  \
    return items;                                                                     \
  }
#define TAPPET_VARIANT(Type, ...)                                                \
  constexpr auto tappet_cases(::tappet::component::Tag<Type>) {                  \
    constexpr auto names = std::to_array<std::string_view>({__VA_ARGS__});       \
    static_assert(names.size() == ::tappet::component::detail::case_count<Type>, \
                  #Type ": as many names as the std::variant has alternatives"); \
    return names;                                                                \
  }
