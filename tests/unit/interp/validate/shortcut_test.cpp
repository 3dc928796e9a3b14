// The shortcut for ordinary code: where it has to hand over to the general path.
#include <gtest/gtest.h>

#include "tests/unit/interp/support/check.h"

namespace tappet {
namespace {

using namespace test;

std::string body(const Bytes& instructions, std::vector<ValueType> results = {},
                 const std::vector<LocalsOf>& locals = {}) {
  return check_body({}, std::move(results), instructions, locals);
}

TEST(Shortcut, HandsOverLongIntegers) {
  for (size_t size = 1; size <= 5; ++size) {
    EXPECT_EQ(body(Bytes{0x41} + padded_leb(1, size) + Bytes{0x1a}), "ok") << size;
    EXPECT_EQ(body(Bytes{0x20} + padded_leb(1, size) + Bytes{0x1a}, {}, {{2, kI32}}), "ok") << size;
  }
  for (size_t size = 1; size <= 10; ++size) {
    EXPECT_EQ(body(Bytes{0x42} + padded_leb(1, size) + Bytes{0x1a}), "ok") << size;
  }
  EXPECT_EQ(body(Bytes{0x41} + padded_leb(1, 6) + Bytes{0x1a}),
            "malformed: function 0: integer representation too long");
  EXPECT_EQ(body(Bytes{0x42} + padded_leb(1, 11) + Bytes{0x1a}),
            "malformed: function 0: integer representation too long");
  EXPECT_EQ(body(Bytes{0x41, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x1a}),
            "malformed: function 0: integer too large");
}

TEST(Shortcut, HandsOverLongOffsets) {
  for (size_t size = 1; size <= 10; ++size) {
    ModuleBuilder m;
    m.memory(1);
    const Bytes load = Bytes{0x28, 0x02} + padded_leb(8, size);
    m.func({}, {}, code("i32.const", 0) + load + Bytes{0x1a} + padding());
    EXPECT_EQ(check(m), "ok") << size;
  }
}

TEST(Shortcut, HandsOverLocalsOfTwoBytes) {
  const std::vector<LocalsOf> locals = {{127, kI32}, {1, kI64}, {1, kF32}};
  EXPECT_EQ(body(code("local.get", 127, "drop", "local.get", 128, "drop"), {}, locals), "ok");
  EXPECT_EQ(body(code("local.get", 127), {kI64}, locals), "ok");
  EXPECT_EQ(body(code("local.get", 128), {kF32}, locals), "ok");
  EXPECT_EQ(body(code("local.get", 129), {kF32}, locals),
            "invalid: function 0: local.get: unknown local 129");
  EXPECT_EQ(body(code("local.get", 1), {}, {{1, kI32}}),
            "invalid: function 0: local.get: unknown local 1");
}

TEST(Shortcut, ForgetsTheLocalsOfTheFunctionBefore) {
  ModuleBuilder m;
  m.func({}, {}, code("local.get", 5, "drop") + padding(), {{6, kI32}});
  m.func({}, {}, code("local.get", 5, "drop") + padding(), {{5, kI32}});
  EXPECT_EQ(check(m), "invalid: function 1: local.get: unknown local 5");
}

TEST(Shortcut, GrowsTheOperandStack) {
  for (const int count : {1000, 1023, 1024, 1025, 5000}) {
    Bytes many;
    for (int i = 0; i < count; ++i) many = std::move(many) + Bytes{0x41, 0x00};
    EXPECT_EQ(body(many + Bytes(static_cast<size_t>(count), 0x1a)), "ok") << count;
    EXPECT_EQ(body(many + Bytes(static_cast<size_t>(count - 1), 0x6a), {kI32}), "ok") << count;
    EXPECT_EQ(body(many + Bytes(static_cast<size_t>(count), 0x6a), {kI32}),
              "invalid: function 0: i32.add: expected i32, found nothing")
        << count;
  }
}

TEST(Shortcut, DoesNotPopOperandsOfOuterBlocks) {
  EXPECT_EQ(body(code("i32.const", 1, "i32.const", 2, "block", kNoType, "i32.add", "drop", "end")),
            "invalid: function 0: i32.add: expected i32, found nothing");
  EXPECT_EQ(body(code("i32.const", 1, "block", kNoType, "local.set", 0, "end"), {}, {{1, kI32}}),
            "invalid: function 0: local.set: expected i32, found nothing");
}

TEST(Shortcut, KeepsOutOfUnreachableCode) {
  EXPECT_EQ(body(code("unreachable", "i32.add", "i32.const", 1, "i32.sub", "local.tee", 0, "drop"),
                 {}, {{1, kI32}}),
            "ok");
  EXPECT_EQ(body(code("unreachable", "i32.add", "i64.eqz", "drop")),
            "invalid: function 0: i64.eqz: expected i64, found i32");
}

TEST(Shortcut, LeavesMemoriesWithWideAddressesAlone) {
  const auto load = [](const Bytes& address) {
    ModuleBuilder m;
    m.raw_memory(Bytes{0x04, 0x01});
    m.func({}, {}, address + code("i32.load", 2, 0, "drop") + padding());
    return check(m, FeatureSet::all());
  };
  EXPECT_EQ(load(code("i64.const", 0)), "ok");
  EXPECT_EQ(load(code("i32.const", 0)), "invalid: function 0: i32.load: expected i64, found i32");
}

}  // namespace
}  // namespace tappet
