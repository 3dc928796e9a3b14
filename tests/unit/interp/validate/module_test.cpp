// What module_validator checks outside of bodies (core spec 3.5).
#include <gtest/gtest.h>

#include "tests/unit/interp/support/check.h"

namespace tappet {
namespace {

using namespace test;

std::string memory(Bytes type, const FeatureSet& features = FeatureSet::defaults()) {
  ModuleBuilder m;
  m.raw_memory(std::move(type));
  return check(m, features);
}

TEST(Limits, AreOrderedAndInRange) {
  EXPECT_EQ(memory(Bytes{1} + leb(1) + leb(1)), "ok");
  EXPECT_EQ(memory(Bytes{1} + leb(2) + leb(1)),
            "invalid: memory 0: size minimum must not be greater than maximum");
  EXPECT_EQ(memory(Bytes{1} + leb(65536) + leb(65536)), "ok");
  const std::string too_large =
      "invalid: memory 0: memory size must be at most 65536 pages (4 GiB)";
  EXPECT_EQ(memory(Bytes{0} + leb(65537)), too_large);
  EXPECT_EQ(memory(Bytes{1} + leb(0) + leb(65537)), too_large);
  EXPECT_EQ(memory(Bytes{0} + leb(uint64_t{1} << 40)), too_large);
  const Bytes table = Bytes{0x70, 0x01} + leb(0) + leb(uint64_t{1} << 32);
  EXPECT_EQ(check(module_of({section(4, vec({table}))})),
            "invalid: table 0: table size must be at most 2^32-1");
}

TEST(Limits, OfLaterMemories) {
  const FeatureSet all = FeatureSet::all();
  EXPECT_EQ(memory(Bytes{4} + leb(uint64_t{1} << 48), all), "ok");
  EXPECT_NE(memory(Bytes{4} + leb((uint64_t{1} << 48) + 1), all), "ok");
  EXPECT_EQ(memory(Bytes{8} + leb(UINT32_MAX) + leb(0), all), "ok");
  EXPECT_NE(memory(Bytes{8} + leb(uint64_t{1} << 32) + leb(0), all), "ok");
  EXPECT_EQ(memory(Bytes{8} + leb(1) + leb(1), all), "invalid: memory 0: invalid custom page size");
  EXPECT_EQ(memory(Bytes{2} + leb(1), all), "invalid: memory 0: shared memory must have maximum");
}

TEST(Globals, AreInitialisedWithTheirType) {
  ModuleBuilder m;
  m.global(kI32, false, code("i64.const", 0));
  EXPECT_EQ(check(m), "invalid: global 0: end: expected i32, found i64");
  ModuleBuilder empty;
  empty.global(kI32, false, code());
  EXPECT_EQ(check(empty), "invalid: global 0: end: expected i32, found nothing");
  ModuleBuilder two;
  two.global(kI32, false, code("i32.const", 0, "i32.const", 0));
  EXPECT_EQ(check(two), "invalid: global 0: end: 1 values too many at the end of the block");
}

TEST(Globals, SeeTheConstantOnesBeforeThem) {
  ModuleBuilder m;
  m.import_global("a", "b", kI32);
  m.global(kI32, false, code("global.get", 0));
  m.global(kI32, false, code("global.get", 1));
  EXPECT_EQ(check(m), "ok");
  m.global(kI32, false, code("global.get", 3));
  EXPECT_EQ(check(m), "invalid: global 3: global.get: unknown global 3");
  ModuleBuilder n;
  n.import_global("a", "b", kI32, true);
  n.global(kI32, false, code("global.get", 0));
  EXPECT_EQ(check(n),
            "invalid: global 1: global.get: constant expression required: the global is mutable");
}

TEST(Exports, NameWhatExistsOnce) {
  ModuleBuilder m;
  m.func({}, {}, code());
  m.export_func("a", 0).export_func("b", 0);
  EXPECT_EQ(check(m), "ok");
  m.export_func("a", 0);
  EXPECT_EQ(check(m), "invalid: duplicate export name \"a\"");
  for (const ExternKind kind : {ExternKind::kFunc, ExternKind::kTable, ExternKind::kMemory,
                                ExternKind::kGlobal, ExternKind::kTag}) {
    ModuleBuilder n;
    n.export_item("x\n", kind, 7);
    EXPECT_EQ(check(n),
              "invalid: export \"x\\u{a}\": unknown " + std::string(to_string(kind)) + " 7");
  }
}

TEST(Start, TakesAndGivesNothing) {
  ModuleBuilder m;
  m.func({kI32}, {}, code());
  m.func({}, {}, code());
  m.start(1);
  EXPECT_EQ(check(m), "ok");
  m.start(0);
  EXPECT_EQ(check(m), "invalid: start function must not have parameters or results");
  m.start(2);
  EXPECT_EQ(check(m), "invalid: start: unknown function 2");
}

TEST(Elems, FitTheirTable) {
  const auto with_table = [](ValueType element, const Bytes& segment) {
    ModuleBuilder m;
    m.table(element, 10);
    m.func({}, {}, code());
    m.raw_elem(segment);
    return check(m);
  };
  const Bytes offset = code("i32.const", 0, "end");
  EXPECT_EQ(with_table(kFuncRef, Bytes{0} + offset + Bytes{1, 0}), "ok");
  EXPECT_EQ(with_table(kFuncRef, Bytes{0} + offset + Bytes{1, 1}),
            "invalid: elem segment 0: unknown function 1");
  EXPECT_EQ(with_table(kExternRef, Bytes{0} + offset + Bytes{1, 0}),
            "invalid: elem segment 0: expected elements of type externref, found (ref func)");
  EXPECT_EQ(with_table(kFuncRef, Bytes{2, 1} + offset + Bytes{0, 1, 0}),
            "invalid: elem segment 0: unknown table 1");
  EXPECT_EQ(with_table(kFuncRef, Bytes{0} + code("i64.const", 0, "end") + Bytes{0}),
            "invalid: elem segment 0: end: expected i32, found i64");
}

TEST(Elems, HoldWhatTheyDeclare) {
  const auto elem = [](const Bytes& segment) {
    ModuleBuilder m;
    m.func({}, {}, code());
    m.raw_elem(segment);
    return check(m);
  };
  EXPECT_EQ(elem(Bytes{5, 0x6f, 1} + code("ref.null", kExternRef, "end")), "ok");
  EXPECT_EQ(elem(Bytes{5, 0x6f, 1} + code("ref.null", kFuncRef, "end")),
            "invalid: elem segment 0: end: expected externref, found funcref");
  EXPECT_EQ(elem(Bytes{5, 0x6f, 1} + code("ref.func", 0, "end")),
            "invalid: elem segment 0: expected elements of type externref, found (ref $type0)");
  EXPECT_EQ(elem(Bytes{5, 0x70, 1} + code("i32.const", 0, "end")),
            "invalid: elem segment 0: end: expected funcref, found i32");
}

TEST(Datas, GoToAMemory) {
  ModuleBuilder m;
  m.data(code("i32.const", 0), "x");
  EXPECT_EQ(check(m), "invalid: data segment 0: unknown memory 0");
  ModuleBuilder passive;
  passive.passive_data("x");
  EXPECT_EQ(check(passive), "ok");
  ModuleBuilder wrong;
  wrong.memory(1);
  wrong.data(code("f32.const", 0.0f), "x");
  EXPECT_EQ(check(wrong), "invalid: data segment 0: end: expected i32, found f32");
}

TEST(Positions, OfDeclarationsAreTheirSections) {
  ModuleBuilder m;
  m.start(7);
  const Bytes bytes = m.build();
  const auto module = decode(bytes);
  ASSERT_TRUE(module.ok());
  const auto result = validate_module(**module, FeatureSet::defaults());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().position, Position::at_offset(8));
}

}  // namespace
}  // namespace tappet
