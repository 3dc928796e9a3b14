// Keeps an eye on the code that a thread runs for others: what does not stop by itself is asked to,
// and what does not obey is made to.
#pragma once

#include <pthread.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <ctime>
#include <mutex>
#include <optional>
#include <thread>

namespace tappet::wasi {

// Code that can be stopped from outside. Both functions are called by the watchdog's thread, only
// between begin() and end().
class Interruptible {
 public:
  virtual ~Interruptible() = default;
  // To leave at the next occasion, and be resumed later.
  virtual void preempt() = 0;
  // To end for good.
  virtual void kill() = 0;
};

struct WatchdogOptions {
  // Code that runs longer is preempted; it has run at most twice as long then.
  std::chrono::nanoseconds slice = std::chrono::milliseconds(5);
  // Code that goes on for so long after the first request is killed: it is in the middle of
  // something that cannot be left and resumed. Time of the processor, so that a busy machine
  // is not held against it.
  std::chrono::nanoseconds patience = kPatience;

  // Filling 256 MiB that were never touched takes 100 ms and cannot be left; a busy host of virtual
  // machines makes it several times that, and so do sanitizers.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static constexpr std::chrono::milliseconds kPatience{2000};
#else
  static constexpr std::chrono::milliseconds kPatience{500};
#endif
};

// Watches the thread that made it, on a thread of its own that sleeps while nothing runs.
// begin() and end() are for the watched thread and cost two uncontended locks.
class Watchdog {
 public:
  explicit Watchdog(const WatchdogOptions& options = {});
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Not nested. `code` is watched until end().
  void begin(Interruptible& code);
  void end();
  // Has later slices be so long.
  void set_slice(std::chrono::nanoseconds slice);

 private:
  void watch();
  // With the lock held: one look at what runs.
  void look();
  std::chrono::nanoseconds processor_time() const;

  WatchdogOptions options_;
  clockid_t processor_clock_;
  std::mutex mutex_;
  std::condition_variable wake_;
  Interruptible* running_ = nullptr;
  uint64_t run_ = 0;       // counts calls of begin()
  uint64_t seen_run_ = 0;  // at the last look
  std::optional<std::chrono::nanoseconds> asked_at_;
  bool asleep_ = false;
  bool stop_ = false;
  std::thread thread_;  // last: uses the above
};

}  // namespace tappet::wasi
