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

TEST(Shortcut, ChecksTheFifthByteOfIntegers) {
  const auto constant = [](uint8_t fifth) {
    return body(Bytes{0x41, 0xff, 0xff, 0xff, 0xff, fifth, 0x1a} + padding());
  };
  for (const int fifth : {0x00, 0x07, 0x78, 0x7f}) {
    EXPECT_EQ(constant(static_cast<uint8_t>(fifth)), "ok") << fifth;
  }
  for (const int fifth : {0x08, 0x0f, 0x10, 0x70, 0x77}) {
    EXPECT_EQ(constant(static_cast<uint8_t>(fifth)), "malformed: function 0: integer too large")
        << fifth;
  }
  const auto offset = [](uint8_t fifth) {
    ModuleBuilder m;
    m.memory(1);
    m.func({}, {}, Bytes{0x41, 0x00, 0x28, 0x02, 0xff, 0xff, 0xff, 0xff, fifth, 0x1a} + padding());
    return check(m);
  };
  EXPECT_EQ(offset(0x0f), "ok");
  for (const int fifth : {0x10, 0x7f}) {
    EXPECT_NE(offset(static_cast<uint8_t>(fifth)), "ok") << fifth;
  }
}

TEST(Shortcut, ReadsPaddedIndices) {
  const auto call = [](const Bytes& function) {
    ModuleBuilder m;
    m.func({}, {kI32}, code("i32.const", 0));
    for (int i = 0; i < 300; ++i) m.func({}, {kI64}, code("i64.const", 0));
    m.global(kI32, true, code("i32.const", 1));
    m.func({}, {}, Bytes{0x10} + function + Bytes{0x24} + padded_leb(0, 5) + padding());
    return check(m);
  };
  for (size_t size = 1; size <= 5; ++size) EXPECT_EQ(call(padded_leb(0, size)), "ok") << size;
  for (size_t size = 2; size <= 5; ++size) {
    EXPECT_EQ(call(padded_leb(300, size)),
              "invalid: function 301: global.set: expected i32, found i64")
        << size;
    EXPECT_EQ(call(padded_leb(302, size)), "invalid: function 301: call: unknown function 302")
        << size;
  }
  EXPECT_EQ(call(Bytes{0x80, 0x80, 0x80, 0x80, 0x10}),
            "malformed: function 301: integer too large");
  EXPECT_EQ(call(padded_leb(0, 6)), "malformed: function 301: integer representation too long");
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

TEST(Shortcut, ReadsNothingBeyondTheCode) {
  for (const Bytes& last : {Bytes{0x41, 0x80}, Bytes{0x43, 0x00}, Bytes{0x10, 0x80}}) {
    ModuleBuilder m;
    m.func({}, {}, {});
    // Without its `end`, so that the last instruction goes on in the custom section.
    m.raw_func(0, Bytes{0} + Bytes(5, 0x01) + last);
    m.custom("more", Bytes(40, 0x00));
    EXPECT_EQ(check(m), "malformed: function 1: unexpected end") << int{last[0]};
  }
}

TEST(Shortcut, ChecksTheOperandsOfBranches) {
  EXPECT_EQ(body(code("block", kI32, "i32.const", 1, "br", 0, "end", "drop")), "ok");
  EXPECT_EQ(body(code("block", kI32, "i64.const", 1, "br", 0, "end", "drop")),
            "invalid: function 0: br: expected i32, found i64");
  EXPECT_EQ(body(code("block", kI32, "i32.const", 1, "br_if", 0, "i32.const", 1, "end", "drop")),
            "invalid: function 0: br_if: expected i32, found nothing");
  EXPECT_EQ(body(code("loop", kI32, "br", 0, "end", "drop")), "ok");
  EXPECT_EQ(body(code("i32.const", 1, "return"), {kI32}), "ok");
  EXPECT_EQ(body(code("f32.const", 1.0f, "return"), {kI32}),
            "invalid: function 0: return: expected i32, found f32");
  EXPECT_EQ(body(code("block", kNoType, "br", 2, "end")),
            "invalid: function 0: br: unknown label 2");
}

TEST(Shortcut, HandsOverLabelsOfTwoBytes) {
  const auto nested = [](uint32_t label) {
    Bytes blocks;
    for (int i = 0; i < 200; ++i) blocks = std::move(blocks) + code("block", kNoType);
    return body(std::move(blocks) + code("br", label) + Bytes(200, 0x0b));
  };
  for (const uint32_t label : {0u, 127u, 128u, 200u}) EXPECT_EQ(nested(label), "ok") << label;
  EXPECT_EQ(nested(201), "invalid: function 0: br: unknown label 201");
}

TEST(Shortcut, ChecksTheEndsOfBlocks) {
  EXPECT_EQ(body(code("block", kNoType, "i32.const", 1, "end", "drop")),
            "invalid: function 0: end: 1 values too many at the end of the block");
  EXPECT_EQ(body(code("block", kI32, "end", "drop")),
            "invalid: function 0: end: expected i32, found nothing");
  EXPECT_EQ(body(code("i32.const", 1, "if", kI32, "i32.const", 1, "end", "drop")),
            "invalid: function 0: end: if without else must have equal parameter and result types");
  EXPECT_EQ(
      body(code("i32.const", 1, "if", kI32, "i32.const", 1, "else", "unreachable", "end", "drop")),
      "ok");
  EXPECT_EQ(body(code("i32.const", 1, "if", kNoType, "else", "else", "end")),
            "malformed: function 0: else: END opcode expected: there is no if");
  EXPECT_EQ(body(code("i64.const", 1, "if", kNoType, "end")),
            "invalid: function 0: if: expected i32, found i64");
}

TEST(Shortcut, ForgetsInBlocksWhatWasSetThere) {
  const std::vector<LocalsOf> locals = {{1, ValueType::ref(false, {HeapKind::kFunc, {}})}};
  const Bytes set = code("ref.func", 0, "local.set", 0);
  const auto check_with = [&](const Bytes& instructions) {
    ModuleBuilder m;
    m.declare({m.func({}, {}, instructions + padding(), locals)});
    return check(m);
  };
  EXPECT_EQ(check_with(code("block", kNoType) + set + code("local.get", 0, "drop", "end")), "ok");
  EXPECT_EQ(check_with(code("block", kNoType) + set + code("end", "local.get", 0, "drop")),
            "invalid: function 0: local.get: uninitialized local 0");
  EXPECT_EQ(check_with(code("i32.const", 0, "if", kNoType) + set +
                       code("else", "local.get", 0, "drop", "end")),
            "invalid: function 0: local.get: uninitialized local 0");
}

TEST(Shortcut, ChecksCalls) {
  const auto call = [](const Bytes& instructions) {
    ModuleBuilder m;
    m.func({kI32, kI64}, {kF32}, code("f32.const", 0.0f));
    m.table(kFuncRef, 1);
    m.func({}, {}, instructions + padding());
    return check(m);
  };
  const Bytes arguments = code("i32.const", 1, "i64.const", 2);
  EXPECT_EQ(call(arguments + code("call", 0, "drop")), "ok");
  EXPECT_EQ(call(arguments + code("call", 2, "drop")),
            "invalid: function 1: call: unknown function 2");
  EXPECT_EQ(call(arguments + code("i32.const", 0, "call_indirect", 0, 0, "drop")), "ok");
  EXPECT_EQ(call(arguments + code("call_indirect", 0, 0, "drop")),
            "invalid: function 1: call_indirect: expected i32, found i64");
  EXPECT_EQ(call(code("i64.const", 2, "call", 0, "drop")),
            "invalid: function 1: call: expected i32, found nothing");
}

TEST(Shortcut, ChecksGlobalsAndSelect) {
  const auto with_globals = [](const Bytes& instructions) {
    ModuleBuilder m;
    m.global(kI32, false, code("i32.const", 1));
    m.global(kI64, true, code("i64.const", 1));
    m.func({}, {}, instructions + padding());
    return check(m);
  };
  EXPECT_EQ(with_globals(code("global.get", 0, "drop", "i64.const", 1, "global.set", 1)), "ok");
  EXPECT_EQ(with_globals(code("i32.const", 1, "global.set", 0)),
            "invalid: function 0: global.set: immutable global");
  EXPECT_EQ(with_globals(code("global.get", 2, "drop")),
            "invalid: function 0: global.get: unknown global 2");
  EXPECT_EQ(with_globals(code("global.get", 0, "global.get", 1, "i32.const", 0, "select", "drop")),
            "invalid: function 0: select: expected i32, found i64");
}

}  // namespace
}  // namespace tappet
