// Bodies made to hurt the validator: nesting, huge arities, and what they multiply to.
#include <gtest/gtest.h>

#include "interp/base/limits.h"
#include "tests/unit/interp/support/check.h"

namespace tappet {
namespace {

using namespace test;

Bytes repeat(size_t count, const Bytes& pattern) {
  Bytes out;
  out.reserve(count * pattern.size());
  for (size_t i = 0; i < count; ++i) out.insert(out.end(), pattern.begin(), pattern.end());
  return out;
}

TEST(Hostile, BlocksNestAsDeepAsTheyLike) {
  for (const size_t depth : {20'000u, 1'000'000u}) {
    EXPECT_EQ(
        check_body({}, {}, repeat(depth, code("block", kNoType)) + repeat(depth, code("end"))),
        "ok");
    const Bytes ifs = repeat(depth, code("i32.const", 0, "if", kNoType));
    EXPECT_EQ(check_body({}, {}, ifs + repeat(depth, code("else", "end"))), "ok");
  }
  const Bytes open = repeat(20'000, code("loop", kNoType));
  ModuleBuilder m;
  m.raw_func(m.type({}, {}), Bytes{0} + open);
  EXPECT_EQ(check(m), "malformed: function 0: unexpected end: END opcode expected");
}

TEST(Hostile, ThousandsOfResultsPerCallAreBounded) {
  ModuleBuilder m;
  const std::vector<ValueType> thousand(1000, kI64);
  m.import_func("a", "b", m.type({}, thousand));
  m.func({}, {}, repeat(500'000, code("call", 0)) + code("unreachable"));
  EXPECT_EQ(check(m), "limit: function 1: more than 1000000 operands on the stack");
}

TEST(Hostile, AThousandOfEverythingPerCallIsQuick) {
  ModuleBuilder m;
  const std::vector<ValueType> thousand(1000, kI64);
  const uint32_t type = m.type(thousand, thousand);
  m.import_func("a", "b", type);
  m.func({}, {}, code("unreachable") + repeat(500'000, code("call", 0)) + code("unreachable"));
  m.func(thousand, thousand,
         code("unreachable") +
             repeat(300'000, code("block", type, "i32.const", 0, "br_if", 0, "end")) +
             code("return"));
  EXPECT_EQ(check(m), "ok");
}

TEST(Hostile, BrTablesAreNotQuadratic) {
  ModuleBuilder m;
  const std::vector<ValueType> thousand(1000, kI64);
  const uint32_t type = m.type({}, thousand);
  const uint32_t callee = m.import_func("a", "b", type);
  const Bytes labels = leb(2'000'000) + Bytes(2'000'001, 0x00);
  m.func({}, thousand,
         code("block", type, "call", callee, "i32.const", 0, "br_table", Raw{labels}, "end"));
  EXPECT_EQ(check(m), "ok");
}

TEST(Hostile, LocalsInEveryFunctionAreNotLaidOut) {
  ModuleBuilder m;
  const uint32_t type = m.type({}, {});
  const Bytes body =
      vec({leb(50'000) + type_code(kF64)}) + code("local.get", 49'999, "drop", "end");
  for (int i = 0; i < 20'000; ++i) m.raw_func(type, body);
  EXPECT_EQ(check(m), "ok");
}

TEST(Hostile, ErrorsAreFoundInTheLastInstruction) {
  const Bytes many = repeat(500'000, code("i32.const", 1, "drop"));
  EXPECT_EQ(check_body({}, {}, many + code("drop")),
            "invalid: function 0: drop: expected a value, found nothing");
}

}  // namespace
}  // namespace tappet
