// Typed host functions called directly and by way of component values: the same results, the same
// traps and the same memory, whatever core values and bytes a guest passes.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <bit>
#include <random>

#include "canonical-abi/bind/interface.h"
#include "canonical-abi/types/functype.h"
#include "tests/unit/canonical-abi/support/program.h"

namespace tappet::component::test {
namespace {

using V = ComponentValue;

struct Point {
  int16_t x;
  std::optional<std::string> label;
  uint64_t weight;
};
TAPPET_RECORD(Point, x, label, weight)

enum class Colour : uint8_t { kRed, kGreen, kBlue };
TAPPET_ENUM(Colour, kRed, kGreen, kBlue)

enum class Mode { kRead, kWrite, kAppend, kD, kE, kF, kG, kH, kI };
TAPPET_FLAGS(Mode, kRead, kWrite, kAppend, kD, kE, kF, kG, kH, kI)

struct Shape : std::variant<Unit, float, std::string, Point, uint64_t> {
  using variant::variant;
};
TAPPET_VARIANT(Shape, "none", "circle", "named", "at", "big")

template <class... T>
auto same() {
  if constexpr (sizeof...(T) == 1) {
    return [](std::tuple_element_t<0, std::tuple<T...>> x) { return x; };
  } else {
    return [](T... x) { return std::tuple<T...>(std::move(x)...); };
  }
}

// An interface with one function `f`, which gives back what it takes, and its type in a component.
struct Subject {
  std::string name;
  std::string types;   // definitions that the type needs
  std::string params;  // of f
  std::string result;
  HostInterfaceDef def;
};

template <class... T>
Subject subject(std::string name, std::vector<std::string> types, std::string defs = "") {
  std::string params;
  std::string items;
  HostInterface<> interface("test:host/direct", version(""));
  for (size_t i = 0; i < types.size(); ++i) {
    params += fmt::format("(param \"p{}\" {})", i, types[i]);
    items += " " + types[i];
  }
  const auto declare = [&] {
    if constexpr (sizeof...(T) == 1) return interface.func("f", {"p0"}, same<T...>());
    if constexpr (sizeof...(T) == 2) return interface.func("f", {"p0", "p1"}, same<T...>());
    if constexpr (sizeof...(T) == 3) return interface.func("f", {"p0", "p1", "p2"}, same<T...>());
    if constexpr (sizeof...(T) == 9) {
      return interface.func("f", {"p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8"},
                            same<T...>());
    }
  };
  return {std::move(name), std::move(defs), std::move(params),
          types.size() == 1 ? types[0] : "(tuple" + items + ")", declare()};
}

constexpr auto kPoint =
    "(type $point' (record (field \"x\" s16) (field \"label\" (option string))"
    " (field \"weight\" u64))) (export \"point\" (type $point (eq $point')))";
constexpr auto kColour =
    "(type $colour' (enum \"red\" \"green\" \"blue\"))"
    " (export \"colour\" (type $colour (eq $colour')))";
constexpr auto kMode =
    "(type $mode' (flags \"read\" \"write\" \"append\" \"d\" \"e\" \"f\" \"g\" \"h\" \"i\"))"
    " (export \"mode\" (type $mode (eq $mode')))";
constexpr auto kShape =
    "(type $shape' (variant (case \"none\") (case \"circle\" f32) (case \"named\" string)"
    " (case \"at\" $point) (case \"big\" u64))) (export \"shape\" (type $shape (eq $shape')))";

std::vector<Subject> subjects() {
  std::vector<Subject> all;
  const auto add = [&](Subject s) { all.push_back(std::move(s)); };
  add(subject<bool, uint8_t, int8_t, uint16_t, int16_t, uint32_t, int32_t, uint64_t, int64_t>(
      "integers", {"bool", "u8", "s8", "u16", "s16", "u32", "s32", "u64", "s64"}));
  add(subject<bool>("bool", {"bool"}));
  add(subject<int8_t>("s8", {"s8"}));
  add(subject<int16_t>("s16", {"s16"}));
  add(subject<uint16_t>("u16", {"u16"}));
  add(subject<int32_t>("s32", {"s32"}));
  add(subject<int64_t>("s64", {"s64"}));
  add(subject<float>("f32", {"f32"}));
  add(subject<double>("f64", {"f64"}));
  add(subject<char32_t>("char", {"char"}));
  add(subject<float, double, char32_t>("floats", {"f32", "f64", "char"}));
  add(subject<std::string>("string", {"string"}));
  add(subject<Bytes>("bytes", {"(list u8)"}));
  add(subject<std::string, Bytes>("both", {"string", "(list u8)"}));
  add(subject<std::vector<std::tuple<std::string, Bytes>>>("entries",
                                                           {"(list (tuple string (list u8)))"}));
  add(subject<std::vector<uint16_t>, std::vector<bool>, std::vector<char32_t>>(
      "lists", {"(list u16)", "(list bool)", "(list char)"}));
  add(subject<std::vector<double>, std::vector<int64_t>>("wide", {"(list f64)", "(list s64)"}));
  add(subject<Point>("record", {"$point"}, kPoint));
  add(subject<Colour>("enum", {"$colour"}, kColour));
  add(subject<Flags<Mode>>("flags", {"$mode"}, kMode));
  add(subject<std::vector<Colour>, std::vector<Flags<Mode>>>(
      "labels", {"(list $colour)", "(list $mode)"}, std::string(kColour) + kMode));
  add(subject<Shape>("variant", {"$shape"}, std::string(kPoint) + kShape));
  add(subject<std::vector<Shape>, uint8_t>("variants", {"(list $shape)", "u8"},
                                           std::string(kPoint) + kShape));
  add(subject<std::optional<uint64_t>, Result<std::string, Colour>>(
      "options", {"(option u64)", "(result string (error $colour))"}, kColour));
  add(subject<Result<Unit, Unit>>("result", {"(result)"}));
  add(subject<Result<float, uint64_t>, std::optional<std::pair<char32_t, float>>>(
      "joined", {"(result f32 (error u64))", "(option (tuple char f32))"}));
  add(subject<std::string, std::string, std::string, std::string, std::string, std::string,
              std::string, std::string, Point>(
      "spilled",
      {"string", "string", "string", "string", "string", "string", "string", "string", "$point"},
      kPoint));
  return all;
}

// A component whose `run` puts bytes at 0, calls f with core values made of the numbers, and gives
// back what is in memory then. `mode` says how realloc behaves: 1 gives an odd place, 2 one far
// away, 3 traps; otherwise it grows the memory each time.
std::string guest(const Subject& s, std::string_view encoding, bool wide) {
  const HostFunctionDef& f = s.def.functions[0];
  const AddressType width = wide ? AddressType::kI64 : AddressType::kI32;
  const CoreFuncType type =
      flatten_functype({.context = FlattenContext::kLower, .width = width}, *f.type);
  std::string params;
  std::string args;
  for (size_t i = 0; i < type.params.size(); ++i) {
    const ValueType t = type.params[i];
    params += t == kI32 ? " i32" : t == kI64 ? " i64" : t == kF32 ? " f32" : " f64";
    const std::string_view convert = t == kI64   ? "(local.get {})"
                                     : t == kI32 ? "(i32.wrap_i64 (local.get {}))"
                                     : t == kF32
                                         ? "(f32.reinterpret_i32 (i32.wrap_i64 (local.get {})))"
                                         : "(f64.reinterpret_i64 (local.get {}))";
    args += fmt::format(fmt::runtime(convert), i + 3);
  }
  std::string call = "(call $f" + args + ")";
  std::string result;
  if (!type.results.empty()) {
    const ValueType t = type.results[0];
    result = t == kI32 ? "i32" : t == kI64 ? "i64" : t == kF32 ? "f32" : "f64";
    call = fmt::format("({}.store (i32.const 2048) {})", result, call);
    if (wide) call.replace(call.find("(i32.const 2048)"), 16, "(i64.const 2048)");
    result = "(result " + result + ")";
  }
  const std::string numbers = [] {
    std::string text;
    for (int i = 0; i < 13; ++i) text += fmt::format("(param \"a{}\" u64)", i);
    return text;
  }();
  const std::string p = wide ? "i64" : "i32";
  return fmt::format(
      R"((component
        (import "test:host/direct" (instance $h {types}
          (export "f" (func {fparams} (result {fresult})))))
        (core module $libc
          (memory (export "memory") {mem} 1)
          (global $next (mut {p}) ({p}.const 4096))
          (global $mode (export "mode") (mut i32) (i32.const 0))
          (func (export "realloc") (param {p} {p} {p} {p}) (result {p}) (local $at {p})
            (if (i32.eq (global.get $mode) (i32.const 1)) (then (return ({p}.const 4097))))
            (if (i32.eq (global.get $mode) (i32.const 2)) (then (return ({p}.const 0xfffffff0))))
            (if (i32.eq (global.get $mode) (i32.const 3)) (then unreachable))
            (drop (memory.grow ({p}.const 1)))
            (local.set $at (global.get $next))
            (memory.copy (local.get $at) (local.get 0) (local.get 1))
            (global.set $next ({p}.and ({p}.const -8)
              ({p}.add ({p}.add (local.get $at) (local.get 3)) ({p}.const 7))))
            (local.get $at)))
        (core instance $libc (instantiate $libc))
        (core func $f (canon lower (func $h "f") (memory $libc "memory")
          (realloc (func $libc "realloc")) {encoding}))
        (core module $m
          (import "libc" "memory" (memory {mem} 1))
          (import "libc" "mode" (global $mode (mut i32)))
          (import "host" "f" (func $f (param {params}) {result}))
          (func (export "run") (param {p} {p} i32
            i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64 i64) (result {p})
            (memory.copy ({p}.const 0) (local.get 0) (local.get 1))
            (global.set $mode (local.get 2))
            {call}
            ({p}.store ({p}.const 3072) ({p}.const 0))
            ({p}.store offset={ptr} ({p}.const 3072) ({p}.const 12288))
            ({p}.const 3072)))
        (core instance $m (instantiate $m (with "libc" (instance $libc))
          (with "host" (instance (export "f" (func $f))))))
        (func (export "run") (param "bytes" (list u8)) (param "mode" u32) {numbers}
          (result (list u8))
          (canon lift (core func $m "run") (memory $libc "memory")
            (realloc (func $libc "realloc")))))
      )",
      fmt::arg("types", s.types), fmt::arg("fparams", s.params), fmt::arg("fresult", s.result),
      fmt::arg("encoding", encoding), fmt::arg("params", params), fmt::arg("result", result),
      fmt::arg("call", call), fmt::arg("numbers", numbers), fmt::arg("p", p),
      fmt::arg("mem", wide ? "i64" : ""), fmt::arg("ptr", wide ? 8 : 4));
}

