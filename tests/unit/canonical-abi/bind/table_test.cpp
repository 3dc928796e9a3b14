// Every row of the table C++ type <-> component type: the reflected type, and a value there and
// back.
#include <limits>
#include <map>

#include "tests/unit/canonical-abi/bind/caller.h"

namespace tappet::component {
namespace {

using testing::Caller;
using V = ComponentValue;

struct Point {
  int32_t x;
  std::optional<std::string> label;
  bool operator==(const Point&) const = default;
};
TAPPET_RECORD(Point, x, label)

struct Payload {
  std::string rcode;
  uint16_t info_code;
};
TAPPET_RECORD(Payload, (rcode, "R-code"), info_code)

enum class Advice : uint8_t { kNormal, kWillNeed, kDnsError };
TAPPET_ENUM(Advice, kNormal, kWillNeed, (kDnsError, "DNS-error"))

enum class OpenFlag { kCreate, kTruncateIt };
TAPPET_FLAGS(OpenFlag, kCreate, kTruncateIt)

struct NewTimestamp : std::variant<Unit, Point, std::string, Unit> {
  using variant::variant;
};
TAPPET_VARIANT(NewTimestamp, "no-change", "at", "other", "now")

// An interface with one function, `same`, that returns its argument.
template <class T>
Caller identity() {
  return Caller(HostInterface<>("test:table/same", version("1.0.0")).func("same", {"x"}, [](T x) {
    return x;
  }));
}

template <class T>
void expect_row(const char* type, std::initializer_list<V> values) {
  Caller caller = identity<T>();
  const FuncType& function = *caller.function("same").type;
  EXPECT_EQ(to_string(*function.params[0].type), type);
  EXPECT_EQ(to_string(*function.result), type);
  for (const V& v : values) EXPECT_EQ(to_string(caller.value("same", {v})), to_string(v)) << type;
}

TEST(BindTable, Scalars) {
  expect_row<bool>("bool", {V::boolean(true), V::boolean(false)});
  expect_row<uint8_t>("u8", {V::u8(0), V::u8(255)});
  expect_row<uint16_t>("u16", {V::u16(0), V::u16(65535)});
  expect_row<uint32_t>("u32", {V::u32(0), V::u32(UINT32_MAX)});
  expect_row<uint64_t>("u64", {V::u64(0), V::u64(UINT64_MAX)});
  expect_row<int8_t>("s8", {V::s8(-128), V::s8(127)});
  expect_row<int16_t>("s16", {V::s16(-32768), V::s16(32767)});
  expect_row<int32_t>("s32", {V::s32(INT32_MIN), V::s32(INT32_MAX)});
  expect_row<int64_t>("s64", {V::s64(INT64_MIN), V::s64(INT64_MAX)});
  expect_row<long long>("s64", {V::s64(-1)});
  expect_row<unsigned long long>("u64", {V::u64(1)});
  expect_row<float>("f32", {V::f32(-0.5F), V::f32(std::numeric_limits<float>::infinity())});
  expect_row<double>("f64", {V::f64(0.1), V::f64(std::numeric_limits<double>::denorm_min())});
  expect_row<char32_t>("char", {V::character(U'\0'), V::character(0x10ffff)});
}

TEST(BindTable, StringsAndLists) {
  expect_row<std::string>("string", {V::string(""), V::string("gr\xc3\xbc\xc3\x9f")});
  expect_row<Bytes>("list<u8>", {V::bytes({}), V::bytes({0, 255})});
  expect_row<std::vector<bool>>("list<bool>", {V::list({V::boolean(true), V::boolean(false)})});
  expect_row<std::vector<std::string>>("list<string>", {V::list({}), V::list({V::string("a")})});
  expect_row<std::vector<Bytes>>("list<list<u8>>", {V::list({V::bytes({1}), V::bytes({})})});
}

TEST(BindTable, AnEmptyListOfBytesMayBeHeldAsItems) {
  Caller caller = identity<Bytes>();
  EXPECT_TRUE(caller.value("same", {V::list({})}).bytes().empty());
  Caller other = identity<std::vector<uint16_t>>();
  EXPECT_TRUE(other.value("same", {V::bytes({})}).items().empty());
}

TEST(BindTable, StringsAndBytesMoveInsteadOfBeingCopied) {
  const std::string long_text(1000, 'x');
  V text = V::string(long_text);
  const char* const at = text.string().data();
  Caller caller = identity<std::string>();
  V args[] = {std::move(text)};
  HostReturn returned = caller.function("same").body(caller.environment(), args);
  EXPECT_EQ(returned.value().string().data(), at);
}

TEST(BindTable, OptionsAndResults) {
  expect_row<std::optional<uint32_t>>("option<u32>", {V::none(), V::some(V::u32(7))});
  expect_row<std::optional<std::optional<bool>>>(
      "option<option<bool>>", {V::none(), V::some(V::none()), V::some(V::some(V::boolean(true)))});
  const auto ok = [](V v) { return V::variant(TypeKind::kResult, 0, std::move(v)); };
  const auto error = [](V v) { return V::variant(TypeKind::kResult, 1, std::move(v)); };
  expect_row<Result<uint8_t, std::string>>("result<u8, string>",
                                           {ok(V::u8(1)), error(V::string("no"))});
  expect_row<Result<Unit, uint8_t>>("result<_, u8>",
                                    {V::variant(TypeKind::kResult, 0), error(V::u8(2))});
  expect_row<Result<uint8_t, Unit>>("result<u8>", {ok(V::u8(3)), V::variant(TypeKind::kResult, 1)});
  expect_row<Result<Unit, Unit>>(
      "result", {V::variant(TypeKind::kResult, 0), V::variant(TypeKind::kResult, 1)});
}

TEST(BindTable, Tuples) {
  expect_row<std::tuple<uint8_t, std::string>>("tuple<u8, string>",
                                               {V::tuple({V::u8(1), V::string("x")})});
  expect_row<std::pair<bool, Bytes>>("tuple<bool, list<u8>>",
                                     {V::tuple({V::boolean(true), V::bytes({1, 2})})});
  expect_row<std::tuple<uint64_t>>("tuple<u64>", {V::tuple({V::u64(1)})});
}

TEST(BindTable, DescribedTypes) {
  expect_row<Point>("record { x: s32, label: option<string> }",
                    {V::record({V::s32(-1), V::some(V::string("p"))})});
  expect_row<Payload>("record { R-code: string, info-code: u16 }",
                      {V::record({V::string("r"), V::u16(4)})});
  expect_row<Advice>("enum { normal, will-need, DNS-error }",
                     {V::variant(TypeKind::kEnum, 0), V::variant(TypeKind::kEnum, 2)});
  expect_row<Flags<OpenFlag>>("flags { create, truncate-it }", {V::flags(0), V::flags(3)});
  expect_row<NewTimestamp>(
      "variant { no-change, at(record { x: s32, label: option<string> }), other(string), now }",
      {V::variant(TypeKind::kVariant, 0),
       V::variant(TypeKind::kVariant, 1, V::record({V::s32(1), V::none()})),
       V::variant(TypeKind::kVariant, 2, V::string("o")), V::variant(TypeKind::kVariant, 3)});
}

TEST(BindTable, NestsFreely) {
  using Deep = std::vector<Result<std::optional<std::tuple<Point, Advice>>, NewTimestamp>>;
  expect_row<Deep>(
      "list<result<option<tuple<record { x: s32, label: option<string> }, enum { normal, "
      "will-need, DNS-error }>>, variant { no-change, at(record { x: s32, label: option<string> "
      "}), other(string), now }>>",
      {V::list({V::variant(TypeKind::kResult, 0,
                           V::some(V::tuple({V::record({V::s32(1), V::none()}),
                                             V::variant(TypeKind::kEnum, 1)}))),
                V::variant(TypeKind::kResult, 1, V::variant(TypeKind::kVariant, 3))})});
}

TEST(BindTable, FlagsAreASet) {
  Flags<OpenFlag> flags = OpenFlag::kCreate;
  EXPECT_TRUE(flags.has(OpenFlag::kCreate));
  EXPECT_FALSE(flags.has(OpenFlag::kTruncateIt));
  flags = flags | OpenFlag::kTruncateIt;
  EXPECT_EQ(flags.bits(), 3U);
  flags.set(OpenFlag::kCreate, false);
  EXPECT_EQ(flags, Flags<OpenFlag>(OpenFlag::kTruncateIt));
}

TEST(BindTable, ParametersAreTakenByValueOrConstReference) {
  Caller caller(HostInterface<>("test:table/params", version("1.0.0"))
                    .func("size", {"text", "point"}, [](const std::string& text, const Point& p) {
                      return static_cast<uint32_t>(text.size()) + static_cast<uint32_t>(p.x);
                    }));
  EXPECT_EQ(caller.type("size"),
            "func(text: string, point: record { x: s32, label: option<string> }) -> u32");
  EXPECT_EQ(caller.value("size", {V::string("abc"), V::record({V::s32(4), V::none()})}), V::u32(7));
}

TEST(BindTable, UnitAndVoidAreNoResult) {
  int calls = 0;
  Caller caller(HostInterface<>("test:table/none", version("1.0.0"))
                    .func("void", [&calls] { ++calls; })
                    .func("unit", [&calls] { return ++calls, Unit(); }));
  EXPECT_EQ(caller.type("void"), "func()");
  EXPECT_EQ(caller.type("unit"), "func()");
  EXPECT_FALSE(caller.call("void").has_value());
  EXPECT_FALSE(caller.call("unit").has_value());
  EXPECT_EQ(calls, 2);
}

TEST(BindTable, AHostsMistakesTrapTheGuest) {
  Caller caller(HostInterface<>("test:table/wrong", version("1.0.0"))
                    .func("text", [] { return std::string("\xff"); })
                    .func("surrogate", [] { return char32_t{0xd800}; }));
  EXPECT_EQ(caller.trap("text"), "the host gave a string that is not well-formed UTF-8");
  EXPECT_EQ(caller.trap("surrogate"), "the host gave a char that is not a Unicode scalar value");
}

TEST(BindTable, WhatHasNoComponentTypeIsKnownAtCompileTime) {
  static_assert(Bindable<std::vector<Point>> && Bindable<Flags<OpenFlag>>);
  static_assert(!Bindable<char> && !Bindable<wchar_t> && !Bindable<const char*>);
  static_assert(!Bindable<long double> && !Bindable<std::map<int, int>> && !Bindable<OpenFlag>);
  static_assert(!Bindable<Result<int, Error>> && !Bindable<std::tuple<>>);
}

TEST(BindTable, AnInterfaceKeepsNameVersionAndOrder) {
  const HostInterfaceDef def =
      HostInterface<>("test:table/order", version("0.2.12")).func("b", [] {}).func("a", [] {});
  EXPECT_EQ(def.name, "test:table/order");
  EXPECT_EQ(def.version, "0.2.12");
  ASSERT_EQ(def.functions.size(), 2U);
  EXPECT_EQ(def.functions[0].name, "b");
  EXPECT_EQ(def.functions[1].name, "a");
  EXPECT_TRUE(def.resources.empty());
}

}  // namespace
}  // namespace tappet::component
