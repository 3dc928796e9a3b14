// The event loop: one thread, one libuv loop, and everything of net/ that belongs to them.
//
// A turn polls the operating system, fires due timers, then wakes whoever asked for soon(). Every
// object made with a Loop is used on the loop's thread only, and is destroyed before the loop; the
// one exception is post(). There are no locks elsewhere and no atomics.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "interp/base/ready.h"
#include "interp/base/result.h"
#include "net/loop/clock.h"

struct uv_loop_s;

namespace tappet::net {

class Timer;

class Loop {
 public:
  // With clock = nullptr the loop uses the system's. A clock handed in must outlive the loop.
  // Fails when the process is out of descriptors or memory.
  static Result<std::unique_ptr<Loop>> create(Clock* clock = nullptr);
  // Waits for what cannot be cancelled (name look-ups under way), then releases everything. Pending
  // posts are dropped without being called.
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Turns until stop() is called; sleeps while nothing is due. Not re-entrant.
  void run();
  // Ends run() after the current turn. Loop thread only; elsewhere post() a call of it.
  void stop() { stopped_ = true; }
  enum class Wait : uint8_t { kNone, kForEvent };
  // One turn. kForEvent may sleep until something happens; kNone never does.
  void turn(Wait wait);

  // Calls `call` on the loop's thread during a later turn. Any thread; wakes a sleeping loop.
  void post(std::function<void()> call);

  // Woken at the end of this turn, or of the next when called from a waker of this very list. The
  // loop does not sleep while someone is registered, and still polls between two rounds: this is
  // how a scheduler of guests with work left asks to be called every turn without starving I/O.
  WakeList& soon() { return soon_; }

  Clock& clock() { return *clock_; }
  uint64_t now() { return clock_->monotonic_ns(); }

  // For the other classes of net/. read_buffer() is one 64 KiB buffer for whoever is just reading:
  // its contents last until the reader returns to the loop.
  uv_loop_s* raw() { return uv_.get(); }
  std::span<uint8_t> read_buffer() { return {read_buffer_.get(), kReadBufferBytes}; }

 private:
  friend class Timer;
  static constexpr size_t kReadBufferBytes = 64 * 1024;
  struct Handles;

  explicit Loop(Clock* clock);
  void insert(Timer& timer);
  void remove(Timer& timer);
  void sift(size_t index);
  void fire_timers();
  void run_posted();
  void arm_sleep();

  SystemClock system_clock_;
  Clock* clock_;
  std::unique_ptr<uv_loop_s> uv_;
  std::unique_ptr<Handles> handles_;
  std::unique_ptr<uint8_t[]> read_buffer_;
  WakeList soon_;
  std::vector<Timer*> timers_;  // a binary heap by Timer::armed_at_
  Timer* firing_ = nullptr;     // whose callback runs; cleared if it is destroyed meanwhile
  bool stopped_ = false;
  std::mutex posted_mutex_;
  std::vector<std::function<void()>> posted_;
};

// Calls back once when its deadline has passed. Moving a deadline into the future costs a store:
// the loop's heap is touched only when the old deadline comes, so a timer that is pushed back by
// every request is nearly free. May be destroyed anywhere, also by its own callback.
class Timer {
 public:
  Timer(Loop& loop, std::function<void()> on_due) : loop_(loop), on_due_(std::move(on_due)) {}
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // Absolute, in the loop's monotonic nanoseconds; kNever means not at all.
  void set(uint64_t deadline_ns);
  void set_after(uint64_t ns) { set(saturating_add(loop_.now(), ns)); }
  void clear() { deadline_ = kNever; }
  bool pending() const { return deadline_ != kNever; }
  uint64_t deadline() const { return deadline_; }

 private:
  friend class Loop;
  static constexpr size_t kNotArmed = SIZE_MAX;
  Loop& loop_;
  std::function<void()> on_due_;
  uint64_t deadline_ = kNever;
  uint64_t armed_at_ = kNever;  // when the loop looks at it: at or before deadline_
  size_t index_ = kNotArmed;    // in Loop::timers_
};

}  // namespace tappet::net
