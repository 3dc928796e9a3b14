// Generated functions of the sizes that limits.h admits: validating and translating them, which
// happens on the first call, takes time in proportion to their size. Each is made at one size and
// at four times that; what is quadratic takes sixteen times as long.
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>
#include <limits>

#include "tests/unit/interp/support/guest.h"

namespace tappet::test {
namespace {

double cpu_milliseconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

Bytes repeat(size_t count, const Bytes& pattern) {
  Bytes out;
  out.reserve(count * pattern.size());
  for (size_t i = 0; i < count; ++i) out.insert(out.end(), pattern.begin(), pattern.end());
  return out;
}

template <class Part>
Bytes series(size_t count, const Part& part) {
  Bytes out;
  for (uint32_t i = 0; i < count; ++i) {
    const Bytes one = part(i);
    out.insert(out.end(), one.begin(), one.end());
  }
  return out;
}

// A module whose export "f", without parameters, gives `result`.
struct Giant {
  ModuleBuilder module;
  uint64_t result = 0;
};

double time_to_first_result(const Giant& giant) {
  const Bytes bytes = giant.module.build();
  Engine engine;
  const double start = cpu_milliseconds();
  auto code = engine.compile(bytes);
  EXPECT_TRUE(code.ok()) << code.error().to_string();
  if (!code.ok()) return 0;
  auto store = engine.make_store();
  auto instance = instantiate(*store, *code, {});
  EXPECT_TRUE(instance.ok());
  Thread thread(*store);
  thread.start(*(*instance)->exported_function("f"), {});
  EXPECT_EQ(run(thread), Outcome::kReturned) << thread.trap().to_string();
  if (!thread.results().empty()) {
    EXPECT_EQ(thread.results()[0], giant.result);
  }
  return cpu_milliseconds() - start;
}

// `make` gives a Giant of a size. Whatever else the machine does only adds time, so that the
// shortest of several attempts counts; what is short already is noise.
template <class Make>
void expect_linear(size_t size, const Make& make) {
  constexpr double kFloor = 10;  // milliseconds
  constexpr double kMost = 8;
  const Giant small = make(size);
  const Giant large = make(4 * size);
  double base = kFloor;
  double time = std::numeric_limits<double>::infinity();
  for (int attempt = 0; attempt < 6; ++attempt) {
    base = std::max(base, time_to_first_result(small));
    time = std::min(time, time_to_first_result(large));
    if (time <= kMost * base) return;
  }
  ADD_FAILURE() << "four times the size takes " << time << " instead of " << base
                << " milliseconds";
}

Giant function_of(const Bytes& body, const std::vector<ValueType>& results = {},
                  const std::vector<LocalsOf>& locals = {}) {
  Giant giant;
  giant.module.export_func("f", giant.module.func({}, results, body, locals));
  return giant;
}

TEST(Giant, Body) {
  expect_linear(100'000, [](size_t size) {
    Giant giant =
        function_of(code("i32.const", 0) + repeat(size, code("i32.const", 1, "i32.add")), {kI32});
    giant.result = size;
    return giant;
  });
}

TEST(Giant, OperandStack) {
  expect_linear(100'000, [](size_t size) {
    Giant giant =
        function_of(repeat(size, code("i32.const", 3)) + repeat(size - 1, code("i32.add")), {kI32});
    giant.result = 3 * size;
    return giant;
  });
}

TEST(Giant, Locals) {
  expect_linear(12'500, [](size_t size) {
    const Bytes body = code("i32.const", 7, "local.set", 0) + series(size - 1, [](uint32_t i) {
                         return code("local.get", i, "local.set", i + 1);
                       });
    Giant giant = function_of(body + code("local.get", static_cast<uint32_t>(size - 1)), {kI32},
                              {{static_cast<uint32_t>(size), kI32}});
    giant.result = 7;
    return giant;
  });
}

// All locals are on the stack when the first of them changes.
TEST(Giant, LocalsThatAreStillOnTheStack) {
  expect_linear(12'500, [](size_t size) {
    Bytes body = series(size, [](uint32_t i) { return code("local.get", i); });
    body = std::move(body) + repeat(4 * size, code("i32.const", 1));
    body = std::move(body) +
           series(size, [](uint32_t i) { return code("i32.const", 1, "local.set", i); });
    body = std::move(body) + repeat(5 * size - 1, code("i32.add"));
    Giant giant = function_of(body, {kI32}, {{static_cast<uint32_t>(size), kI32}});
    giant.result = 4 * size;
    return giant;
  });
}

TEST(Giant, LocalsThatAreSetAgainAndAgain) {
  expect_linear(25'000, [](size_t size) {
    Bytes body = repeat(size, code("local.get", 0)) + code("i32.const", 2, "local.set", 0);
    body = std::move(body) + repeat(size, code("drop", "i32.const", 1, "local.set", 0));
    return function_of(body, {}, {{1, kI32}});
  });
}

TEST(Giant, LocalsWithoutDefault) {
  const ValueType type = ValueType::ref(false, {HeapKind::kFunc, {}});
  expect_linear(12'500, [type](size_t size) {
    const Bytes body = series(size, [](uint32_t i) {
      return code("block", kNoType, "ref.func", 0, "local.set", i, "end");
    });
    Giant giant = function_of(body, {}, {{static_cast<uint32_t>(size), type}});
    giant.module.declare({0});
    return giant;
  });
}

TEST(Giant, BranchTable) {
  expect_linear(5'000, [](size_t size) {
    const auto depth = static_cast<uint32_t>(size);
    const Bytes labels = leb(depth - 1) + series(depth, [](uint32_t i) { return leb(i); });
    Giant giant = function_of(
        repeat(depth, code("block", kNoType)) +
            code("i32.const", depth / 2, "br_table", Raw{labels}) +
            repeat(depth, code("end", "local.get", 0, "i32.const", 1, "i32.add", "local.set", 0)) +
            code("local.get", 0),
        {kI32}, {{1, kI32}});
    giant.result = depth - depth / 2;
    return giant;
  });
}

