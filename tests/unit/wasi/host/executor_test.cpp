#include "wasi/host/executor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace tappet::wasi {
namespace {

class Guest final : public Scheduled {
 public:
  using Body = std::function<Next(Guest&)>;
  Guest(Executor& executor, Body body) : Scheduled(executor), body_(std::move(body)) {}

  static constexpr Next kWait = Next::kWait;
  static constexpr Next kAgain = Next::kAgain;
  static constexpr Next kDone = Next::kDone;

  void preempt() override { preempted = true; }
  void kill() override {}
  std::function<void()> on_done;
  std::atomic<bool> preempted{false};

 private:
  Next run() override { return body_(*this); }
  void done() override {
    if (on_done) on_done();
  }
  Body body_;
};

class ExecutorTest : public ::testing::Test {
 protected:
  void turns(int count) {
    for (int i = 0; i < count; ++i) loop->turn(net::Loop::Wait::kNone);
  }
  Guest::Body note(char name) {
    return [this, name](Guest&) {
      log += name;
      return Guest::kWait;
    };
  }
  std::unique_ptr<net::Loop> loop = net::Loop::create().value();
  Executor executor{*loop, {.slice = std::chrono::milliseconds(1)}};
  std::string log;
};

TEST_F(ExecutorTest, RunsInOrderWhatIsScheduled) {
  Guest a(executor, note('a'));
  Guest b(executor, note('b'));
  b.schedule();
  a.schedule();
  b.schedule();
  EXPECT_EQ(log, "");
  turns(3);
  EXPECT_EQ(log, "ba");
  b.schedule();
  turns(3);
  EXPECT_EQ(log, "bab");
}

TEST_F(ExecutorTest, OneThatComputesLetsOthersThrough) {
  int slices = 0;
  Guest spinner(executor, [&](Guest& self) {
    while (!self.preempted) {
    }
    self.preempted = false;
    log += 's';
    return ++slices < 4 ? Guest::kAgain : Guest::kDone;
  });
  Guest other(executor, note('o'));
  spinner.schedule();
  turns(1);
  other.schedule();
  turns(1);
  EXPECT_EQ(log, "sos");
  turns(8);
  EXPECT_EQ(log, "sosss");
}

TEST_F(ExecutorTest, MayBeScheduledWhileItRuns) {
  Guest guest(executor, [&](Guest& self) {
    log += 'g';
    if (log.size() < 3) self.schedule();
    return Guest::kWait;
  });
  guest.schedule();
  turns(6);
  EXPECT_EQ(log, "ggg");
}

TEST_F(ExecutorTest, MayBeDestroyedWhenItIsDoneOrWaitsForItsTurn) {
  auto gone = std::make_unique<Guest>(executor, note('x'));
  auto done = std::make_unique<Guest>(executor, [&](Guest&) {
    gone.reset();
    log += 'd';
    return Guest::kDone;
  });
  done->on_done = [&] { done.reset(); };
  done->schedule();
  gone->schedule();
  turns(3);
  EXPECT_EQ(log, "d");
  EXPECT_EQ(done, nullptr);
}

TEST_F(ExecutorTest, TheLoopSleepsWhenNothingIsScheduled) {
  Guest guest(executor, note('g'));
  guest.schedule();
  turns(2);
  EXPECT_TRUE(loop->soon().empty());
}

}  // namespace
}  // namespace tappet::wasi
