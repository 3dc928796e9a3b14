// Blocks, branches, calls, and what holds in unreachable code (core spec 3.4.3, A.3).
#include <gtest/gtest.h>

#include "tests/unit/interp/support/check.h"

namespace tappet {
namespace {

using namespace test;

std::string body(const Bytes& instructions, std::vector<ValueType> results = {}) {
  return check_body({}, std::move(results), instructions);
}

TEST(Blocks, LeaveTheirResults) {
  EXPECT_EQ(body(code("block", kI32, "i32.const", 1, "end"), {kI32}), "ok");
  EXPECT_EQ(body(code("block", kI32, "end"), {kI32}),
            "invalid: function 0: end: expected i32, found nothing");
  EXPECT_EQ(body(code("block", kI32, "i64.const", 1, "end"), {kI32}),
            "invalid: function 0: end: expected i32, found i64");
  EXPECT_EQ(body(code("block", kNoType, "i32.const", 1, "end")),
            "invalid: function 0: end: 1 values too many at the end of the block");
  EXPECT_EQ(body(code("i32.const", 1)),
            "invalid: function 0: end: 1 values too many at the end of the block");
}

TEST(Blocks, SeeOnlyTheirOwnOperands) {
  EXPECT_EQ(body(code("i32.const", 1, "block", kNoType, "drop", "end", "drop")),
            "invalid: function 0: drop: expected a value, found nothing");
  EXPECT_EQ(body(code("i32.const", 1, "block", kNoType, "i32.const", 2, "i32.add", "end")),
            "invalid: function 0: i32.add: expected i32, found nothing");
}

TEST(Blocks, TakeParameters) {
  ModuleBuilder m;
  const uint32_t type = m.type({kI32, kI64}, {kI64});
  m.func({}, {kI64},
         code("i32.const", 1, "i64.const", 2, "block", type, "i64.store", 3, 0, "i64.const", 3,
              "end"));
  m.memory(1);
  EXPECT_EQ(check(m), "ok");
  ModuleBuilder n;
  n.type({kI32}, {});
  n.func({}, {}, code("loop", 0, "drop", "end"));
  EXPECT_EQ(check(n), "invalid: function 0: loop: expected i32, found nothing");
  EXPECT_EQ(body(code("block", 9, "end")), "invalid: function 0: block: unknown type 9");
}

TEST(If, NeedsItsCondition) {
  EXPECT_EQ(body(code("if", kNoType, "end")),
            "invalid: function 0: if: expected i32, found nothing");
  EXPECT_EQ(body(code("i64.const", 1, "if", kNoType, "end")),
            "invalid: function 0: if: expected i32, found i64");
}

TEST(If, WithoutElseHasNoResults) {
  EXPECT_EQ(body(code("i32.const", 1, "if", kI32, "i32.const", 1, "end"), {kI32}),
            "invalid: function 0: end: if without else must have equal parameter and result types");
  ModuleBuilder m;
  const uint32_t same = m.type({kF32}, {kF32});
  m.func({}, {kF32}, code("f32.const", 1.0f, "i32.const", 1, "if", same, "end"));
  EXPECT_EQ(check(m), "ok");
}

TEST(If, BothArmsAgree) {
  EXPECT_EQ(
      body(code("i32.const", 1, "if", kI32, "i32.const", 1, "else", "i32.const", 2, "end"), {kI32}),
      "ok");
  EXPECT_EQ(body(code("i32.const", 1, "if", kI32, "i32.const", 1, "else", "end"), {kI32}),
            "invalid: function 0: end: expected i32, found nothing");
  EXPECT_EQ(body(code("i32.const", 1, "if", kI32, "else", "i32.const", 2, "end"), {kI32}),
            "invalid: function 0: else: expected i32, found nothing");
  EXPECT_EQ(body(code("else")), "malformed: function 0: else: END opcode expected: there is no if");
  EXPECT_EQ(body(code("i32.const", 1, "if", kNoType, "else", "else", "end")),
            "malformed: function 0: else: END opcode expected: there is no if");
}

TEST(Bodies, EndWithEnd) {
  ModuleBuilder m;
  m.raw_func(m.type({}, {}), Bytes{0x00, 0x01});
  EXPECT_EQ(check(m), "malformed: function 0: unexpected end: END opcode expected");
  ModuleBuilder n;
  n.raw_func(n.type({}, {}), Bytes{0x00});
  EXPECT_EQ(check(n), "malformed: function 0: unexpected end: END opcode expected");
}

TEST(Br, CarriesTheLabelsTypes) {
  EXPECT_EQ(body(code("block", kI32, "i32.const", 1, "br", 0, "end"), {kI32}), "ok");
  EXPECT_EQ(body(code("block", kI32, "br", 0, "end"), {kI32}),
            "invalid: function 0: br: expected i32, found nothing");
  EXPECT_EQ(body(code("br", 0)), "ok");
  EXPECT_EQ(body(code("br", 1)), "invalid: function 0: br: unknown label 1");
  EXPECT_EQ(body(code("block", kNoType, "br_if", 0xffff'ffffu, "end")),
            "invalid: function 0: br_if: expected i32, found nothing");
}

TEST(Br, ToALoopCarriesItsParameters) {
  ModuleBuilder m;
  const uint32_t type = m.type({kI32}, {kF64});
  m.func({}, {kF64}, code("i32.const", 1, "loop", type, "br", 0, "end"));
  EXPECT_EQ(check(m), "ok");
  EXPECT_EQ(body(code("loop", kI32, "br", 0, "end"), {kI32}), "ok");
}

TEST(BrIf, LeavesTheLabelsTypes) {
  EXPECT_EQ(body(code("block", kI32, "i32.const", 1, "i32.const", 2, "br_if", 0, "end"), {kI32}),
            "ok");
  // In unreachable code the operand is unknown before the branch, and an i32 after it.
  EXPECT_EQ(body(code("block", kI32, "unreachable", "br_if", 0, "i64.eqz", "end"), {kI32}),
            "invalid: function 0: i64.eqz: expected i64, found i32");
}

TEST(BrTable, ChecksAllLabels) {
  EXPECT_EQ(body(code("block", kNoType, "i32.const", 0, "br_table", 2, 0, 1, 0, "end")), "ok");
  EXPECT_EQ(body(code("i32.const", 0, "br_table", 1, 0, 1)),
            "invalid: function 0: br_table: unknown label 1");
  EXPECT_EQ(
      body(code("block", kI32, "i32.const", 0, "i32.const", 0, "br_table", 1, 0, 1, "end", "drop")),
      "invalid: function 0: br_table: labels with 1 and with 0 operands");
  EXPECT_EQ(body(code("block", kI32, "block", kI64, "i64.const", 0, "i32.const", 0, "br_table", 1,
                      0, 1, "end", "drop", "i32.const", 0, "end", "drop")),
            "invalid: function 0: br_table: expected i32, found i64");
  EXPECT_EQ(body(code("br_table", 0, 0)),
            "invalid: function 0: br_table: expected i32, found nothing");
}

TEST(BrTable, InUnreachableCodeStillComparesArities) {
  EXPECT_EQ(
      body(code("block", kI32, "unreachable", "i32.const", 0, "br_table", 1, 0, 1, "end", "drop")),
      "invalid: function 0: br_table: labels with 1 and with 0 operands");
  EXPECT_EQ(body(code("block", kI32, "block", kF64, "unreachable", "br_table", 1, 0, 1, "end",
                      "drop", "i32.const", 0, "end", "drop")),
            "ok");
}

TEST(Return, WantsTheFunctionsResults) {
  EXPECT_EQ(body(code("i32.const", 1, "f32.const", 1.0f, "return"), {kI32, kF32}), "ok");
  EXPECT_EQ(body(code("block", kNoType, "i32.const", 1, "return", "end", "unreachable"), {kI32}),
            "ok");
  EXPECT_EQ(body(code("return"), {kI32}),
            "invalid: function 0: return: expected i32, found nothing");
}

TEST(Unreachable, MakesTheStackPolymorphic) {
  EXPECT_EQ(body(code("unreachable", "i32.add", "drop")), "ok");
  EXPECT_EQ(body(code("unreachable", "i64.const", 1, "i32.add", "drop")),
            "invalid: function 0: i32.add: expected i32, found i64");
  EXPECT_EQ(body(code("unreachable"), {kI32, kI64}), "ok");
  EXPECT_EQ(body(code("unreachable", "f64.const", 0.0), {kI32, kF64}), "ok");
  EXPECT_EQ(body(code("unreachable", "i32.const", 1, "i32.const", 1), {kI32}),
            "invalid: function 0: end: 1 values too many at the end of the block");
}

TEST(Unreachable, EndsWithItsBlock) {
  EXPECT_EQ(body(code("block", kNoType, "unreachable", "end", "drop")),
            "invalid: function 0: drop: expected a value, found nothing");
  EXPECT_EQ(body(code("unreachable", "block", kNoType, "drop", "end")),
            "invalid: function 0: drop: expected a value, found nothing");
}

TEST(Calls, TakeAndGiveTheirTypes) {
  ModuleBuilder m;
  const uint32_t callee = m.func({kI32, kF64}, {kI64}, code("i64.const", 0));
  m.func({}, {kI64}, code("i32.const", 1, "f64.const", 1.0, "call", callee));
  EXPECT_EQ(check(m), "ok");
  ModuleBuilder n;
  n.func({kI32, kF64}, {}, code());
  n.func({}, {}, code("f64.const", 1.0, "i32.const", 1, "call", 0));
  EXPECT_EQ(check(n), "invalid: function 1: call: expected f64, found i32");
  EXPECT_EQ(body(code("call", 1)), "invalid: function 0: call: unknown function 1");
}

TEST(CallIndirect, NeedsATableOfFunctions) {
  const auto with_table = [](ValueType element) {
    ModuleBuilder m;
    m.table(element, 1);
    m.func({}, {}, code("i32.const", 0, "call_indirect", 0, 0));
    return check(m);
  };
  EXPECT_EQ(with_table(kFuncRef), "ok");
  EXPECT_EQ(with_table(kExternRef),
            "invalid: function 0: call_indirect: expected funcref, found externref");
  EXPECT_EQ(body(code("i32.const", 0, "call_indirect", 0, 0)),
            "invalid: function 0: call_indirect: unknown table 0");
  ModuleBuilder m;
  m.table(kFuncRef, 1);
  m.func({}, {}, code("i32.const", 0, "call_indirect", 5, 0));
  EXPECT_EQ(check(m), "invalid: function 0: call_indirect: unknown type 5");
}

TEST(Errors, NameTheFunctionAndThePlace) {
  ModuleBuilder m;
  m.func({}, {}, code());
  m.func({}, {}, code("nop", "f64.const", 1.0, "local.set", 0, "nop"), {{1, kI32}});
  m.export_func("the export", 1);
  const Bytes bytes = m.build();
  const auto module = *decode(bytes);
  const auto result = validate_module(*module, FeatureSet::defaults());
  ASSERT_FALSE(result.ok());
  EXPECT_EQ(result.error().message, "function 1 (the export): local.set: expected i32, found f64");
  const uint64_t offset = module->functions[1].code_begin + 10;
  EXPECT_EQ(result.error().position, Position::at_offset(offset));
  EXPECT_EQ(bytes[offset], 0x21);
}

}  // namespace
}  // namespace tappet
