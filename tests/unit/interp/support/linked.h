// Instances made from text and linked by name in one store, for tests of what runs across them.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "interp/engine.h"
#include "interp/text/text.h"

namespace tappet::test {

struct Linked {
  explicit Linked(StoreLimits limits = {}, FeatureSet features = FeatureSet::defaults(),
                  MemoryStrategy strategy = best_memory_strategy())
      : engine({features, strategy}), store(engine.make_store(limits)) {}
  explicit Linked(EngineConfig config, StoreLimits limits = {})
      : engine(std::move(config)), store(engine.make_store(limits)) {}

  // Imports come from instances of that name, or, as "host", from what was given to host() or lies
  // in `hosts`.
  Instance& add(const std::string& name, std::string_view text) {
    auto bytes = parse_wat(text);
    EXPECT_TRUE(bytes.ok()) << bytes.error().to_string();
    auto code = engine.compile(std::move(*bytes));
    EXPECT_TRUE(code.ok()) << code.error().to_string();
    std::vector<Extern> imports;
    for (const Import& import : (*code)->module().imports) imports.push_back(find(import));
    auto made = instantiate(*store, *code, imports);
    EXPECT_TRUE(made.ok()) << to_string(made.error());
    instances[name] = *made;
    return **made;
  }
  void host(const std::string& name, FuncType type, std::function<HostOutcome(HostCall&)> body) {
    HostFunction function{engine.registry()->add_function(std::move(type)), std::move(body)};
    hosts[name] = &store->add_host_function(std::move(function));
  }
  Function& function(const std::string& instance, std::string_view name) {
    Function* found = instances.at(instance)->exported_function(name);
    EXPECT_NE(found, nullptr) << instance << "." << name;
    return *found;
  }

  struct Called {
    Outcome outcome;
    std::vector<uint64_t> results;
    Trap trap;
  };
  Called call(Function& callee, std::vector<uint64_t> args = {}) {
    Thread thread(*store);
    thread.start(callee, args);
    Called called{run(thread), {}, {}};
    if (called.outcome == Outcome::kReturned)
      called.results.assign(thread.results().begin(), thread.results().end());
    if (called.outcome == Outcome::kTrapped) called.trap = thread.take_trap();
    return called;
  }
  // The only result of an export of instance "m".
  uint64_t value(std::string_view name, std::vector<uint64_t> args = {}) {
    const Called called = call(function("m", name), std::move(args));
    EXPECT_EQ(called.outcome, Outcome::kReturned) << called.trap.to_string();
    return called.results.size() == 1 ? called.results[0] : UINT64_MAX;
  }
  // The message of the trap that calling an export of instance "m" ends with.
  std::string trap(std::string_view name, std::vector<uint64_t> args = {}) {
    const Called called = call(function("m", name), std::move(args));
    EXPECT_EQ(called.outcome, Outcome::kTrapped);
    return called.trap.message;
  }

  Engine engine;
  std::unique_ptr<Store> store;
  std::map<std::string, Instance*> instances;
  std::map<std::string, Extern> hosts;

 private:
  Extern find(const Import& import) {
    if (import.module == "host") return hosts.at(import.name);
    Instance& from = *instances.at(import.module);
    switch (import.kind) {
      case ExternKind::kTable:
        return from.exported_table(import.name);
      case ExternKind::kMemory:
        return from.exported_memory(import.name);
      case ExternKind::kGlobal:
        return *from.exported_global(import.name);
      case ExternKind::kTag:
        return from.exported_tag(import.name);
      default:
        return from.exported_function(import.name);
    }
  }
};

}  // namespace tappet::test
