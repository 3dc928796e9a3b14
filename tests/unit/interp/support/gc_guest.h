// A module with garbage-collected objects in a store of its own; most run with a collection at
// every allocation.
#pragma once

#include <gtest/gtest.h>

#include "interp/engine.h"
#include "interp/runtime/gc_heap.h"
#include "interp/text/text.h"

namespace tappet::test {

struct GcGuest : testing::Test {
  Engine engine{{FeatureSet::all(), best_memory_strategy()}};
  std::unique_ptr<Store> store = engine.make_store();
  std::vector<Extern> imports;
  Instance* instance = nullptr;

  GcHeap& heap() { return store->heap(); }
  void limit_heap(uint64_t bytes) {
    StoreLimits limits;
    limits.memory_bytes = bytes;
    store = engine.make_store(limits);
  }
  void import(FuncType type, std::function<HostOutcome(HostCall&)> body) {
    HostFunction function{engine.registry()->add_function(std::move(type)), std::move(body)};
    imports.emplace_back(&store->add_host_function(std::move(function)));
  }
  void load(std::string_view wat, bool stress = true) {
    auto bytes = parse_wat(wat);
    ASSERT_TRUE(bytes.ok()) << bytes.error().to_string();
    auto code = engine.compile(std::move(*bytes));
    ASSERT_TRUE(code.ok()) << code.error().to_string();
    heap().set_stress(stress);
    auto made = instantiate(*store, *code, imports);
    ASSERT_TRUE(made.ok()) << to_string(made.error());
    instance = *made;
  }
  Function& function(std::string_view name) { return *instance->exported_function(name); }
  uint64_t value(std::string_view name, std::vector<uint64_t> args = {}) {
    Thread thread(*store);
    thread.start(function(name), args);
    EXPECT_EQ(run(thread), Outcome::kReturned) << name << ": " << thread.trap().to_string();
    return thread.results().empty() ? 0 : thread.results()[0];
  }
  std::string trap(std::string_view name, std::vector<uint64_t> args = {}) {
    Thread thread(*store);
    thread.start(function(name), args);
    EXPECT_EQ(run(thread), Outcome::kTrapped) << name;
    return thread.trap().message;
  }
  uint64_t live_bytes() {
    heap().collect();
    return heap().live_bytes();
  }
};

}  // namespace tappet::test
