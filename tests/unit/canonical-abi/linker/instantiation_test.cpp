// Instantiating: nested components, start functions, limits.
#include "canonical-abi/linker/instantiation.h"

#include <gtest/gtest.h>

#include "tests/unit/canonical-abi/support/api.h"

namespace tappet::component::test {
namespace {

using V = ComponentValue;

TEST(Instantiation, NestedComponentsCallEachOther) {
  Program p("nested.wasm");
  // The value, a thousand for each counter alive meanwhile, ten thousand for each one after.
  EXPECT_EQ(p.call("run", {V::u32(5)}, "one"), "1005");
  EXPECT_EQ(p.call("run", {V::u32(6)}, "two"), "1006");
  EXPECT_EQ(p.call("keep", {V::u32(1)}, "one"), "1");
  EXPECT_EQ(p.call("run", {V::u32(7)}, "one"), "12007");
  EXPECT_EQ(p.call("run", {V::u32(8)}, "two"), "1008");
  EXPECT_EQ(p.call("live", {}, "counter-one"), "1");
}

TEST(Instantiation, StringsAreTranscodedBetweenComponents) {
  Program p("nested.wasm");
  EXPECT_EQ(p.call("double", {V::string("\xe2\x98\x83x")}, "one"),
            "\"\xe2\x98\x83x\xe2\x98\x83x\"");
  EXPECT_EQ(p.call("doubled", {}, "counter-one"), "1");  // post-return ran
}

TEST(Instantiation, EachInstanceHasItsHandles) {
  Program p("nested.wasm");
  EXPECT_EQ(p.call("keep", {V::u32(5)}, "one"), "1");
  EXPECT_EQ(p.call("get", {V::u32(1)}, "one"), "5");
  EXPECT_EQ(p.call("get", {V::u32(1)}, "two"), "trap: unknown handle index 1");
}

TEST(Instantiation, ATrapInOneComponentPoisonsAll) {
  Program p("nested.wasm");
  EXPECT_EQ(p.call("trap", {}, "one"), "trap: unreachable");
  EXPECT_EQ(p.call("run", {V::u32(1)}, "two"), "trap: cannot enter component instance");
}

TEST(Instantiation, RelativesMayNotCallEachOtherForNow) {
  EXPECT_EQ(Program("relatives.wasm").call("h", {V::u32(1)}),
            "trap: cannot enter component instance");
  EXPECT_EQ(Program("relatives.wasm").call("g", {V::u32(1)}),
            "trap: cannot enter component instance");
}

TEST(Instantiation, ButTheSpecificationLetsThem) {
  Program p("relatives.wasm", {.calls_between_relatives = true});
  EXPECT_EQ(p.call("h", {V::u32(1)}), "20");
  EXPECT_EQ(p.call("g", {V::u32(2)}), "30");
  EXPECT_EQ(p.call("h", {V::u32(3)}), "40");
}

TEST(Instantiation, WhatAnInstancePassesToItselfIsCopiedBeforeItsReallocRuns) {
  Program p("self-call.wasm", {.calls_between_relatives = true});
  EXPECT_EQ(p.call("argument"), "100");
  EXPECT_EQ(p.call("result"), "100");
}

TEST(Instantiation, StartFunctionsCanWait) {
  Api api;
  Program p("start.wasm");
  ASSERT_TRUE(p.linker().define(api.interface()).ok());
  p.prepare();
  int wakes = 0;
  Instantiation instantiation(p.shared_pre(), p.store(), [&] { ++wakes; });
  EXPECT_EQ(instantiation.run(), Outcome::kSuspended);
  EXPECT_EQ(api.waiting, 1);
  EXPECT_EQ(instantiation.run(), Outcome::kSuspended);
  api.wake();
  EXPECT_EQ(wakes, 1);
  EXPECT_TRUE(instantiation.runnable());
  ASSERT_EQ(instantiation.run(), Outcome::kReturned);
  Task task(p.store(), instantiation.instance().function(p.pre().find_function("", "result")->ref),
            {});
  ASSERT_EQ(task.run(), Outcome::kReturned);
  EXPECT_EQ(task.result(), V::u32(2002));
}

TEST(Instantiation, StartFunctionsCanBeInterrupted) {
  Api api;
  api.ready = true;
  Program p("start.wasm");
  ASSERT_TRUE(p.linker().define(api.interface()).ok());
  p.prepare();
  Instantiation instantiation(p.shared_pre(), p.store());
  p.store().preempt();
  EXPECT_EQ(instantiation.run(), Outcome::kInterrupted);
  ASSERT_EQ(instantiation.run(), Outcome::kReturned);
  EXPECT_EQ(instantiation.run(), Outcome::kReturned);
}

TEST(Instantiation, AnInstantiationThatIsKilledPoisonsItsStore) {
  Api api;
  Program p("start.wasm");
  ASSERT_TRUE(p.linker().define(api.interface()).ok());
  p.prepare();
  p.store().kill();
  std::string failure;
  EXPECT_EQ(p.instantiate(&failure), Outcome::kTrapped);
  EXPECT_NE(failure.find("interrupted"), std::string::npos);
  EXPECT_TRUE(p.store().poisoned());
}

TEST(Instantiation, CancellingOneDestroysWhatItWaitsFor) {
  Api api;
  Program p("start.wasm");
  ASSERT_TRUE(p.linker().define(api.interface()).ok());
  p.prepare();
  EXPECT_EQ(p.instantiate(), Outcome::kSuspended);
  EXPECT_EQ(api.waiting, 0);
  EXPECT_TRUE(p.store().poisoned());
}

TEST(Instantiation, TrapsFail) {
  for (const auto& [file, message] : {std::pair("start-traps.wasm", "unreachable"),
                                      std::pair("segment-traps.wasm", "out of bounds memory")}) {
    Program p(file);
    p.prepare();
    std::string failure;
    EXPECT_EQ(p.instantiate(&failure), Outcome::kTrapped);
    EXPECT_NE(failure.find(message), std::string::npos) << failure;
    EXPECT_TRUE(p.store().poisoned());
  }
}

TEST(Instantiation, InstancesOfAStoreAreLimited) {
  ComponentLimits limits;
  limits.instances = 5;
  Program p("tiny.wasm");
  p.prepare(limits);
  std::string failure;
  EXPECT_EQ(p.instantiate(&failure), Outcome::kReturned);
  EXPECT_EQ(p.instantiate(&failure), Outcome::kReturned);
  EXPECT_EQ(p.instantiate(&failure), Outcome::kTrapped);
  EXPECT_EQ(failure, "the store has no room for 2 more instances");
  EXPECT_FALSE(p.store().poisoned());
}

TEST(Instantiation, APoisonedStoreTakesNoMore) {
  Program p("tiny.wasm");
  p.prepare();
  p.store().poison();
  std::string failure;
  EXPECT_EQ(p.instantiate(&failure), Outcome::kTrapped);
  EXPECT_EQ(failure, "the store's guests have trapped");
}

TEST(Instantiation, MemoryLimitsHold) {
  ComponentLimits limits;
  limits.core.memory_bytes = 1024;
  Api api;
  Program p("guest.wasm");
  ASSERT_TRUE(p.linker().define(api.interface()).ok());
  p.prepare(limits);
  std::string failure;
  EXPECT_EQ(p.instantiate(&failure), Outcome::kTrapped);
  EXPECT_FALSE(failure.empty());
}

}  // namespace
}  // namespace tappet::component::test
