// Inputs made to hurt: cut, bent, and with counts that promise more than there is.
#include <gtest/gtest.h>

#include <ctime>

#include "interp/base/limits.h"
#include "tests/unit/interp/support/check.h"

namespace tappet {
namespace {

using namespace test;

// Something of everything.
Bytes rich_module() {
  ModuleBuilder m;
  const uint32_t log = m.import_func("env", "log", m.type({kI32}, {}));
  m.import_global("env", "base", kI32);
  m.table(kFuncRef, 4);
  m.memory(1, 2);
  m.global(kI64, true, code("i64.const", int64_t{1} << 40));
  const uint32_t f =
      m.func({kI32, kF64}, {kI32},
             code("block", kI32, "local.get", 0, "local.get", 0, "br_table", 2, 0, 0, 0, "end",  //
                  "i32.load", 2, 16, "call", log, "loop", kNoType, "local.get", 2, "br_if", 0,
                  "end", "local.get", 0, "if", kI32, "i32.const", 1, "else", "i32.const", 2, "end"),
             {{3, kI32}, {1, kI64}});
  m.func({}, {}, code("i32.const", 0, "i32.const", 0, "i32.const", 1, "memory.init", 0, 0));
  m.export_func("f", f).export_item("memory", ExternKind::kMemory, 0);
  m.elem(code("i32.const", 0), {log, f});
  m.raw_elem(Bytes{5, 0x70, 2} + code("ref.func", f, "end", "ref.null", kFuncRef, "end"));
  m.passive_data("some bytes");
  m.data(code("global.get", 0), "more bytes");
  m.data_count();
  m.custom("name", Bytes{1, 5, 1, 1, 2} + name("x"));
  return m.build();
}

TEST(Hostile, TheRichModuleIsValid) { EXPECT_EQ(check(rich_module()), "ok"); }

TEST(Hostile, ModulesCutAnywhereAreRefused) {
  const Bytes whole = rich_module();
  std::vector<size_t> accepted;
  for (size_t size = 0; size < whole.size(); ++size) {
    if (check(Bytes(whole.begin(), whole.begin() + size)) == "ok") accepted.push_back(size);
  }
  // The empty module, with types alone, and without the custom section at the end; but not, for
  // instance, between the function and the code section.
  ASSERT_GE(accepted.size(), 2u);
  EXPECT_EQ(accepted.front(), 8u);
  EXPECT_LE(accepted.size(), 5u);
}

TEST(Hostile, ModulesWithAnyByteChangedNeverCrash) {
  const Bytes whole = rich_module();
  int accepted = 0;
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const uint8_t value : {0x00, 0x01, 0x0b, 0x40, 0x7f, 0x80, 0xfc, 0xff}) {
      Bytes bent = whole;
      bent[at] = value;
      accepted += check(bent) == "ok" ? 1 : 0;
    }
  }
  EXPECT_GT(accepted, 0);
}

TEST(Hostile, HugeCountsCostNothing) {
  for (const uint8_t id : {1, 2, 3, 4, 5, 6, 7, 9, 10, 11}) {
    const Bytes module = module_of({section(id, leb(UINT32_MAX) + Bytes(10, 0))});
    EXPECT_TRUE(check(module).starts_with("malformed: length out of bounds")) << int{id};
  }
  const Bytes params = Bytes{0x60} + leb(UINT32_MAX);
  EXPECT_TRUE(check(module_of({section(1, vec({params}))})).starts_with("malformed: length out"));
}

TEST(Hostile, CountsOverTheLimitsAreRefused) {
  const auto many = [](uint8_t id, uint32_t count, const Bytes& element) {
    Bytes contents = leb(count);
    contents.reserve(contents.size() + count * element.size());
    for (uint32_t i = 0; i < count; ++i) {
      contents.insert(contents.end(), element.begin(), element.end());
    }
    return check(module_of({section(id, contents)}));
  };
  EXPECT_EQ(many(1, limits::kTypes + 1, Bytes{0x60, 0, 0}),
            "limit: too many types: 1000001, more than 1000000");
  EXPECT_EQ(many(1, limits::kTypes, Bytes{0x60, 0, 0}), "ok");
  EXPECT_EQ(many(11, limits::kDataSegments + 1, Bytes{1, 0}),
            "limit: too many data segments: 100001, more than 100000");
  EXPECT_EQ(many(9, limits::kElemSegments + 1, Bytes{1, 0, 0}),
            "limit: too many element segments: 100001, more than 100000");
}

TEST(Hostile, LocalsAreCountedBeforeTheyAreMade) {
  const std::clock_t start = std::clock();
  EXPECT_EQ(check_body({}, {}, code(), {{UINT32_MAX, kI64}}),
            "limit: too many locals: 4294967295, more than 50000");
  // Of the processor; far less than filling 32 GiB would take, on any machine.
  EXPECT_LT(std::clock() - start, CLOCKS_PER_SEC);
}

TEST(Hostile, RecursionGroupsAreChargedBeforeTheyAreRead) {
  // Distinct tiny types in one group cannot be shared: a hundred times their size in memory.
  const uint32_t count = limits::kTypes;
  Bytes group = Bytes{0x4e} + leb(count);
  for (uint32_t i = 0; i < count; ++i) group.insert(group.end(), {0x60, 0, 0});
  EXPECT_EQ(check(module_of({section(1, leb(1) + group)}), FeatureSet::all()),
            "limit: the module's structures take too much memory for its size");
}

TEST(Hostile, NamesAreStrictUtf8Everywhere) {
  for (const char* bad : {"\x80", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82"}) {
    ModuleBuilder import_module;
    import_module.import_memory(bad, "x", 0);
    ModuleBuilder import_name;
    import_name.import_memory("x", bad, 0);
    ModuleBuilder export_name;
    export_name.memory(0);
    export_name.export_item(bad, ExternKind::kMemory, 0);
    ModuleBuilder custom;
    custom.custom(bad, {});
    for (const ModuleBuilder& m : {import_module, import_name, export_name, custom}) {
      EXPECT_EQ(check(m), "malformed: malformed UTF-8 encoding");
    }
  }
}

TEST(Hostile, OverlongIntegersAreRefused) {
  EXPECT_EQ(check(module_of({Bytes{1} + padded_leb(1, 5) + Bytes{0}})), "ok");
  EXPECT_EQ(check(module_of({Bytes{1} + padded_leb(1, 6) + Bytes{0}})),
            "malformed: integer representation too long");
  EXPECT_EQ(check(module_of({Bytes{1, 0x81, 0x80, 0x80, 0x80, 0x10, 0}})),
            "malformed: integer too large");
}

TEST(Hostile, ManyEmptyFunctionsAreFine) {
  constexpr uint32_t kCount = 300'000;
  Bytes functions = leb(kCount);
  Bytes bodies = leb(kCount);
  for (uint32_t i = 0; i < kCount; ++i) {
    functions.push_back(0);
    bodies.insert(bodies.end(), {2, 0, 0x0b});
  }
  const Bytes types = section(1, vec({Bytes{0x60, 0, 0}}));
  EXPECT_EQ(check(module_of({types, section(3, functions), section(10, bodies)})), "ok");
}

}  // namespace
}  // namespace tappet
