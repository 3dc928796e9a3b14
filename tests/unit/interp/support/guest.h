// A module compiled, instantiated and called in one line each, for tests of what runs.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "interp/engine.h"
#include "tests/unit/interp/support/module_builder.h"

namespace tappet::test {

// Both strategies where the host has both: tests that touch memory run under each.
inline std::vector<MemoryStrategy> strategies() {
  std::vector<MemoryStrategy> all{MemoryStrategy::kChecked};
  if (best_memory_strategy() == MemoryStrategy::kGuard) all.push_back(MemoryStrategy::kGuard);
  return all;
}

struct Guest {
  explicit Guest(const ModuleBuilder& module, MemoryStrategy strategy = best_memory_strategy(),
                 StoreLimits limits = {})
      : engine({FeatureSet::defaults(), strategy}), store(engine.make_store(limits)) {
    auto compiled = engine.compile(module.build());
    EXPECT_TRUE(compiled.ok()) << compiled.error().to_string();
    if (compiled.ok()) code = *compiled;
  }

  HostFunction host(FuncType type, std::function<HostOutcome(HostCall&)> body) {
    return {engine.registry()->add_function(std::move(type)), std::move(body)};
  }
  void import(FuncType type, std::function<HostOutcome(HostCall&)> body) {
    imports.emplace_back(&store->add_host_function(host(std::move(type), std::move(body))));
  }
  Instance& instance() {
    if (instance_ == nullptr) {
      auto made = instantiate(*store, code, imports);
      EXPECT_TRUE(made.ok()) << to_string(made.error());
      instance_ = *made;
    }
    return *instance_;
  }
  Function& function(std::string_view name) {
    Function* found = instance().exported_function(name);
    EXPECT_NE(found, nullptr) << name;
    return *found;
  }
  // The first result, or the trap's message.
  struct Called {
    Outcome outcome;
    uint64_t result = 0;
    Trap trap;
  };
  Called call(std::string_view name, std::vector<uint64_t> args = {}) {
    Thread thread(*store);
    thread.start(function(name), args);
    Called called{run(thread), 0, {}};
    if (called.outcome == Outcome::kReturned && !thread.results().empty())
      called.result = thread.results()[0];
    if (called.outcome == Outcome::kTrapped) called.trap = thread.take_trap();
    return called;
  }
  uint64_t value(std::string_view name, std::vector<uint64_t> args = {}) {
    const Called called = call(name, std::move(args));
    EXPECT_EQ(called.outcome, Outcome::kReturned) << called.trap.to_string();
    return called.result;
  }
  std::string trap(std::string_view name, std::vector<uint64_t> args = {}) {
    const Called called = call(name, std::move(args));
    EXPECT_EQ(called.outcome, Outcome::kTrapped);
    return called.trap.message;
  }

  Engine engine;
  std::unique_ptr<Store> store;
  std::shared_ptr<const ModuleCode> code;
  std::vector<Extern> imports;

 private:
  Instance* instance_ = nullptr;
};

}  // namespace tappet::test