// Every branch back could choose by itself, with a copy of the table.
TEST(Giant, BranchesBackToALoopThatChooses) {
  expect_linear(2'500, [](size_t size) {
    const auto depth = static_cast<uint32_t>(size);
    const Bytes labels = leb(depth - 1) + series(depth, [](uint32_t i) { return leb(i); });
    const Bytes table = code("local.get", 0, "i32.load8_u", 0, 0, "br_table", Raw{labels});
    const Bytes back = series(depth, [depth](uint32_t i) {
      return code("end", "local.get", 0, "br_if", depth - 1 - i, "br", depth - 1 - i);
    });
    Giant giant =
        function_of(code("loop", kNoType) + repeat(depth + 1, code("block", kNoType)) + table +
                        code("end", "i32.const", 8, "return") + back + code("end", "unreachable"),
                    {kI32}, {{1, kI32}});
    giant.module.memory(1);
    giant.result = 8;
    return giant;
  });
}

// With values that have to be moved for all labels but the innermost.
TEST(Giant, BranchTablesInDeepBlocks) {
  expect_linear(25'000, [](size_t size) {
    const Bytes table =
        code("block", kI32, "i32.const", 5, "i32.const", 0, "br_table", 1, 0, 1, "end", "drop");
    const Bytes open = code("i32.const", 9, "block", kI32);
    Giant giant = function_of(repeat(size, open) + repeat(size, table) + code("i32.const", 1) +
                                  repeat(size, code("end", "i32.add")),
                              {kI32});
    giant.result = 1 + 9 * size;
    return giant;
  });
}

TEST(Giant, NestedBlocks) {
  expect_linear(25'000, [](size_t size) {
    return function_of(repeat(size, code("block", kNoType)) + repeat(size, code("end")));
  });
  expect_linear(25'000, [](size_t size) {
    return function_of(repeat(size, code("i32.const", 1, "if", kNoType)) +
                       repeat(size, code("else", "nop", "end")));
  });
  expect_linear(25'000, [](size_t size) {
    return function_of(repeat(size, code("loop", kNoType)) + repeat(size, code("end")));
  });
}

TEST(Giant, NestedTryTables) {
  expect_linear(2'500, [](size_t size) {
    Giant giant;
    const uint32_t tag = giant.module.tag(giant.module.type({}, {}));
    const Bytes clause = leb(1) + Bytes{0x00} + leb(tag) + leb(0);
    const Bytes body = code("block", kNoType) +
                       repeat(size, code("try_table", kNoType, Raw{clause})) + code("throw", tag) +
                       repeat(size + 1, code("end"));
    giant.module.export_func("f", giant.module.func({}, {}, body));
    return giant;
  });
}

// Of a tag with up to a thousand parameters, for labels that take as many.
TEST(Giant, CatchClauses) {
  expect_linear(50'000, [](size_t size) {
    constexpr size_t kClauses = 10'000;
    const std::vector<ValueType> many(size / 200, kI32);
    Giant giant;
    const uint32_t tag = giant.module.tag(giant.module.type(many, {}));
    const uint32_t values = giant.module.type({}, many);
    const Bytes clauses = leb(kClauses) + repeat(kClauses, Bytes{0x00} + leb(tag) + leb(0));
    const Bytes block = code("block", values, "try_table", kNoType, Raw{clauses}, "end", "br", 1,
                             "end", "unreachable");
    const Bytes body = repeat(size / kClauses, code("block", kNoType) + block + code("end"));
    giant.module.export_func("f", giant.module.func({}, {}, body));
    return giant;
  });
}

// A thousand values that go somewhere else with each branch, or with each return.
TEST(Giant, BranchesWithAThousandValues) {
  for (const bool leaves : {false, true}) {
    expect_linear(2'500, [leaves](size_t size) {
      const std::vector<ValueType> thousand(1'000, kI64);
      Giant giant;
      const uint32_t type = giant.module.type({}, thousand);
      const uint32_t callee = giant.module.func({}, thousand, repeat(1'000, code("i64.const", 4)));
      const Bytes block = code("i64.const", 1, "block", type, "i64.const", 2, "call", callee) +
                          repeat(size, code("i32.const", 0, "br_if", leaves ? 1 : 0)) +
                          code("br", 0, "end");
      const Bytes body = block + code("br", 0);
      giant.module.export_func("f", giant.module.func({}, thousand, body));
      giant.result = 4;
      return giant;
    });
  }
}

TEST(Giant, CallsWithAThousandArgumentsAndResults) {
  expect_linear(1'000, [](size_t size) {
    const std::vector<ValueType> thousand(1'000, kI64);
    Giant giant;
    const Bytes same = series(1'000, [](uint32_t i) { return code("local.get", i); });
    const uint32_t callee = giant.module.func(thousand, thousand, same);
    const Bytes body = repeat(1'000, code("i64.const", 6)) + repeat(size, code("call", callee));
    giant.module.export_func("f", giant.module.func({}, thousand, body));
    giant.result = 6;
    return giant;
  });
}

TEST(Giant, ManyFunctions) {
  expect_linear(5'000, [](size_t size) {
    Giant giant;
    for (size_t i = 0; i < size; ++i) giant.module.func({}, {}, code("nop"));
    const Bytes body = series(size, [](uint32_t i) { return code("call", i); });
    giant.module.export_func("f", giant.module.func({}, {}, body));
    return giant;
  });
}

}  // namespace
}  // namespace tappet::test
