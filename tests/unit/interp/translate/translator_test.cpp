// What functions become: Ir as text. Kept small; whether it computes the right thing is the spec
// suite's business.
#include <gtest/gtest.h>

#include "interp/translate/function_translator.h"
#include "interp/translate/ir_printer.h"
#include "tests/unit/interp/support/guest.h"

namespace tappet::test {
namespace {

std::string translated(std::vector<ValueType> params, std::vector<ValueType> results,
                       const Bytes& body, const std::vector<LocalsOf>& locals = {}) {
  ModuleBuilder m;
  m.memory(1);
  m.func(std::move(params), std::move(results), body, locals);
  Engine engine;
  auto compiled = engine.compile(m.build());
  EXPECT_TRUE(compiled.ok()) << compiled.error().to_string();
  return to_string(translate::FunctionTranslator(**compiled, 0).translate());
}

TEST(Translator, LocalsAndConstantsEmitNothing) {
  EXPECT_EQ(translated({kI32, kI32}, {kI32},
                       code("local.get", 0, "local.get", 1, "i32.add", "i32.const", 3, "i32.mul")),
            "  acc = i32.add s0 s1\n"
            "  acc = i32.mul acc 0x3\n"
            "  return acc\n");
}

TEST(Translator, LocalSetRedirectsTheProducer) {
  EXPECT_EQ(
      translated({kI32}, {kI32}, code("local.get", 0, "i32.const", 1, "i32.add", "local.tee", 0)),
      "  s0 = i32.add s0 0x1\n"
      "  return s0\n");
}

TEST(Translator, AnOlderValueLeavesTheAccumulatorAfterTheFact) {
  EXPECT_EQ(translated({kI32, kI32}, {kI32},
                       code("local.get", 0, "i32.clz", "local.get", 1, "i32.ctz", "i32.sub")),
            "  s4 = i32.clz s0\n"
            "  acc = i32.ctz s1\n"
            "  acc = i32.sub s4 acc\n"
            "  return acc\n");
}

TEST(Translator, PendingLocalsKeepTheirOldValue) {
  EXPECT_EQ(
      translated({kI32, kI32}, {kI32},
                 code("local.get", 0, "local.get", 1, "local.set", 0, "local.get", 0, "i32.sub")),
      "  s4 = move s0\n"
      "  s0 = move s1\n"
      "  acc = i32.sub s4 s0\n"
      "  return acc\n");
}

// The branch leaves with the old value of the local: the addition must not write it early.
TEST(Translator, ABranchEndsRedirection) {
  EXPECT_EQ(translated({kI32, kI32}, {},
                       code("block", kNoType, "local.get", 0, "i32.const", 1, "i32.add",
                            "local.get", 1, "br_if", 0, "local.set", 0, "end")),
            "  s4 = i32.add s0 0x1\n"
            "  branch L1 if i32.ne s1 0x0\n"
            "  s0 = move s4\n"
            "L1:\n"
            "  return\n");
}

TEST(Translator, ComparisonsFuseIntoBranches) {
  EXPECT_EQ(translated({kI32, kI32}, {},
                       code("loop", kNoType, "local.get", 0, "local.get", 1, "i32.lt_s", "i32.eqz",
                            "br_if", 0, "end")),
            "L1:\n"
            "  branch L1 if i32.ge_s s0 s1\n"
            "  return\n");
  EXPECT_EQ(translated({kF64, kF64}, {},
                       code("loop", kNoType, "local.get", 0, "local.get", 1, "f64.lt", "i32.eqz",
                            "br_if", 0, "end")),
            "L1:\n"
            "  branch L1 if not f64.lt s0 s1\n"
            "  return\n");
}

TEST(Translator, AddressSumsFuseIntoLoads) {
  EXPECT_EQ(translated({kI32, kI32}, {kI32},
                       code("local.get", 0, "local.get", 1, "i32.add", "i32.load", 2, 8)),
            "  acc = i32.load [s0 + s1 + 8]\n"
            "  return acc\n");
  EXPECT_EQ(translated({}, {kI32}, code("i32.const", 16, "i32.load", 2, 8)),
            "  acc = i32.load [0x10 + 8]\n"
            "  return acc\n");
}

TEST(Translator, BlockResultsMeetAtHome) {
  EXPECT_EQ(translated({kI32}, {kI32},
                       code("block", kI32, "i32.const", 7, "local.get", 0, "br_if", 0, "drop",
                            "i32.const", 8, "end")),
            "  s3 = move 0x7\n"
            "  branch L1 if i32.ne s0 0x0\n"
            "  s3 = move 0x8\n"
            "L1:\n"
            "  return s3\n");
}

TEST(Translator, UnreachableCodeIsDropped) {
  EXPECT_EQ(translated({}, {kI32},
                       code("block", kNoType, "br", 0, "i32.const", 1, "drop", "unreachable", "end",
                            "i32.const", 2, "return", "i32.const", 3)),
            "  branch L1\n"
            "L1:\n"
            "  return 0x2\n");
}

// Slots beyond 16 bits: 50,000 locals and as many values on the stack at once.
TEST(Translator, LargeFramesWork) {
  ModuleBuilder m;
  Bytes body;
  constexpr int kDepth = 20'000;
  const auto add = [&](const Bytes& more) { body.insert(body.end(), more.begin(), more.end()); };
  add(code("i32.const", 5, "local.set", 49'999));
  for (int i = 0; i < kDepth; ++i) add(code("local.get", 49'999, "i32.clz"));
  for (int i = 0; i < kDepth; ++i) add(code("i32.add", "local.set", 49'998, "local.get", 49'998));
  body.resize(body.size() - code("i32.add", "local.set", 49'998, "local.get", 49'998).size());
  m.export_func("f", m.func({}, {kI32}, body, {{50'000, kI32}}));
  Guest guest(m);
  EXPECT_EQ(guest.value("f"), 29u * kDepth);
}

// A short body outgrows 16 bits as well, if what it calls has many results.
TEST(Translator, FramesGrowWithResults) {
  ModuleBuilder m;
  constexpr int kWidth = 1000;
  constexpr int kCalls = 70;
  const std::vector<ValueType> wide(kWidth, kI32);
  Bytes give, take, body;
  for (int i = 0; i < kWidth; ++i) {
    give = std::move(give) + code("i32.const", i);
    take = std::move(take) + code("global.get", 0, "local.get", i, "i32.add", "global.set", 0);
  }
  m.global(kI32, true, code("i32.const", 0));
  m.func({}, wide, give);
  m.func(wide, {}, take);
  for (int i = 0; i < kCalls; ++i) body = std::move(body) + code("call", 0);
  body = std::move(body) + code("i32.clz");  // 999 has 22 leading zeros
  for (int i = 0; i < kCalls; ++i) body = std::move(body) + code("call", 1);
  m.export_func("f", m.func({}, {kI32}, body + code("global.get", 0)));
  Guest guest(m);
  EXPECT_EQ(guest.value("f"), kCalls * (kWidth * (kWidth - 1) / 2) - 999 + 22);
}

}  // namespace
}  // namespace tappet::test
