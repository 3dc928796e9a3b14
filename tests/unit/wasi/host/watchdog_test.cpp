#include "wasi/host/watchdog.h"

#include <gtest/gtest.h>

#include <atomic>

namespace tappet::wasi {
namespace {

using std::chrono::milliseconds;

class Code final : public Interruptible {
 public:
  void preempt() override { ++preempted; }
  void kill() override { killed = true; }
  // Computes until `stop` says so; false if that takes for ever.
  template <class F>
  bool spin(F stop) const {
    const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!stop()) {
      if (std::chrono::steady_clock::now() > give_up) return false;
    }
    return true;
  }
  std::atomic<int> preempted{0};
  std::atomic<bool> killed{false};
};

TEST(Watchdog, PreemptsWhatRunsTooLong) {
  Watchdog watchdog({.slice = milliseconds(1), .patience = std::chrono::hours(1)});
  Code code;
  watchdog.begin(code);
  EXPECT_TRUE(code.spin([&] { return code.preempted > 2; }));
  watchdog.end();
  EXPECT_FALSE(code.killed);
}

TEST(Watchdog, KillsWhatDoesNotObey) {
  Watchdog watchdog({.slice = milliseconds(1), .patience = milliseconds(5)});
  Code code;
  watchdog.begin(code);
  EXPECT_TRUE(code.spin([&] { return code.killed.load(); }));
  watchdog.end();
  EXPECT_GT(code.preempted, 0);
}

TEST(Watchdog, LeavesShortRunsAlone) {
  Watchdog watchdog({.slice = std::chrono::hours(1), .patience = std::chrono::hours(1)});
  Code code;
  for (int i = 0; i < 1000; ++i) {
    watchdog.begin(code);
    watchdog.end();
  }
  EXPECT_EQ(code.preempted, 0);
}

// What has ended is never touched again, whenever that was.
TEST(Watchdog, IsAwakeAgainAfterAPause) {
  Watchdog watchdog({.slice = milliseconds(1), .patience = std::chrono::hours(1)});
  for (int i = 0; i < 5; ++i) {
    {
      Code code;
      watchdog.begin(code);
      EXPECT_TRUE(code.spin([&] { return code.preempted > 0; }));
      watchdog.end();
    }
    std::this_thread::sleep_for(milliseconds(5));
  }
}

}  // namespace
}  // namespace tappet::wasi
