// Numeric, parametric, variable, memory, table and reference instructions of WebAssembly 2.0.
#include <gtest/gtest.h>

#include "tests/unit/interp/support/check.h"

namespace tappet {
namespace {

using namespace test;

// A module with a memory, a table of each kind, a global of each kind, segments, and this function.
std::string with_everything(const Bytes& instructions, const std::vector<ValueType>& results) {
  ModuleBuilder m;
  m.memory(1);
  m.table(kFuncRef, 1);
  m.table(kExternRef, 1);
  m.global(kI32, false, code("i32.const", 0));
  m.global(kF32, true, code("f32.const", 0.0f));
  m.declare({0});
  m.passive_data("x");
  m.data_count();
  m.func({}, results, instructions, {{1, kI32}, {1, kF64}, {1, kExternRef}});
  m.func({}, {}, code());
  return check(m);
}

// As check_body, with that module.
std::string body(const Bytes& instructions, const std::vector<ValueType>& results = {}) {
  const std::string outcome = with_everything(instructions, results);
  EXPECT_EQ(with_everything(instructions + padding(), results), outcome);
  return outcome;
}

std::string error(const char* text) { return std::string("invalid: function 0: ") + text; }

// Every instruction with a fixed signature accepts its operands, and nothing else.
TEST(Fixed, SignaturesAreThoseOfTheTable) {
  const auto constant = [](char letter) {
    switch (letter) {
      case 'l':
        return code("i64.const", 0);
      case 'f':
        return code("f32.const", 0.0f);
      case 'd':
        return code("f64.const", 0.0);
      default:
        return code("i32.const", 0);
    }
  };
  int tested = 0;
  for (const OpcodeRow& op : kOpcodes) {
    const bool is_none = op.immediate == Immediate::kNone;
    if (op.signature.special || op.feature == Feature::kSimd ||
        op.feature == Feature::kRelaxedSimd || op.feature == Feature::kThreads ||
        op.feature == Feature::kWideArithmetic ||
        (!is_none && op.immediate != Immediate::kMemarg)) {
      continue;
    }
    const Bytes instruction = is_none ? code(op.mnemonic.data()) : code(op.mnemonic.data(), 0, 0);
    Bytes good;
    for (const char letter : op.signature.params) good = good + constant(letter);
    const Bytes drops(op.signature.results.size(), 0x1a);
    EXPECT_EQ(body(good + instruction + drops), "ok") << op.mnemonic;
    EXPECT_EQ(body(good + instruction + drops + Bytes{0x1a}),
              error("drop: expected a value, found nothing"))
        << op.mnemonic;
    for (size_t wrong = 0; wrong < op.signature.params.size(); ++wrong) {
      Bytes bad;
      for (size_t i = 0; i < op.signature.params.size(); ++i) {
        const char letter = op.signature.params[i];
        bad = bad + (i == wrong ? code("local.get", 2) : constant(letter));
      }
      EXPECT_TRUE(body(bad + instruction + drops).ends_with("found externref")) << op.mnemonic;
    }
    ++tested;
  }
  EXPECT_EQ(tested, 160);
}

TEST(Drop, TakesAnyType) {
  EXPECT_EQ(body(code("local.get", 2, "drop", "f64.const", 0.0, "drop")), "ok");
}

TEST(Select, TakesTwoOfAKind) {
  EXPECT_EQ(body(code("i32.const", 1, "i32.const", 2, "i32.const", 0, "select"), {kI32}), "ok");
  EXPECT_EQ(body(code("i32.const", 1, "i64.const", 2, "i32.const", 0, "select", "drop")),
            error("select: expected i32, found i64"));
  EXPECT_EQ(body(code("local.get", 2, "local.get", 2, "i32.const", 0, "select", "drop")),
            error("select: expected numbers or vectors, found references: these need the typed "
                  "select"));
}

TEST(Select, InUnreachableCodeTakesWhatItKnows) {
  EXPECT_EQ(body(code("unreachable", "select", "drop")), "ok");
  EXPECT_EQ(body(code("unreachable", "i64.const", 0, "i32.const", 0, "select", "i32.eqz", "drop")),
            error("i32.eqz: expected i32, found i64"));
  EXPECT_EQ(body(code("unreachable", "i64.const", 0, "f32.const", 0.0f, "i32.const", 0, "select",
                      "drop")),
            error("select: expected i64, found f32"));
}

TEST(Select, WithATypeTakesReferences) {
  const Bytes refs = code("local.get", 2, "local.get", 2, "i32.const", 0);
  EXPECT_EQ(body(refs + Bytes{0x1c, 1, 0x6f, 0x1a}), "ok");
  EXPECT_EQ(body(refs + Bytes{0x1c, 1, 0x7f, 0x1a}),
            error("select: expected i32, found externref"));
  EXPECT_EQ(body(refs + Bytes{0x1c, 0, 0x1a}), error("select: invalid result arity 0"));
  EXPECT_EQ(body(refs + Bytes{0x1c, 2, 0x6f, 0x6f, 0x1a}), error("select: invalid result arity 2"));
}

TEST(Locals, HaveTypes) {
  EXPECT_EQ(body(code("local.get", 1, "local.set", 1)), "ok");
  EXPECT_EQ(body(code("i32.const", 0, "local.tee", 0), {kI32}), "ok");
  EXPECT_EQ(body(code("i32.const", 0, "local.set", 1)),
            error("local.set: expected f64, found i32"));
  EXPECT_EQ(body(code("local.get", 3, "drop")), error("local.get: unknown local 3"));
  EXPECT_EQ(body(code("i32.const", 0, "local.tee", 0xffff'ffffu, "drop")),
            error("local.tee: unknown local 4294967295"));
}

TEST(Locals, AreFoundInLongRuns) {
  const std::vector<LocalsOf> runs = {{100, kI32}, {200, kI64}, {30'000, kF32}, {1, kF64}};
  const auto type_is = [&](uint32_t local, ValueType type) {
    return check_body({kExternRef}, {type}, code("local.get", local), runs) == "ok";
  };
  EXPECT_TRUE(type_is(0, kExternRef));
  EXPECT_TRUE(type_is(100, kI32));
  EXPECT_TRUE(type_is(101, kI64));
  EXPECT_TRUE(type_is(127, kI64));
  EXPECT_TRUE(type_is(128, kI64));
  EXPECT_TRUE(type_is(300, kI64));
  EXPECT_TRUE(type_is(301, kF32));
  EXPECT_TRUE(type_is(30'300, kF32));
  EXPECT_TRUE(type_is(30'301, kF64));
  EXPECT_FALSE(type_is(30'302, kF64));
}

TEST(Globals, AreReadAndWritten) {
  EXPECT_EQ(body(code("global.get", 1, "global.set", 1)), "ok");
  EXPECT_EQ(body(code("i32.const", 0, "global.set", 0)), error("global.set: immutable global"));
  EXPECT_EQ(body(code("i32.const", 0, "global.set", 1)),
            error("global.set: expected f32, found i32"));
  EXPECT_EQ(body(code("global.get", 2, "drop")), error("global.get: unknown global 2"));
}

TEST(Memory, ChecksAlignmentAndOffset) {
  EXPECT_EQ(body(code("i32.const", 0, "i64.load", 3, 0xffff'ffffu, "drop")), "ok");
  EXPECT_EQ(body(code("i32.const", 0, "i64.load", 4, 0, "drop")),
            error("i64.load: alignment must not be larger than natural"));
  EXPECT_EQ(body(code("i32.const", 0, "i32.load8_u", 1, 0, "drop")),
            error("i32.load8_u: alignment must not be larger than natural"));
  EXPECT_EQ(body(code("i32.const", 0, "i32.load", 2, int64_t{1} << 32, "drop")),
            error("i32.load: offset out of range"));
  EXPECT_EQ(body(code("i32.const", 0, "i32.load", 63, 0, "drop")),
            error("i32.load: alignment must not be larger than natural"));
}

TEST(Memory, HasToExist) {
  const auto without = [](const Bytes& instructions) { return check_body({}, {}, instructions); };
  EXPECT_EQ(without(code("i32.const", 0, "i32.load", 0, 0, "drop")),
            error("i32.load: unknown memory 0"));
  EXPECT_EQ(without(code("memory.size", 0, "drop")), error("memory.size: unknown memory 0"));
  EXPECT_EQ(without(code("i32.const", 0, "i32.const", 0, "i32.const", 0, "memory.copy", 0, 0)),
            error("memory.copy: unknown memory 0"));
  EXPECT_EQ(body(code("i32.const", 1, "memory.grow", 1, "drop")),
            error("memory.grow: unknown memory 1"));
}

TEST(Memory, BulkInstructionsTakeThreeOperands) {
  const Bytes three = code("i32.const", 0, "i32.const", 0, "i32.const", 0);
  EXPECT_EQ(body(three + code("memory.fill", 0) + three + code("memory.copy", 0, 0) + three +
                 code("memory.init", 0, 0, "data.drop", 0)),
            "ok");
  EXPECT_EQ(body(three + code("memory.init", 1, 0)), error("memory.init: unknown data segment 1"));
  EXPECT_EQ(body(code("data.drop", 1)), error("data.drop: unknown data segment 1"));
  EXPECT_EQ(body(code("i64.const", 0, "i32.const", 0, "i32.const", 0, "memory.copy", 0, 0)),
            error("memory.copy: expected i32, found i64"));
}

TEST(Memory, InitNeedsTheDataCountSection) {
  ModuleBuilder m;
  m.memory(1);
  m.passive_data("x");
  m.func({}, {}, code("data.drop", 0));
  EXPECT_EQ(check(m), "malformed: function 0: data.drop: data count section required");
}

TEST(Tables, HaveElementTypes) {
  EXPECT_EQ(body(code("i32.const", 0, "i32.const", 0, "table.get", 0, "table.set", 0)), "ok");
  EXPECT_EQ(body(code("i32.const", 0, "i32.const", 0, "table.get", 1, "table.set", 0)),
            error("table.set: expected funcref, found externref"));
  EXPECT_EQ(body(code("table.size", 1, "drop", "local.get", 2, "i32.const", 1, "table.grow", 1,
                      "drop", "i32.const", 0, "local.get", 2, "i32.const", 0, "table.fill", 1)),
            "ok");
  EXPECT_EQ(body(code("table.size", 2, "drop")), error("table.size: unknown table 2"));
}

TEST(Tables, BulkInstructionsCompareTypes) {
  const Bytes three = code("i32.const", 0, "i32.const", 0, "i32.const", 0);
  EXPECT_EQ(body(three + code("table.copy", 0, 0) + three + code("table.copy", 1, 1)), "ok");
  EXPECT_EQ(body(three + code("table.copy", 0, 1)),
            error("table.copy: expected funcref, found externref"));
  EXPECT_EQ(body(three + code("table.init", 0, 0, "elem.drop", 0)), "ok");
  EXPECT_EQ(body(three + code("table.init", 0, 1)),
            error("table.init: expected externref, found (ref func)"));
  EXPECT_EQ(body(three + code("table.init", 1, 0)), error("table.init: unknown elem segment 1"));
  EXPECT_EQ(body(code("elem.drop", 1)), error("elem.drop: unknown elem segment 1"));
}

TEST(References, AreMadeAndTested) {
  EXPECT_EQ(body(code("ref.null", kFuncRef, "ref.is_null", "drop")), "ok");
  EXPECT_EQ(body(code("ref.func", 0), {kFuncRef}), "ok");
  EXPECT_EQ(body(code("i32.const", 0, "ref.is_null", "drop")),
            error("ref.is_null: expected a reference, found i32"));
  EXPECT_EQ(body(code("unreachable", "ref.is_null", "drop")), "ok");
  EXPECT_EQ(body(code("ref.null", kFuncRef), {kExternRef}),
            error("end: expected externref, found funcref"));
}

TEST(References, ToFunctionsAreDeclaredElsewhere) {
  EXPECT_EQ(body(code("ref.func", 1, "drop")), error("ref.func: undeclared function reference 1"));
  EXPECT_EQ(body(code("ref.func", 2, "drop")), error("ref.func: unknown function 2"));
}

}  // namespace
}  // namespace tappet
