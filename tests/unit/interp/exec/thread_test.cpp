// Threads: calls, host functions in all their outcomes, stack limits, interruption, backtraces.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/unit/interp/support/guest.h"

namespace tappet::test {
namespace {

const FuncType kI32ToI32{{kI32}, {kI32}};

ModuleBuilder factorial() {
  ModuleBuilder m;
  // The function's own index is known: it is the first.
  m.export_func("fac", m.func({kI64}, {kI64},
                              code("local.get", 0, "i64.eqz", "if", kI64, "i64.const", 1, "else",
                                   "local.get", 0, "local.get", 0, "i64.const", 1, "i64.sub",
                                   "call", 0, "i64.mul", "end")));
  return m;
}

TEST(Thread, CallsAndReturns) {
  Guest guest(factorial());
  EXPECT_EQ(guest.value("fac", {20}), 2432902008176640000u);
}

// Recurses until the stack is full.
ModuleBuilder endless_recursion() {
  ModuleBuilder m;
  m.export_func("f",
                m.func({kI32}, {kI32}, code("local.get", 0, "call", 0, "i32.const", 1, "i32.add")));
  return m;
}

TEST(Thread, StackExhaustionIsATrap) {
  Guest guest(endless_recursion());
  EXPECT_EQ(guest.trap("f", {1}), "call stack exhausted");
  EXPECT_EQ(guest.trap("f", {1}), "call stack exhausted");
}

TEST(Thread, TheStackLimitIsExact) {
  StoreLimits limits;
  limits.stack_bytes = 4096;
  Guest guest(factorial(), best_memory_strategy(), limits);
  EXPECT_EQ(guest.value("fac", {5}), 120u);
  EXPECT_EQ(guest.trap("fac", {2000}), "call stack exhausted");
}

TEST(Thread, AnIdleThreadIsSmall) {
  Guest guest(factorial());
  Thread thread(*guest.store);
  thread.start(guest.function("fac"), std::vector<uint64_t>{3});
  EXPECT_EQ(run(thread), Outcome::kReturned);
  EXPECT_LE(thread.stack_bytes(), 1024u);
}

ModuleBuilder calls_import() {
  ModuleBuilder m;
  const uint32_t imported = m.import_func("host", "f", m.type({kI32}, {kI32}));
  m.export_func("g", m.func({kI32}, {kI32},
                            code("local.get", 0, "call", static_cast<int>(imported), "i32.const",
                                 100, "i32.add")));
  return m;
}

TEST(HostFunction, Returns) {
  Guest guest(calls_import());
  guest.import(kI32ToI32, [](HostCall& call) {
    call.set_result(0, call.arg(0) * 2);
    return HostOutcome::kReturn;
  });
  EXPECT_EQ(guest.value("g", {21}), 142u);
}

TEST(HostFunction, TrapsWithItsMessage) {
  Guest guest(calls_import());
  guest.import(kI32ToI32, [](HostCall& call) { return call.trap("no such thing"); });
  EXPECT_EQ(guest.trap("g", {1}), "no such thing");
}

TEST(HostFunction, ExitCarriesTheCode) {
  Guest guest(calls_import());
  guest.import(kI32ToI32, [](HostCall& call) { return call.exit(7); });
  const auto called = guest.call("g", {1});
  EXPECT_EQ(called.trap.kind, TrapKind::kExit);
  EXPECT_EQ(called.trap.exit_code, 7);
}

// Waits until `ready`, then returns ten times its argument.
struct Wait : HostContinuation {
  explicit Wait(bool& ready_flag) : ready(ready_flag) {}
  HostOutcome resume(HostCall& call) override {
    if (!ready) return call.suspend(std::make_unique<Wait>(ready));
    call.set_result(0, call.arg(0) * 10);
    return HostOutcome::kReturn;
  }
  bool& ready;
};

TEST(HostFunction, SuspendsAndResumes) {
  Guest guest(calls_import());
  bool ready = false;
  guest.import(kI32ToI32,
               [&](HostCall& call) { return call.suspend(std::make_unique<Wait>(ready)); });
  Thread thread(*guest.store);
  thread.start(guest.function("g"), std::vector<uint64_t>{5});
  EXPECT_EQ(run(thread), Outcome::kSuspended);
  EXPECT_EQ(run(thread), Outcome::kSuspended);
  ready = true;
  EXPECT_EQ(run(thread), Outcome::kReturned);
  EXPECT_EQ(thread.results()[0], 150u);
}

TEST(HostFunction, OneThreadWaitsWhileAnotherRuns) {
  Guest guest(calls_import());
  bool ready = false;
  guest.import(kI32ToI32, [&](HostCall& call) {
    if (call.arg(0) == 0) return call.suspend(std::make_unique<Wait>(ready));
    call.set_result(0, 1);
    return HostOutcome::kReturn;
  });
  Thread waiting(*guest.store);
  waiting.start(guest.function("g"), std::vector<uint64_t>{0});
  EXPECT_EQ(run(waiting), Outcome::kSuspended);
  EXPECT_EQ(guest.value("g", {1}), 101u);
  ready = true;
  EXPECT_EQ(run(waiting), Outcome::kReturned);
  EXPECT_EQ(waiting.results()[0], 100u);
}

// A guest export called from a host function, as a frame: g -> host -> h.
ModuleBuilder called_back() {
  ModuleBuilder m = calls_import();
  m.export_func("h", m.func({kI32}, {kI32}, code("local.get", 0, "i32.const", 7, "i32.mul")));
  m.export_func("spin",
                m.func({kI32}, {kI32}, code("loop", kNoType, "br", 0, "end", "i32.const", 0)));
  m.export_func("trap", m.func({kI32}, {kI32}, code("unreachable")));
  m.export_func("deep", m.func({kI32}, {kI32}, code("local.get", 0, "call", 5)));  // itself
  return m;
}

struct AfterCall : HostContinuation {
  HostOutcome resume(HostCall& call) override {
    call.set_result(0, call.callee_result(0) + call.arg(0));
    return HostOutcome::kReturn;
  }
};

TEST(HostFunction, CallsTheGuestAndContinues) {
  Guest guest(called_back());
  guest.import(kI32ToI32, [&](HostCall& call) {
    const uint64_t arg = call.arg(0) + 1;
    return call.call(*call.caller()->exported_function("h"), {&arg, 1},
                     std::make_unique<AfterCall>());
  });
  EXPECT_EQ(guest.value("g", {5}), 5u + 42 + 100);
}

// Calls itself through the guest a hundred thousand times: host frames are no native recursion.
TEST(HostFunction, MutualRecursionUsesNoNativeStack) {
  Guest guest(called_back());
  guest.import(kI32ToI32, [&](HostCall& call) {
    if (call.arg(0) == 0) {
      call.set_result(0, 0);
      return HostOutcome::kReturn;
    }
    const uint64_t arg = call.arg(0) - 1;
    return call.call(*call.caller()->exported_function("g"), {&arg, 1},
                     std::make_unique<AfterCall>());
  });
  EXPECT_EQ(guest.trap("g", {10'000'000}), "call stack exhausted");
  EXPECT_EQ(guest.call("g", {1000}).outcome, Outcome::kReturned);
}

TEST(HostFunction, HostFunctionsCallEachOther) {
  Guest guest(called_back());
  Function* self = nullptr;
  guest.import(kI32ToI32, [&](HostCall& call) {
    if (call.arg(0) == 0) {
      call.set_result(0, 1000);
      return HostOutcome::kReturn;
    }
    const uint64_t arg = call.arg(0) - 1;
    return call.call(*self, {&arg, 1}, std::make_unique<AfterCall>());
  });
  self = std::get<Function*>(guest.imports[0]);
  EXPECT_EQ(guest.value("g", {3}), 1000u + 1 + 2 + 3 + 100);
}

TEST(HostFunction, NestedCallsReturnResults) {
  Guest guest(called_back());
  guest.import(kI32ToI32, [&](HostCall& call) {
    const uint64_t arg = 6;
    uint64_t result = 0;
    if (!call_nested(call, *call.caller()->exported_function("h"), {&arg, 1}, {&result, 1}))
      return HostOutcome::kTrap;
    call.set_result(0, result);
    return HostOutcome::kReturn;
  });
  EXPECT_EQ(guest.value("g", {0}), 142u);
}

TEST(HostFunction, NestedTrapsPassThrough) {
  Guest guest(called_back());
  const char* callee = "trap";
  guest.import(kI32ToI32, [&](HostCall& call) {
    const uint64_t arg = 6;
    uint64_t result = 0;
    const bool ok =
        call_nested(call, *call.caller()->exported_function(callee), {&arg, 1}, {&result, 1});
    return ok ? HostOutcome::kReturn : HostOutcome::kTrap;
  });
  EXPECT_EQ(guest.trap("g", {0}), "unreachable");
  callee = "deep";
  EXPECT_EQ(guest.trap("g", {0}), "call stack exhausted");
  callee = "g";  // nests until nesting is refused
  EXPECT_EQ(guest.trap("g", {0}), "call stack exhausted");
  callee = "h";
  EXPECT_EQ(guest.call("g", {0}).outcome, Outcome::kReturned);
}

TEST(HostFunction, MayNotBlockWhenNested) {
  Guest guest(called_back());
  bool ready = false;
  guest.import(kI32ToI32, [&](HostCall& call) {
    if (call.arg(0) == 1) return call.suspend(std::make_unique<Wait>(ready));
    const uint64_t arg = 1;
    uint64_t result = 0;
    const bool ok =
        call_nested(call, *call.caller()->exported_function("g"), {&arg, 1}, {&result, 1});
    return ok ? HostOutcome::kReturn : HostOutcome::kTrap;
  });
  EXPECT_EQ(guest.trap("g", {0}), "a function that may not block waited");
}

TEST(HostFunction, MayBeCalledByTheEmbedder) {
  Guest guest(calls_import());
  guest.import(kI32ToI32, [](HostCall& call) {
    call.set_result(0, call.arg(0) + 1);
    return HostOutcome::kReturn;
  });
  Thread thread(*guest.store);
  thread.start(*std::get<Function*>(guest.imports[0]), std::vector<uint64_t>{1});
  EXPECT_EQ(run(thread), Outcome::kReturned);
  EXPECT_EQ(thread.results()[0], 2u);
}

ModuleBuilder spinning() {
  ModuleBuilder m;
  m.memory(1);
  m.export_func("loop", m.func({}, {}, code("loop", kNoType, "br", 0, "end")));
  m.export_func(
      "branch",
      m.func({kI32}, {}, code("loop", kNoType, "local.get", 0, "i32.eqz", "br_if", 0, "end")));
  m.export_func("table", m.func({kI32}, {},
                                code("loop", kNoType, "local.get", 0, "br_table", 1, 0, 0, "end")));
  m.export_func("count", m.func({kI32}, {},
                                code("loop", kNoType, "local.get", 0, "i32.const", 1, "i32.add",
                                     "local.tee", 0, "i32.const", -1, "i32.ne", "br_if", 0, "end",
                                     "i32.const", 0, "call", 3)));
  m.export_func(
      "call", m.func({kI32}, {kI32},
                     code("local.get", 0, "i32.const", 30, "i32.gt_u", "if", kI32, "i32.const", 1,
                          "else", "local.get", 0, "i32.const", 1, "i32.add", "call", 4, "local.get",
                          0, "i32.const", 1, "i32.add", "call", 4, "i32.add", "end")));
  m.export_func(
      "forever",
      m.func({}, {}, code("loop", kNoType, "i32.const", 0, "call", 4, "drop", "br", 0, "end")));
  m.export_func("fill", m.func({}, {},
                               code("loop", kNoType, "i32.const", 0, "i32.const", 1, "i32.const",
                                    65536, "memory.fill", raw({0}), "br", 0, "end")));
  // Its end chooses what to do next itself.
  m.export_func("interpreter",
                m.func({kI32}, {},
                       code("loop", kNoType, "block", kNoType, "local.get", 0, "i32.load8_u", 0,
                            1000, "br_table", 1, 0, 0, "end", "local.get", 0, "i32.const", 1,
                            "i32.and", "local.set", 0, "br", 0, "end")));
  return m;
}

TEST(Interrupt, AnotherThreadStopsAnyLoop) {
  for (const char* name : {"loop", "branch", "table", "count", "forever", "fill", "interpreter"}) {
    Guest guest(spinning());
    std::atomic<bool> started{false};
    std::thread stopper([&] {
      while (!started) std::this_thread::yield();
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      guest.store->kill();
    });
    const FuncType& type = *guest.function(name).shape.type;
    started = true;
    const auto called = guest.call(name, std::vector<uint64_t>(type.params.size(), 0));
    stopper.join();
    EXPECT_EQ(called.trap.kind, TrapKind::kInterrupted) << name;
    EXPECT_EQ(guest.trap("loop"), "interrupted") << "a killed store runs nothing";
  }
}

TEST(Interrupt, PreemptionKeepsTheResult) {
  Guest guest(spinning());
  Thread thread(*guest.store);
  std::atomic<bool> done{false};
  std::thread ticker([&] {
    while (!done) guest.store->preempt();
  });
  thread.start(guest.function("call"), std::vector<uint64_t>{14});
  guest.store->preempt();
  Outcome outcome = run(thread);
  int interrupted = 0;
  for (; outcome == Outcome::kInterrupted; ++interrupted) outcome = run(thread);
  done = true;
  ticker.join();
  EXPECT_EQ(outcome, Outcome::kReturned);
  EXPECT_EQ(thread.results()[0], 1u << 17);
  EXPECT_GT(interrupted, 0);
}

TEST(Backtrace, NamesFunctionsAcrossHostCalls) {
  ModuleBuilder m;
  const uint32_t imported = m.import_func("host", "f", m.type({kI32}, {kI32}));
  m.export_func("inner", m.func({kI32}, {kI32}, code("unreachable")));
  m.export_func("outer",
                m.func({kI32}, {kI32}, code("local.get", 0, "call", static_cast<int>(imported))));
  Guest guest(m);
  guest.import(kI32ToI32, [&](HostCall& call) {
    const uint64_t arg = 0;
    return call.call(*call.caller()->exported_function("inner"), {&arg, 1},
                     std::make_unique<AfterCall>());
  });
  const auto called = guest.call("outer", {1});
  ASSERT_EQ(called.trap.backtrace.size(), 2u) << called.trap.to_string();
  EXPECT_EQ(called.trap.backtrace[0].function_index, 1u);
  EXPECT_EQ(called.trap.backtrace[1].function_index, 2u);
  EXPECT_GT(called.trap.backtrace[0].offset, 0u);
}

TEST(Backtrace, OfAHostFunctionsTrapStartsAtTheCall) {
  Guest guest(calls_import());
  guest.import(kI32ToI32, [](HostCall& call) { return call.trap("no such thing"); });
  const auto called = guest.call("g", {1});
  ASSERT_EQ(called.trap.backtrace.size(), 1u) << called.trap.to_string();
  EXPECT_EQ(called.trap.backtrace[0].function, "g");
}

TEST(Backtrace, IsExactForMemoryFaults) {
  for (const MemoryStrategy strategy : strategies()) {
    ModuleBuilder m;
    m.memory(1);
    m.export_func("load", m.func({kI32}, {kI32}, code("local.get", 0, "i32.load", 2, 0)));
    m.export_func(
        "f", m.func({kI32}, {kI32}, code("local.get", 0, "call", 0, "i32.const", 1, "i32.add")));
    Guest guest(m, strategy);
    const auto called = guest.call("f", {0xffff0000});
    EXPECT_EQ(called.trap.kind, TrapKind::kMemoryOutOfBounds);
    ASSERT_EQ(called.trap.backtrace.size(), 2u);
    EXPECT_EQ(called.trap.backtrace[0].function_index, 0u);
    EXPECT_EQ(called.trap.backtrace[1].function_index, 1u);
  }
}

}  // namespace
}  // namespace tappet::test
