// Translating all functions before they run, on several threads at once.
#include "interp/translate/translate_ahead.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/interp/support/guest.h"

namespace tappet::test {
namespace {

// Each function adds its index to what the one before it gives; the last is "sum". Padding makes
// every one worth translating.
ModuleBuilder chain(uint32_t functions) {
  ModuleBuilder m;
  Bytes padding;
  for (int i = 0; i < 200; ++i) padding = std::move(padding) + code("i32.const", i, "drop");
  m.func({}, {kI32}, padding + code("i32.const", 0));
  for (uint32_t i = 1; i < functions; ++i) {
    m.func({}, {kI32}, padding + code("call", i - 1, "i32.const", i, "i32.add"));
  }
  m.export_func("sum", functions - 1);
  return m;
}

constexpr uint32_t kFunctions = 1'000;
constexpr uint64_t kSum = uint64_t{kFunctions} * (kFunctions - 1) / 2;

bool is_translated(const ModuleCode& code, uint32_t function) {
  const FunctionCode* found = code.find(code.entry(function));
  return found != nullptr && found->function_index == function;
}

TEST(TranslateAhead, TranslatesEveryFunction) {
  for (const uint32_t threads : {1u, 4u}) {
    Guest guest(chain(kFunctions));
    EXPECT_FALSE(is_translated(*guest.code, 0));
    translate_ahead(*guest.code, threads);
    for (uint32_t i = 0; i < kFunctions; ++i) EXPECT_TRUE(is_translated(*guest.code, i)) << i;
    EXPECT_EQ(guest.value("sum"), kSum);
  }
}

TEST(TranslateAhead, IsWhatTheConfigurationSays) {
  EngineConfig config;
  config.translation_threads = 2;
  const Engine engine(config);
  const auto code = engine.compile(chain(kFunctions).build());
  ASSERT_TRUE(code.ok());
  for (uint32_t i = 0; i < kFunctions; ++i) EXPECT_TRUE(is_translated(**code, i)) << i;
}

TEST(TranslateAhead, ModulesWithoutFunctionsAreFine) {
  Guest guest{ModuleBuilder()};
  translate_ahead(*guest.code, 8);
}

// Several threads translate, and several others run the same code in stores of their own.
TEST(TranslateAhead, GuestsRunMeanwhile) {
  const Engine engine;
  const auto code = engine.compile(chain(kFunctions).build());
  ASSERT_TRUE(code.ok());
  std::vector<std::thread> threads;
  threads.reserve(5);
  for (int i = 0; i < 2; ++i) threads.emplace_back([&] { translate_ahead(**code, 2); });
  std::array<uint64_t, 3> sums{};
  for (uint64_t& sum : sums) {
    threads.emplace_back([&] {
      auto store = engine.make_store();
      auto instance = instantiate(*store, *code, {});
      Thread thread(*store);
      thread.start(*(*instance)->exported_function("sum"), {});
      if (run(thread) == Outcome::kReturned) sum = thread.results()[0];
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const uint64_t sum : sums) EXPECT_EQ(sum, kSum);
}

}  // namespace
}  // namespace tappet::test