// What guests get wrong; every other time, what is right often enough.
class Inputs {
 public:
  explicit Inputs(uint32_t seed) : random_(seed) {}

  uint64_t number() {
    if (is_tame_) return random_() % 4 == 0 ? 8 * (random_() % 40) : random_() % 2;
    switch (random_() % 8) {
      case 0:
        return pick({0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fff'ffff, 0x8000'0000,
                     0xffff'ffff, 0xffff'fff0, 0xd800, 0x11'0000, 0x7fc0'0001, 0x7fa0'0000,
                     UINT64_MAX, uint64_t{1} << 63, 0x7ff4'0000'0000'0000});
      case 1:
        return uint64_t{random_()} << 32 | random_();
      case 2:
        return random_() % 70'000;
      case 3:
        return 8 * (random_() % 48);
      default:
        return random_() % 6;
    }
  }
  V bytes() {
    Bytes all;
    while (all.size() < 400) {
      const uint64_t n = number();
      switch (is_tame_ ? 2 : random_() % 4) {
        case 0:
          all.insert(all.end(), {'a', 'b', 0xc3, 0xa9, 'z', 0xe2, 0x82, 0xac});
          break;
        case 1:
          for (int i = 0; i < 8; ++i) all.push_back(static_cast<uint8_t>(n >> 8 * i));
          break;
        default:
          for (int i = 0; i < 4; ++i) all.push_back(static_cast<uint8_t>(n >> 8 * i));
      }
    }
    return V::bytes(std::move(all));
  }
  std::vector<V> arguments() {
    is_tame_ = !is_tame_;
    std::vector<V> all;
    all.push_back(bytes());
    all.push_back(V::u32(random_() % 12));
    for (int i = 0; i < 13; ++i) all.push_back(V::u64(number()));
    return all;
  }

 private:
  uint64_t pick(std::initializer_list<uint64_t> from) {
    return from.begin()[random_() % from.size()];
  }
  std::mt19937 random_;
  bool is_tame_ = false;
};

struct Tally {
  int returned = 0;
  int trapped = 0;
};

// Both ways of calling one function, each in an instance of its own.
class Pair {
 public:
  Pair(const Bytes& component, const HostInterfaceDef& def)
      : direct_(component), values_(component) {
    HostInterfaceDef slow = def;
    for (HostFunctionDef& f : slow.functions) {
      EXPECT_TRUE(f.direct) << f.name;
      f.direct = {};
    }
    EXPECT_TRUE(direct_.linker().define(HostInterfaceDef(def)).ok());
    EXPECT_TRUE(values_.linker().define(std::move(slow)).ok());
  }
  void start() {
    direct_.start();
    values_.start();
  }
  // What both give.
  std::string call(std::string_view name, const std::vector<V>& arguments) {
    std::string expected = values_.call(name, arguments);
    EXPECT_EQ(direct_.call(name, arguments), expected);
    return expected;
  }
  bool same_resources() {
    return direct_.store().environment().resources().size() ==
           values_.store().environment().resources().size();
  }

 private:
  Program direct_;
  Program values_;
};

bool is_trap(const std::string& outcome) { return outcome.starts_with("trap"); }

void compare(const Subject& s, std::string_view encoding, bool wide, int rounds, Tally& tally) {
  Pair pair(assemble(guest(s, encoding, wide)), s.def);
  Inputs inputs(static_cast<uint32_t>(s.name.size()));
  for (int i = 0; i < rounds; ++i) {
    pair.start();
    ++(is_trap(pair.call("run", inputs.arguments())) ? tally.trapped : tally.returned);
    ASSERT_FALSE(::testing::Test::HasFailure()) << s.name << " " << encoding << " " << i;
  }
}

TEST(Direct, IsAsByWayOfValues) {
  for (const Subject& s : subjects()) {
    Tally tally;
    compare(s, "string-encoding=utf8", false, 200, tally);
    EXPECT_GT(tally.returned, 5) << s.name;
  }
}

TEST(Direct, IsAsByWayOfValuesInOtherEncodings) {
  Tally tally;
  for (const Subject& s : subjects()) {
    if (s.params.find("string") == std::string::npos) continue;
    compare(s, "string-encoding=utf16", false, 100, tally);
    compare(s, "string-encoding=latin1+utf16", false, 100, tally);
  }
  EXPECT_GT(tally.returned, 50);
  EXPECT_GT(tally.trapped, 50);
}

TEST(Direct, IsAsByWayOfValuesWithWideAddresses) {
  Tally tally;
  for (const Subject& s : subjects()) compare(s, "", true, 60, tally);
  EXPECT_GT(tally.returned, 50);
  EXPECT_GT(tally.trapped, 50);
}

// A function whose results are none of their type.
template <class F>
Subject faulty(std::string result, F f, std::string defs = "") {
  HostInterface<> interface("test:host/direct", version(""));
  return {result, std::move(defs), "(param \"p0\" u32)", result, interface.func("f", {"p0"}, f)};
}

TEST(Direct, TheHostsFaultsAreWordedAlike) {
  const auto flags = Flags<Mode>::from_bits(1 << 20);
  const Subject all[] = {
      faulty("string", [](uint32_t) { return std::string("\xff"); }),
      faulty("char", [](uint32_t) { return char32_t{0xd800}; }),
      faulty(
          "$colour", [](uint32_t) { return static_cast<Colour>(7); }, kColour),
      faulty(
          "$mode", [flags](uint32_t) { return flags; }, kMode),
      faulty(
          "(tuple u8 (list string))",
          [](uint32_t) { return std::tuple<uint8_t, std::vector<std::string>>(1, {"a", "\xc3"}); }),
      faulty("(option char)", [](uint32_t) { return std::optional<char32_t>(0x11'0000); }),
      faulty("u32", [](uint32_t) -> HostResult<uint32_t> { return fail(Trap("no")); }),
      faulty("u32",
             [](uint32_t) -> Async<HostResult<uint32_t>> {
               return HostResult<uint32_t>(fail(Trap("not now")));
             }),
      faulty("u32", [](uint32_t) -> Cancellable<uint32_t> { return fail(Cancelled()); }),
  };
  std::vector<V> arguments(15, V::u64(64));
  arguments[0] = V::bytes({});
  arguments[1] = V::u32(0);
  for (const Subject& s : all) {
    Pair pair(assemble(guest(s, "", false)), s.def);
    pair.start();
    EXPECT_TRUE(is_trap(pair.call("run", arguments))) << s.name;
  }
}

// Handles that are none, of another type, or lent; and what is left of them.
TEST(Direct, HandlesAreAsByWayOfValues) {
  struct Thing {
    uint32_t n;
  };
  const auto def = [] {
    return HostInterfaceDef(
        HostInterface<>("test:host/things", version(""))
            .resource<Thing>("thing")
            .constructor({"n"}, [](uint32_t n) { return make_own<Thing>(Thing{n}); })
            .method("get", [](const Thing& t) { return t.n; })
            .static_func("two", {"a", "b"},
                         [](const Thing& a, Own<Thing> b) { return a.n * 100 + b->n; })
            .static_func("swap", {"a", "b"}, [](Own<Thing> a, std::optional<Own<Thing>> b) {
              return b ? *std::move(b) : std::move(a);
            }));
  };
  constexpr auto kGuest = R"((component
    (import "test:host/things" (instance $h
      (export "thing" (type $t (sub resource)))
      (export "[constructor]thing" (func (param "n" u32) (result (own $t))))
      (export "[method]thing.get" (func (param "self" (borrow $t)) (result u32)))
      (export "[static]thing.two" (func (param "a" (borrow $t)) (param "b" (own $t)) (result u32)))
      (export "[static]thing.swap"
        (func (param "a" (own $t)) (param "b" (option (own $t))) (result (own $t))))))
    (core func $new (canon lower (func $h "[constructor]thing")))
    (core func $get (canon lower (func $h "[method]thing.get")))
    (core func $two (canon lower (func $h "[static]thing.two")))
    (core func $swap (canon lower (func $h "[static]thing.swap")))
    (func (export "new") (param "n" u32) (result u32) (canon lift (core func $new)))
    (func (export "get") (param "i" u32) (result u32) (canon lift (core func $get)))
    (func (export "two") (param "a" u32) (param "b" u32) (result u32)
      (canon lift (core func $two)))
    (func (export "swap") (param "a" u32) (param "some" u32) (param "b" u32) (result u32)
      (canon lift (core func $swap)))))";
  const Bytes component = assemble(kGuest);
  std::mt19937 random(7);
  int returned = 0;
  for (int round = 0; round < 300; ++round) {
    Pair pair(component, def());
    pair.start();
    for (int i = 0; i < 12; ++i) {
      constexpr const char* kNames[] = {"new", "get", "two", "swap"};
      constexpr size_t kCounts[] = {1, 1, 2, 3};
      const size_t at = i < 3 ? 0 : random() % 4;
      std::vector<V> args;
      for (size_t n = 0; n < kCounts[at]; ++n) args.push_back(V::u32(1 + random() % 4));
      if (at == 3) args[1] = V::u32(random() % 2);
      if (is_trap(pair.call(kNames[at], args))) break;
      ASSERT_TRUE(pair.same_resources());
      ++returned;
    }
  }
  EXPECT_GT(returned, 300);
}

}  // namespace
}  // namespace tappet::component::test
