// Commands and their loop: it turns while they wait, and while they do not.
#include "cli/guest_host.h"

#include <gtest/gtest.h>

#include "interp/text/text.h"

namespace tappet::cli {
namespace {

// Memory and a function that waits for its first word to change, without ever stepping aside.
constexpr std::string_view kSpin = R"((module
  (memory (export "memory") 1)
  (func (export "spin") (result i32)
    (local $word i32)
    (loop
      (local.set $word (i32.load (i32.const 0)))
      (br_if 0 (i32.eqz (local.get $word))))
    (local.get $word))))";

class Unwatched final : public wasi::Interruptible {
 public:
  void preempt() override {}
  void kill() override {}
};

class Drive : public ::testing::Test {
 protected:
  // What has to happen on the loop before the guest goes on.
  void later(std::function<void()> happen) {
    timer.emplace(host->loop(), std::move(happen));
    timer->set_after(net::kMillisecond);
  }
  Outcome spin(const EngineConfig& config) {
    const Engine engine(config);
    const auto code = engine.compile(parse_wat(kSpin).value()).value();
    const auto store = engine.make_store();
    store->set_fuel(UINT64_MAX / 2);
    Instance& instance = *instantiate(*store, code, {}).value();
    later([&] { instance.exported_memory("memory")->base()[0] = 7; });
    Preemptible<Store> guest(*store);
    Thread thread(*store);
    thread.start(*instance.exported_function("spin"), {});
    const Outcome outcome = host->drive(guest, [&] { return run(thread); });
    if (outcome == Outcome::kReturned) {
      EXPECT_EQ(thread.results()[0], 7U);
    }
    return outcome;
  }

  std::unique_ptr<GuestHost> host = GuestHost::create({}).value();
  std::optional<net::Timer> timer;
};

TEST_F(Drive, TheLoopTurnsWhileGuestsCompute) {
  EXPECT_EQ(spin({}), Outcome::kReturned);
  EXPECT_EQ(spin({.memory = MemoryStrategy::kChecked}), Outcome::kReturned);
  EXPECT_EQ(spin({.fuel = true}), Outcome::kReturned);
}

// As those do whose threads wake each other.
TEST_F(Drive, TheLoopTurnsBetweenGuestsThatAreAwakeAtOnce) {
  bool happened = false;
  later([&] { happened = true; });
  Unwatched guest;
  const Outcome outcome = host->drive(guest, [&] {
    host->wake();
    return happened ? Outcome::kReturned : Outcome::kSuspended;
  });
  EXPECT_EQ(outcome, Outcome::kReturned);
}

TEST_F(Drive, NothingIsWaitedForAfterTheEnd) {
  later([&] { host->expire(); });
  Unwatched guest;
  EXPECT_EQ(host->drive(guest, [] { return Outcome::kSuspended; }), Outcome::kInterrupted);
}

}  // namespace
}  // namespace tappet::cli
