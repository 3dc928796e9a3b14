// Everything but descriptors: names, arguments, clocks, random numbers, exit.
#include "tests/unit/wasi/p1/fixture.h"

namespace tappet::wasi::test {
namespace {

TEST_F(Preview1Test, ResolvesItsFunctionsUnderBothNamesAndNothingElse) {
  EXPECT_EQ(std::size(kFunctions), 46U);
  guest->instance();  // links: the types are those of the table
  start("wasi_unstable");
  guest->instance();
  EXPECT_TRUE(Preview1::is_module_name("wasi_snapshot_preview1"));
  EXPECT_FALSE(Preview1::is_module_name("wasi_snapshot_preview2"));
  EXPECT_EQ(preview1->function(*guest->store, "wasi_snapshot_preview1", "fd_frobnicate"), nullptr);
  EXPECT_EQ(preview1->function(*guest->store, "env", "fd_write"), nullptr);
}

TEST_F(Preview1Test, ArgumentsAndVariables) {
  environment.add_argument("program");
  environment.add_argument("");
  environment.set_variable("A", "1");
  EXPECT_EQ(call("args_sizes_get", {0, 4}), kSuccess);
  EXPECT_EQ(get<uint32_t>(0), 2U);
  EXPECT_EQ(get<uint32_t>(4), 9U);
  EXPECT_EQ(call("args_get", {16, 100}), kSuccess);
  EXPECT_EQ(get<uint32_t>(16), 100U);
  EXPECT_EQ(get<uint32_t>(20), 108U);
  EXPECT_EQ(text(100, 9), std::string("program\0\0", 9));
  EXPECT_EQ(call("environ_sizes_get", {0, 4}), kSuccess);
  EXPECT_EQ(get<uint32_t>(0), 1U);
  EXPECT_EQ(get<uint32_t>(4), 4U);
  EXPECT_EQ(call("environ_get", {16, 100}), kSuccess);
  EXPECT_EQ(text(100, 4), std::string("A=1\0", 4));
}

TEST_F(Preview1Test, ArgumentsOutOfBoundsAreFaults) {
  environment.add_argument("program");
  EXPECT_EQ(call("args_sizes_get", {kEnd - 3, 0}), kFault);
  EXPECT_EQ(call("args_sizes_get", {0, 0xffff'ffff}), kFault);
  EXPECT_EQ(call("args_get", {kEnd, 0}), kFault);
  EXPECT_EQ(call("args_get", {0, kEnd - 7}), kFault);
  EXPECT_EQ(call("args_get", {0, kEnd - 8}), kSuccess);
}

TEST_F(Preview1Test, ClocksTellTheTime) {
  clock.advance(7);
  EXPECT_EQ(call("clock_time_get", {0, 0, 8}), kSuccess);
  EXPECT_EQ(get<uint64_t>(8), 1'000 * net::kSecond + 7);
  EXPECT_EQ(call("clock_time_get", {1, 0, 8}), kSuccess);
  EXPECT_EQ(get<uint64_t>(8), 7U);
  EXPECT_EQ(call("clock_time_get", {2, 0, 8}), kSuccess);
  EXPECT_EQ(get<uint64_t>(8), 7U);
  EXPECT_EQ(call("clock_time_get", {4, 0, 8}), kInval);
  EXPECT_EQ(call("clock_time_get", {0, 0, kEnd - 7}), kFault);
  EXPECT_EQ(call("clock_res_get", {1, 8}), kSuccess);
  EXPECT_EQ(get<uint64_t>(8), 1U);
  EXPECT_EQ(call("clock_res_get", {9, 8}), kInval);
}

TEST_F(Preview1Test, RandomBytesFillExactlyWhatIsAsked) {
  EXPECT_EQ(call("random_get", {8, 8}), kSuccess);
  EXPECT_NE(get<uint64_t>(8), 0U);
  EXPECT_EQ(get<uint64_t>(0), 0U);
  EXPECT_EQ(get<uint64_t>(16), 0U);
  EXPECT_EQ(call("random_get", {kEnd, 0}), kSuccess);
  EXPECT_EQ(call("random_get", {kEnd - 1, 2}), kFault);
  EXPECT_EQ(call("random_get", {0xffff'ffff, 0xffff'ffff}), kFault);
}

TEST_F(Preview1Test, ExitEndsTheGuestWithItsCode) {
  const auto called = guest->call("proc_exit", {42});
  EXPECT_EQ(called.outcome, Outcome::kTrapped);
  EXPECT_EQ(called.trap.kind, TrapKind::kExit);
  EXPECT_EQ(called.trap.exit_code, 42);
}

TEST_F(Preview1Test, YieldingWorksAndSignalsDoNot) {
  EXPECT_EQ(call("sched_yield", {}), kSuccess);
  EXPECT_EQ(call("proc_raise", {6}), kNotsup);
}

TEST_F(Preview1Test, AGuestWithoutMemoryGetsFaults) {
  tappet::test::ModuleBuilder m;
  const uint32_t random_get =
      m.import_func("wasi_snapshot_preview1", "random_get", m.type({kI32, kI32}, {kI32}));
  m.export_func(
      "f",
      m.func({}, {kI32}, tappet::test::code("i32.const", 0, "i32.const", 1, "call", random_get)));
  // The import itself, called by the embedder, has no caller at all.
  m.export_func("import", random_get);
  tappet::test::Guest none(m);
  none.imports.emplace_back(
      preview1->function(*none.store, "wasi_snapshot_preview1", "random_get"));
  EXPECT_EQ(none.value("f"), kFault);
  EXPECT_EQ(none.value("import", {0, 1}), kFault);
}

}  // namespace
}  // namespace tappet::wasi::test
