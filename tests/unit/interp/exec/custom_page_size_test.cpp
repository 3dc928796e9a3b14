// Memories with pages of one byte: every byte counts.
#include <fmt/format.h>

#include "tests/unit/interp/support/linked.h"

namespace tappet::test {
namespace {

constexpr const char* kOutOfBounds = "out of bounds memory access";
constexpr uint64_t kRefused = 0xffff'ffff;

std::vector<MemoryStrategy> strategies() {
  std::vector<MemoryStrategy> all{MemoryStrategy::kChecked};
  if (best_memory_strategy() == MemoryStrategy::kGuard) all.push_back(MemoryStrategy::kGuard);
  return all;
}

struct Small : Linked {
  explicit Small(MemoryStrategy strategy = best_memory_strategy(), StoreLimits limits = {})
      : Linked(limits, features(), strategy) {}
  static FeatureSet features() {
    FeatureSet all = FeatureSet::defaults();
    all.set(Feature::kCustomPageSizes, true);
    return all;
  }
  // Why a module that imports what `add` made cannot be instantiated; empty if it can.
  std::string refusal(std::string_view text, const std::string& from = "a") {
    auto bytes = parse_wat(text);
    EXPECT_TRUE(bytes.ok()) << bytes.error().to_string();
    auto code = engine.compile(std::move(*bytes));
    if (!code.ok()) return code.error().to_string();
    std::vector<Extern> imports;
    for (const Import& import : (*code)->module().imports)
      imports.emplace_back(instances.at(from)->exported_memory(import.name));
    const auto made = instantiate(*store, *code, imports);
    return made.ok() ? "" : to_string(made.error());
  }
};

struct Access {
  const char* type;
  const char* load;
  const char* store;
  uint64_t bytes;
};
constexpr Access kAccesses[] = {
    {"i32", "i32.load8_s", "i32.store8", 1},   {"i32", "i32.load16_u", "i32.store16", 2},
    {"i32", "i32.load", "i32.store", 4},       {"i64", "i64.load8_u", "i64.store8", 1},
    {"i64", "i64.load32_s", "i64.store32", 4}, {"i64", "i64.load", "i64.store", 8},
    {"f32", "f32.load", "f32.store", 4},       {"f64", "f64.load", "f64.store", 8},
    {"v128", "v128.load", "v128.store", 16}};

// Each access in the forms that have handlers of their own: an address, the sum of two, a constant
// one with an offset, a load whose result goes on into an instruction.
std::string accesses(std::string_view memories, std::string_view memory, const char* address,
                     uint64_t last) {
  std::string text = fmt::format("(module {}", memories);
  for (const Access& a : kAccesses) {
    const std::string at = fmt::format("{} {}", a.load, memory);
    const std::string put = fmt::format("{} {}", a.store, memory);
    const std::string zero = a.type == std::string_view("v128")
                                 ? "(v128.const i64x2 0 0)"
                                 : fmt::format("({}.const 0)", a.type);
    const std::string sum = fmt::format("({0}.add (local.get 0) (local.get 1))", address);
    text += fmt::format(
        "(func (export \"{0}\") (param {4}) (drop ({1} (local.get 0))))"
        "(func (export \"{0} offset\") (param {4}) (drop ({1} offset=3 (local.get 0))))"
        "(func (export \"{0} sum\") (param {4} {4}) (drop ({1} {5})))"
        "(func (export \"{0} const\") (drop ({1} offset={6} ({4}.const 1))))"
        "(func (export \"{2}\") (param {4}) ({3} (local.get 0) {7}))"
        "(func (export \"{2} offset\") (param {4}) ({3} offset=3 (local.get 0) {7}))"
        "(func (export \"{2} sum\") (param {4} {4}) ({3} {5} {7}))"
        "(func (export \"{2} const\") ({3} offset={6} ({4}.const 1) {7}))",
        a.load, at, a.store, put, address, sum, last, zero);
  }
  text += fmt::format(
      "(func (export \"pair\") (param {0}) (result i32)"
      " (i32.add (i32.load {1} (local.get 0)) (i32.const 1))))",
      address, memory);
  return text;
}

// `size` is large enough for every access.
void expect_exact(MemoryStrategy strategy, std::string_view memories, std::string_view memory,
                  const char* address, uint64_t size) {
  for (const Access& a : kAccesses) {
    const uint64_t last = size - a.bytes;
    Small fits(strategy);
    fits.add("m", accesses(memories, memory, address, last - 1));
    Small beyond(strategy);
    beyond.add("m", accesses(memories, memory, address, last));
    for (const std::string name : {a.load, a.store}) {
      const auto returns = [&](Small& guest, const std::string& form, std::vector<uint64_t> args) {
        const auto called = guest.call(guest.function("m", name + form), std::move(args));
        EXPECT_EQ(called.outcome, Outcome::kReturned) << name << form << " of " << size;
      };
      const auto traps = [&](Small& guest, const std::string& form, std::vector<uint64_t> args) {
        EXPECT_EQ(guest.trap(name + form, std::move(args)), kOutOfBounds)
            << name << form << " of " << size;
      };
      returns(fits, "", {last});
      returns(fits, " offset", {last - 3});
      returns(fits, " sum", {last - 1, 1});
      returns(fits, " const", {});
      for (const uint64_t address_beyond : {last + 1, size, size + 1, uint64_t{0xffff'ffff}})
        traps(fits, "", {address_beyond});
      traps(fits, " offset", {last - 2});
      traps(fits, " offset", {0xffff'ffff});
      traps(fits, " sum", {last, 1});
      traps(beyond, " const", {});
    }
    EXPECT_EQ(fits.value("pair", {size - 4}), 1u);
    EXPECT_EQ(fits.trap("pair", {size - 3}), kOutOfBounds);
  }
}

TEST(CustomPageSize, BoundsAreExact) {
  for (const MemoryStrategy strategy : strategies()) {
    for (const uint64_t size : {20, 33, 4095, 4097, 65'535, 65'537}) {
      expect_exact(strategy, fmt::format("(memory {} (pagesize 1))", size), "", "i32", size);
    }
  }
}

TEST(CustomPageSize, BoundsOfOtherMemoriesAreExact) {
  for (const MemoryStrategy strategy : strategies()) {
    expect_exact(strategy, "(memory i64 33 (pagesize 1))", "", "i64", 33);
    expect_exact(strategy, "(memory 1) (memory 33 (pagesize 1))", "1", "i32", 33);
    expect_exact(strategy, "(memory 33 (pagesize 1)) (memory 1)", "1", "i32", 65'536);
    expect_exact(strategy, "(memory 1 (pagesize 65536))", "", "i32", 65'536);
  }
}

constexpr const char* kGrowing = R"((module
  (memory (export "memory") 3 100000 (pagesize 1))
  (func $grow (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
  (func (export "size") (result i32) (memory.size))
  (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
  (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
  (func (export "store_after") (param i32 i32) (result i32)
    (drop (call $grow (local.get 0)))
    (i32.store8 (i32.sub (memory.size) (i32.const 1)) (local.get 1))
    (i32.load8_u (i32.sub (memory.size) (i32.const 1))))))";

TEST(CustomPageSize, GrowsByBytes) {
  for (const MemoryStrategy strategy : strategies()) {
    Small guest(strategy);
    guest.add("m", kGrowing);
    EXPECT_EQ(guest.value("size"), 3u);
    guest.call(guest.function("m", "store"), {2, 77});
    EXPECT_EQ(guest.trap("load", {3}), kOutOfBounds);
    EXPECT_EQ(guest.value("grow", {1}), 3u);
    EXPECT_EQ(guest.value("load", {3}), 0u);
    EXPECT_EQ(guest.trap("load", {4}), kOutOfBounds);
    EXPECT_EQ(guest.value("grow", {0}), 4u);
    EXPECT_EQ(guest.value("grow", {99'997}), kRefused);
    EXPECT_EQ(guest.value("grow", {0xffff'ffff}), kRefused);
    EXPECT_EQ(guest.value("size"), 4u);
    EXPECT_EQ(guest.value("store_after", {60'000, 5}), 5u);  // the block has moved
    EXPECT_EQ(guest.value("grow", {39'996}), 60'004u);
    EXPECT_EQ(guest.value("grow", {1}), kRefused);
    EXPECT_EQ(guest.value("load", {2}), 77u);
    EXPECT_EQ(guest.value("load", {60'003}), 5u);
    EXPECT_EQ(guest.value("load", {99'999}), 0u);
    EXPECT_EQ(guest.trap("load", {100'000}), kOutOfBounds);
  }
}

TEST(CustomPageSize, EveryInstanceSeesAMemoryMove) {
  for (const MemoryStrategy strategy : strategies()) {
    Small guest(strategy);
    guest.add("owner", kGrowing);
    guest.add("m", R"((module
      (import "owner" "memory" (memory 3 (pagesize 1)))
      (import "owner" "grow" (func $grow (param i32) (result i32)))
      (func (export "f") (result i32)
        (i32.store8 (i32.const 0) (i32.const 9))
        (drop (call $grow (i32.const 90000)))
        (i32.store8 (i32.const 90002) (i32.const 8))
        (i32.add (i32.load8_u (i32.const 0)) (i32.load8_u (i32.const 90002))))))");
    EXPECT_EQ(guest.value("f"), 17u);
    Memory& memory = *guest.instances.at("owner")->exported_memory("memory");
    EXPECT_EQ(memory.pages(), 90'003u);
    EXPECT_EQ(memory.size(), 90'003u);
    EXPECT_EQ(memory.view(90'002, 1).size(), 1u);
    EXPECT_EQ(memory.view(90'002, 1)[0], 8);
    EXPECT_TRUE(memory.view(90'002, 2).empty());
  }
}

TEST(CustomPageSize, ImportsWantTheSameSize) {
  Small guest;
  guest.add("a", R"((module
    (memory (export "small") 65536 (pagesize 1)) (memory (export "large") 1)))");
  EXPECT_EQ(guest.refusal(R"((module (import "a" "large" (memory 1 (pagesize 1)))))"),
            "at byte offset 0xb: incompatible import type for a.large: expected memory of 1.. "
            "pages of one byte, found memory of 1.. pages");
  EXPECT_EQ(guest.refusal(R"((module (import "a" "small" (memory 0))))"),
            "at byte offset 0xb: incompatible import type for a.small: expected memory of 0.. "
            "pages, found memory of 65536.. pages of one byte");
  EXPECT_EQ(guest.refusal(R"((module (import "a" "small" (memory 65536 (pagesize 1)))))"), "");
  EXPECT_NE(guest.refusal(R"((module (import "a" "small" (memory 65537 (pagesize 1)))))"), "");
  EXPECT_EQ(guest.refusal(R"((module (import "a" "large" (memory 1 (pagesize 65536)))))"), "");
}

TEST(CustomPageSize, LimitsMayBeHuge) {
  constexpr const char* kForms[] = {"0xffffffff", ""};
  for (const MemoryStrategy strategy : strategies()) {
    for (const char* max : kForms) {
      StoreLimits limits;
      limits.memory_bytes = 70'001;
      Small guest(strategy, limits);
      guest.add("m", fmt::format(R"((module (memory 0 {} (pagesize 1))
        (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))))",
                                 max));
      for (const uint64_t delta : {uint64_t{70'002}, uint64_t{1} << 31, uint64_t{0xffff'ffff}})
        EXPECT_EQ(guest.value("grow", {delta}), kRefused) << delta;
      EXPECT_EQ(guest.value("grow", {70'001}), 0u);
      EXPECT_EQ(guest.value("grow", {1}), kRefused);
    }
  }
  Small guest;
  guest.add("m", R"((module (memory i64 0 0xffffffffffffffff (pagesize 1))
    (func (export "grow") (param i64) (result i64) (memory.grow (local.get 0)))))");
  for (const uint64_t delta : {UINT64_MAX, UINT64_MAX - 1, uint64_t{1} << 63, uint64_t{1} << 48})
    EXPECT_EQ(guest.value("grow", {delta}), UINT64_MAX) << delta;
  EXPECT_EQ(guest.value("grow", {5}), 0u);
  EXPECT_NE(guest.refusal("(module (memory i64 0xffffffffffffffff (pagesize 1)))"), "");
  EXPECT_NE(guest.refusal("(module (memory 0x100000000 (pagesize 1)))"), "");
}

TEST(CustomPageSize, BulkOperationsCountBytes) {
  for (const MemoryStrategy strategy : strategies()) {
    Small guest(strategy);
    guest.add("m", R"((module
      (memory $small 10 (pagesize 1)) (memory $large 1)
      (data $d "abcdefghijklmnop")
      (func (export "fill") (param i32 i32) (memory.fill (local.get 0) (i32.const 1) (local.get 1)))
      (func (export "init") (param i32 i32)
        (memory.init $d (local.get 0) (i32.const 0) (local.get 1)))
      (func (export "to_large") (param i32 i32)
        (memory.copy $large $small (i32.const 0) (local.get 0) (local.get 1)))
      (func (export "to_small") (param i32 i32)
        (memory.copy $small $large (local.get 0) (i32.const 0) (local.get 1)))
      (func (export "within") (param i32 i32)
        (memory.copy $small $small (local.get 0) (i32.const 0) (local.get 1)))
      (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))))");
    for (const char* name : {"fill", "init", "to_large", "to_small", "within"}) {
      const auto returns = [&](uint64_t at, uint64_t count) {
        return guest.call(guest.function("m", name), {at, count}).outcome == Outcome::kReturned;
      };
      EXPECT_TRUE(returns(0, 10)) << name;
      EXPECT_TRUE(returns(9, 1)) << name;
      EXPECT_TRUE(returns(10, 0)) << name;
      EXPECT_FALSE(returns(0, 11)) << name;
      EXPECT_FALSE(returns(9, 2)) << name;
      EXPECT_FALSE(returns(11, 0)) << name;
      EXPECT_FALSE(returns(0xffff'ffff, 1)) << name;
    }
    guest.call(guest.function("m", "init"), {1, 9});
    EXPECT_EQ(guest.value("load", {9}), uint64_t{'i'});
  }
}

TEST(CustomPageSize, SegmentsEndWithTheMemory) {
  for (const MemoryStrategy strategy : strategies()) {
    Small guest(strategy);
    EXPECT_EQ(guest.refusal("(module (memory 3 (pagesize 1)) (data (i32.const 0) \"abc\"))"), "");
    EXPECT_EQ(guest.refusal("(module (memory 3 (pagesize 1)) (data (i32.const 1) \"abc\"))"),
              "wasm trap: out of bounds memory access");
    EXPECT_EQ(guest.refusal("(module (memory 0 (pagesize 1)) (data (i32.const 0) \"\"))"), "");
  }
}

// Contents of this size come as an image, made for mapping whole host pages.
TEST(CustomPageSize, ImagesEndWithTheMemory) {
  constexpr uint64_t kSize = 70'001;
  const std::string text = fmt::format(R"((module
    (memory {} (pagesize 1)) (data (i32.const 0) "{}")
    (func (export "load") (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "store") (param i32 i32) (i32.store8 (local.get 0) (local.get 1)))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))))",
                                       kSize, std::string(kSize, 'x'));
  for (const MemoryStrategy strategy : strategies()) {
    for (int round = 0; round < 2; ++round) {
      Small guest(strategy);
      guest.add("m", text);
      for (const uint64_t at : {uint64_t{0}, kSize - 1})
        EXPECT_EQ(guest.value("load", {at}), uint64_t{'x'});
      EXPECT_EQ(guest.trap("load", {kSize}), kOutOfBounds);
      guest.call(guest.function("m", "store"), {kSize - 1, 'y'});
      EXPECT_EQ(guest.value("grow", {5000}), kSize);
      EXPECT_EQ(guest.value("load", {kSize - 1}), uint64_t{'y'});
      EXPECT_EQ(guest.value("load", {kSize}), 0u);
      EXPECT_EQ(guest.value("load", {kSize + 4999}), 0u);
    }
  }
}

}  // namespace
}  // namespace tappet::test
