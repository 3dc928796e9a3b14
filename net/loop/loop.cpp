// One turn = one uv_run. Timers live in our own heap, because a uv_timer_t cannot be destroyed
// synchronously, counts milliseconds and knows only the system's clock; a single uv timer bounds
// the sleep.
#include "net/loop/loop.h"

#include <uv.h>

#include <algorithm>

namespace tappet::net {
namespace {

// libuv cannot sleep longer than an int of milliseconds; waking up early is harmless.
constexpr uint64_t kLongestSleepMs = 1'000'000'000;

uint64_t to_milliseconds(uint64_t ns) {
  return std::min(ns / kMillisecond + (ns % kMillisecond != 0), kLongestSleepMs);
}

}  // namespace

struct Loop::Handles {
  uv_async_t posted;
  uv_timer_t sleep;
  uint64_t sleep_until = kNever;
};

Result<std::unique_ptr<Loop>> Loop::create(Clock* clock) {
  std::unique_ptr<Loop> loop(new Loop(clock));
  auto uv = std::make_unique<uv_loop_t>();
  if (const int error = uv_loop_init(uv.get()); error != 0) {
    return fail(ErrorKind::kResource,
                std::string("cannot make an event loop: ") + uv_strerror(error));
  }
  loop->uv_ = std::move(uv);
  auto handles = std::make_unique<Handles>();
  const int error = uv_async_init(loop->raw(), &handles->posted, [](uv_async_t* handle) {
    static_cast<Loop*>(handle->data)->run_posted();
  });
  if (error != 0) {
    return fail(ErrorKind::kResource,
                std::string("cannot make an event loop: ") + uv_strerror(error));
  }
  uv_timer_init(loop->raw(), &handles->sleep);
  handles->posted.data = loop.get();
  loop->handles_ = std::move(handles);
  return loop;
}

Loop::Loop(Clock* clock)
    : clock_(clock != nullptr ? clock : &system_clock_),
      read_buffer_(new uint8_t[kReadBufferBytes]) {}

Loop::~Loop() {
  for (Timer* timer : timers_) timer->index_ = Timer::kNotArmed;
  if (!uv_) return;
  if (handles_) {
    uv_close(reinterpret_cast<uv_handle_t*>(&handles_->posted), nullptr);
    uv_close(reinterpret_cast<uv_handle_t*>(&handles_->sleep), nullptr);
  }
  while (uv_run(raw(), UV_RUN_DEFAULT) != 0) {
  }
  uv_loop_close(raw());
}

void Loop::run() {
  stopped_ = false;
  while (!stopped_) turn(Wait::kForEvent);
}

void Loop::turn(Wait wait) {
  const bool sleep = wait == Wait::kForEvent && soon_.empty();
  if (sleep) arm_sleep();
  uv_run(raw(), sleep ? UV_RUN_ONCE : UV_RUN_NOWAIT);
  fire_timers();
  if (!soon_.empty()) soon_.wake_all();
}

// The uv timer is left alone when it already rings at the right time, the usual case. libuv looks
// at its timers before it sleeps: one that is due by then must end the turn, or nothing does.
void Loop::arm_sleep() {
  const uint64_t until = timers_.empty() ? kNever : timers_.front()->armed_at_;
  if (until == handles_->sleep_until) return;
  handles_->sleep_until = until;
  if (until == kNever) {
    uv_timer_stop(&handles_->sleep);
    return;
  }
  const uint64_t current = now();
  const uint64_t ms = until > current ? to_milliseconds(until - current) : 0;
  uv_update_time(raw());
  uv_timer_start(
      &handles_->sleep,
      [](uv_timer_t* timer) {
        static_cast<Handles*>(timer->data)->sleep_until = kNever;
        uv_stop(timer->loop);
      },
      ms, 0);
  handles_->sleep.data = handles_.get();
}

void Loop::post(std::function<void()> call) {
  const std::lock_guard lock(posted_mutex_);
  posted_.push_back(std::move(call));
  uv_async_send(&handles_->posted);
}

void Loop::run_posted() {
  std::vector<std::function<void()>> calls;
  {
    const std::lock_guard lock(posted_mutex_);
    calls.swap(posted_);
  }
  for (const auto& call : calls) call();
}

// A round looks at no more timers than there were at its start, so one that re-arms itself with no
// delay cannot hold the loop. The callback is moved out for the call: it may destroy its timer.
void Loop::fire_timers() {
  if (timers_.empty()) return;
  const uint64_t current = now();
  size_t budget = timers_.size();
  while (budget-- > 0 && !timers_.empty() && timers_.front()->armed_at_ <= current) {
    Timer& timer = *timers_.front();
    remove(timer);
    if (timer.deadline_ > current) {
      timer.set(timer.deadline_);
      continue;
    }
    timer.deadline_ = kNever;
    firing_ = &timer;
    auto on_due = std::move(timer.on_due_);
    on_due();
    if (firing_ != nullptr) timer.on_due_ = std::move(on_due);
    firing_ = nullptr;
  }
}

void Loop::insert(Timer& timer) {
  timer.index_ = timers_.size();
  timers_.push_back(&timer);
  sift(timer.index_);
}

void Loop::remove(Timer& timer) {
  const size_t hole = timer.index_;
  timer.index_ = Timer::kNotArmed;
  Timer* last = timers_.back();
  timers_.pop_back();
  if (last == &timer) return;
  timers_[hole] = last;
  last->index_ = hole;
  sift(hole);
}

// Moves the timer at `index` up or down until the heap is in order again.
void Loop::sift(size_t index) {
  auto swap = [this](size_t a, size_t b) {
    std::swap(timers_[a], timers_[b]);
    timers_[a]->index_ = a;
    timers_[b]->index_ = b;
  };
  auto before = [this](size_t a, size_t b) {
    return timers_[a]->armed_at_ < timers_[b]->armed_at_;
  };
  while (index > 0 && before(index, (index - 1) / 2)) {
    swap(index, (index - 1) / 2);
    index = (index - 1) / 2;
  }
  for (;;) {
    size_t least = index;
    for (size_t child = 2 * index + 1; child <= 2 * index + 2 && child < timers_.size(); ++child) {
      if (before(child, least)) least = child;
    }
    if (least == index) return;
    swap(index, least);
    index = least;
  }
}

Timer::~Timer() {
  if (loop_.firing_ == this) loop_.firing_ = nullptr;
  if (index_ != kNotArmed) loop_.remove(*this);
}

void Timer::set(uint64_t deadline_ns) {
  deadline_ = deadline_ns;
  if (deadline_ns == kNever) return;
  if (index_ == kNotArmed) {
    armed_at_ = deadline_ns;
    loop_.insert(*this);
  } else if (deadline_ns < armed_at_) {
    armed_at_ = deadline_ns;
    loop_.sift(index_);
  }
}

}  // namespace tappet::net
