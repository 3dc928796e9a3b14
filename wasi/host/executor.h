// Shares a loop's thread among guests: each runs until it waits, ends, or has used up its time
// slice, and the loop polls for events in between.
#pragma once

#include <cstdint>

#include "net/loop/loop.h"
#include "wasi/host/watchdog.h"

namespace tappet::wasi {

class Executor;

// Guest code with something to do now and then. Loop thread only, except for what Interruptible
// says.
class Scheduled : public Interruptible {
 public:
  enum class Next : uint8_t {
    kWait,   // until schedule()
    kAgain,  // preempted: goes behind everything that has just become ready
    kDone,   // it has ended: done() is next
  };

  explicit Scheduled(Executor& executor) : executor_(executor) {}
  ~Scheduled() override;
  Scheduled(const Scheduled&) = delete;
  Scheduled& operator=(const Scheduled&) = delete;

  // Has run() called in a later turn of the loop, once; costs little if that is so already.
  void schedule();

 protected:
  // Runs guest code. May schedule and destroy others, but not this.
  virtual Next run() = 0;
  // Follows a run() that returned kDone. May destroy this.
  virtual void done() = 0;

 private:
  friend class Executor;
  enum class Place : uint8_t { kNowhere, kReady, kPreempted };
  Executor& executor_;
  Scheduled* previous_ = nullptr;
  Scheduled* next_ = nullptr;
  Place place_ = Place::kNowhere;
};

// Outlives what it runs. Loop thread only.
class Executor {
 public:
  explicit Executor(net::Loop& loop, const WatchdogOptions& options = {});
  ~Executor();
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  net::Loop& loop() { return loop_; }

 private:
  friend class Scheduled;
  struct Queue {
    Scheduled* first = nullptr;
    Scheduled* last = nullptr;
  };

  Queue& queue(Scheduled::Place place) {
    return place == Scheduled::Place::kReady ? ready_ : preempted_;
  }
  void append(Scheduled& guest, Scheduled::Place place);
  void remove(Scheduled& guest);
  Scheduled* take_first(Queue& queue);
  // What the loop calls each turn while there is something to run.
  void round();
  void run(Scheduled& guest);

  net::Loop& loop_;
  Waker turn_;
  Queue ready_;
  Queue preempted_;
  Watchdog watchdog_;
};

}  // namespace tappet::wasi
