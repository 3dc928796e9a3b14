// Stores on several OS threads run one module's code for the first time, all at once: what is made
// on demand is made by whoever comes first, and seen by the others. ThreadSanitizer judges the
// rest.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <barrier>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "interp/engine.h"
#include "interp/text/text.h"

namespace tappet::test {
namespace {

constexpr int kThreads = 4;
// As many functions are translated by whoever calls them first.
constexpr int kFunctions = 400;
constexpr uint64_t kSum = uint64_t{kFunctions} * (kFunctions + 1) / 2;

using Code = std::shared_ptr<const ModuleCode>;

void at_once(const std::function<void(int)>& work) {
  std::barrier start(kThreads);
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) {
    threads.emplace_back([&, i] {
      start.arrive_and_wait();
      work(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

Code compile(const Engine& engine, const std::string& text) {
  auto bytes = parse_wat(text);
  EXPECT_TRUE(bytes.ok()) << bytes.error().to_string();
  auto code = engine.compile(std::move(*bytes));
  EXPECT_TRUE(code.ok()) << code.error().to_string();
  return *code;
}

struct Called {
  Outcome outcome = Outcome::kSuspended;
  uint64_t result = 0;
  Trap trap;
};

Called call_in_own_store(const Engine& engine, const Code& code, std::vector<uint64_t> args = {}) {
  auto store = engine.make_store();
  auto instance = instantiate(*store, code, {});
  if (!instance.ok()) return {};
  Thread thread(*store);
  thread.start(*(*instance)->exported_function("run"), args);
  Called called{run(thread), 0, {}};
  if (called.outcome == Outcome::kReturned) called.result = thread.results()[0];
  if (called.outcome == Outcome::kTrapped) called.trap = thread.take_trap();
  return called;
}

void expect_from_all(const Engine& engine, const Code& code, uint64_t result) {
  std::vector<Called> called(kThreads);
  at_once([&](int i) { called[static_cast<size_t>(i)] = call_in_own_store(engine, code); });
  for (const Called& one : called) {
    EXPECT_EQ(one.outcome, Outcome::kReturned) << one.trap.to_string();
    EXPECT_EQ(one.result, result);
  }
}

// Functions of which each calls the next with `call`, and adds its number to what it gives or,
// where it does not come back, to what it was given.
std::string chain(const char* call) {
  std::string text = "(module (type $t (func (param i32) (result i32)))";
  for (int i = 1; i <= kFunctions; ++i) {
    text += fmt::format(
        "(func $f{0} (param i32) (result i32) (i32.const {1}) (local.get 0) i32.add {2})", i, i,
        i == kFunctions ? "" : fmt::format(fmt::runtime(call), fmt::format("$f{}", i + 1), i));
  }
  text += "(table funcref (elem";
  for (int i = 1; i <= kFunctions; ++i) text += fmt::format(" $f{}", i);
  return text + ")) (func (export \"run\") (result i32) (call $f1 (i32.const 0))))";
}

TEST(SharedCode, CallsAreLedToWhatHasBeenTranslated) {
  for (const char* const call :
       {"call {}", "return_call {}", "i32.const {1} call_indirect (type $t)",
        "i32.const {1} return_call_indirect (type $t)"}) {
    for (const bool fuel : {false, true}) {
      EngineConfig config;
      config.fuel = fuel;
      const Engine engine(config);
      expect_from_all(engine, compile(engine, chain(call)), kSum);
    }
  }
}

// Types have layouts when an object of theirs is made; casts look at types of the registry.
TEST(SharedCode, ObjectsAreLaidOut) {
  EngineConfig config;
  config.features = FeatureSet::all();
  const Engine engine(config);
  std::string types, body;
  for (int i = 0; i < kFunctions; ++i) {
    types += fmt::format("(type $s{} (sub (struct (field i32))))", i);
    body += fmt::format(
        "(struct.new $s{0} (i32.const {0})) (ref.cast (ref $s{0})) (struct.get $s{0} 0) i32.add ",
        i);
  }
  const Code code =
      compile(engine, fmt::format("(module (rec {}) (func (export \"run\") (result i32) "
                                  "(i32.const {}) {}))",
                                  types, kFunctions, body));
  expect_from_all(engine, code, kSum);
}

// While others run, one compiles modules whose types the engine does not know yet.
TEST(SharedCode, TypesAreAddedMeanwhile) {
  const Engine engine;
  const Code code = compile(engine, chain("i32.const {1} call_indirect (type $t)"));
  std::vector<Called> called(kThreads);
  at_once([&](int i) {
    if (i == 0) {
      std::string params;
      for (int k = 0; k < kFunctions; ++k) {
        params += k % 3 == 0 ? " i64" : " f32";
        compile(engine, fmt::format("(module (func (param{})))", params));
      }
    }
    called[static_cast<size_t>(i)] = call_in_own_store(engine, code);
  });
  for (const Called& one : called) EXPECT_EQ(one.result, kSum);
}

// The image of a memory is made by the first instance; faults are signals of their own thread.
TEST(SharedCode, MemoriesBeginWithTheImageAndEndWithTraps) {
  const Engine engine;
  const Code code = compile(engine, fmt::format(R"((module (memory 4)
    (data (i32.const 0) "{}")
    (func $at (param i32) (result i32) (i32.load8_u (local.get 0)))
    (func (export "run") (param i32) (result i32)
      (i32.store8 (i32.const 7) (i32.const 1))
      (call $at (local.get 0)))))",
                                                std::string(100'000, 'x')));
  std::vector<Called> inside(kThreads), outside(kThreads);
  at_once([&](int i) {
    const auto at = static_cast<size_t>(i);
    inside[at] = call_in_own_store(engine, code, {99'999});
    outside[at] = call_in_own_store(engine, code, {UINT32_MAX});
  });
  for (const Called& one : inside) EXPECT_EQ(one.result, uint64_t{'x'});
  for (const Called& one : outside) {
    EXPECT_EQ(one.outcome, Outcome::kTrapped);
    EXPECT_EQ(one.trap.backtrace.size(), 2u);
  }
}

}  // namespace
}  // namespace tappet::test
