// What several instances share: memories, tables, globals, functions called across.
#include <gtest/gtest.h>

#include "tests/unit/interp/support/guest.h"

namespace tappet::test {
namespace {

struct Linked : testing::Test {
  Engine engine;
  std::unique_ptr<Store> store = engine.make_store();

  Instance& add(const ModuleBuilder& module, std::vector<Extern> imports = {}) {
    auto code = engine.compile(module.build());
    EXPECT_TRUE(code.ok()) << code.error().to_string();
    auto made = instantiate(*store, *code, imports);
    EXPECT_TRUE(made.ok()) << to_string(made.error());
    return **made;
  }
  uint64_t call(Instance& instance, std::string_view name, std::vector<uint64_t> args = {}) {
    Thread thread(*store);
    thread.start(*instance.exported_function(name), args);
    EXPECT_EQ(run(thread), Outcome::kReturned) << thread.trap().to_string();
    return thread.results().empty() ? 0 : thread.results()[0];
  }
};

TEST_F(Linked, CallsAcrossInstancesSwitchMemoryAndGlobals) {
  ModuleBuilder a;
  a.memory(1);
  a.data(code("i32.const", 0), "A");
  a.global(kI32, true, code("i32.const", 10));
  a.export_func(
      "get",
      a.func({}, {kI32}, code("i32.const", 0, "i32.load8_u", 0, 0, "global.get", 0, "i32.add")));
  Instance& first = add(a);

  ModuleBuilder b;
  const uint32_t get = b.import_func("a", "get", b.type({}, {kI32}));
  b.memory(1);
  b.data(code("i32.const", 0), "B");
  b.global(kI32, true, code("i32.const", 1000));
  b.export_func("sum", b.func({}, {kI32},
                              code("call", static_cast<int>(get), "i32.const", 0, "i32.load8_u", 0,
                                   0, "i32.add", "global.get", 0, "i32.add")));
  Instance& second = add(b, {first.exported_function("get")});
  EXPECT_EQ(call(second, "sum"), 'A' + 10u + 'B' + 1000u);
}

TEST_F(Linked, FunctionsInSharedTablesKeepTheirInstance) {
  ModuleBuilder a;
  a.table(kFuncRef, 2);
  a.global(kI32, true, code("i32.const", 5));
  const uint32_t f = a.func({kI32}, {kI32}, code("local.get", 0, "global.get", 0, "i32.mul"));
  a.elem(code("i32.const", 1), {f});
  a.export_item("t", ExternKind::kTable, 0);
  Instance& first = add(a);

  ModuleBuilder b;
  b.import_table("a", "t", kFuncRef, 2);
  b.global(kI32, true, code("i32.const", 77));
  const uint32_t type = b.type({kI32}, {kI32});
  b.export_func("call", b.func({kI32, kI32}, {kI32},
                               code("local.get", 0, "local.get", 1, "call_indirect",
                                    static_cast<int>(type), 0)));
  Instance& second = add(b, {first.exported_table("t")});
  EXPECT_EQ(call(second, "call", {3, 1}), 15u);
  EXPECT_EQ(call(second, "call", {4, 1}), 20u);
  Thread thread(*store);
  thread.start(*second.exported_function("call"), std::vector<uint64_t>{1, 0});
  EXPECT_EQ(run(thread), Outcome::kTrapped);
  EXPECT_EQ(thread.trap().message, "uninitialized element 0");
  thread.start(*second.exported_function("call"), std::vector<uint64_t>{1, 2});
  EXPECT_EQ(run(thread), Outcome::kTrapped);
  EXPECT_EQ(thread.trap().message, "undefined element");
}

TEST_F(Linked, MutableGlobalsAreShared) {
  ModuleBuilder a;
  a.global(kI64, true, code("i64.const", 1));
  a.export_item("g", ExternKind::kGlobal, 0);
  a.export_func("get", a.func({}, {kI64}, code("global.get", 0)));
  Instance& first = add(a);
  ModuleBuilder b;
  b.import_global("a", "g", kI64, true);
  b.export_func("set", b.func({kI64}, {}, code("local.get", 0, "global.set", 0)));
  Instance& second = add(b, {*first.exported_global("g")});
  call(second, "set", {123});
  EXPECT_EQ(call(first, "get"), 123u);
}

TEST_F(Linked, ImportsOfAnotherTypeAreRefused) {
  ModuleBuilder a;
  a.export_func("f", a.func({kI32}, {}, code("nop")));
  Instance& first = add(a);
  ModuleBuilder b;
  b.import_func("a", "f", b.type({kI64}, {}));
  auto code = engine.compile(b.build());
  const std::vector<Extern> imports{first.exported_function("f")};
  auto made = instantiate(*store, *code, imports);
  ASSERT_FALSE(made.ok());
  EXPECT_EQ(std::get<Error>(made.error()).message,
            "incompatible import type for a.f: expected function [i64] -> [], found function [i32] "
            "-> []");
}

TEST_F(Linked, GrowthIsSeenByAllUsersOfAMemory) {
  ModuleBuilder a;
  a.memory(1);
  a.export_item("m", ExternKind::kMemory, 0);
  a.export_func("grow", a.func({kI32}, {kI32}, code("local.get", 0, "memory.grow", raw({0}))));
  Instance& first = add(a);
  ModuleBuilder b;
  b.import_memory("a", "m", 1);
  const uint32_t grow = b.import_func("a", "grow", b.type({kI32}, {kI32}));
  b.export_func(
      "f", b.func({}, {kI32},
                  code("i32.const", 3, "call", static_cast<int>(grow), "drop", "i32.const", 200000,
                       "i32.const", 42, "i32.store", 2, 0, "i32.const", 200000, "i32.load", 2, 0)));
  Instance& second = add(b, {first.exported_memory("m"), first.exported_function("grow")});
  EXPECT_EQ(call(second, "f"), 42u);
  EXPECT_EQ(first.memory0->pages(), 4u);
}

}  // namespace
}  // namespace tappet::test
