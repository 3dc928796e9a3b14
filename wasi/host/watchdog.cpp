#include "wasi/host/watchdog.h"

namespace tappet::wasi {

Watchdog::Watchdog(const WatchdogOptions& options) : options_(options) {
  if (pthread_getcpuclockid(pthread_self(), &processor_clock_) != 0) {
    processor_clock_ = CLOCK_MONOTONIC;
  }
  thread_ = std::thread([this] { watch(); });
}

Watchdog::~Watchdog() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void Watchdog::begin(Interruptible& code) {
  bool asleep = false;
  {
    const std::lock_guard lock(mutex_);
    running_ = &code;
    ++run_;
    asleep = asleep_;
  }
  if (asleep) wake_.notify_one();
}

void Watchdog::end() {
  const std::lock_guard lock(mutex_);
  running_ = nullptr;
}

void Watchdog::set_slice(std::chrono::nanoseconds slice) {
  const std::lock_guard lock(mutex_);
  options_.slice = slice;
}

// Looks once per slice while there are runs, so that whatever is seen twice has run for a slice.
void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  while (!stop_) {
    if (running_ == nullptr && run_ == seen_run_) {
      asleep_ = true;
      wake_.wait(lock, [this] { return stop_ || run_ != seen_run_; });
      asleep_ = false;
    }
    look();
    wake_.wait_for(lock, options_.slice, [this] { return stop_; });
  }
}

void Watchdog::look() {
  if (running_ == nullptr || run_ != seen_run_) {
    seen_run_ = run_;
    asked_at_.reset();
    return;
  }
  if (asked_at_ && processor_time() - *asked_at_ > options_.patience) {
    running_->kill();
    return;
  }
  if (!asked_at_) asked_at_ = processor_time();
  // Every time: a request may be swallowed by a nested call that cannot be left.
  running_->preempt();
}

std::chrono::nanoseconds Watchdog::processor_time() const {
  timespec time{};
  clock_gettime(processor_clock_, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace tappet::wasi
