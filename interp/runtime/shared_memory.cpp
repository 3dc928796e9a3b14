// Waiting happens under a lock of the memory, so that no notification falls between looking at the
// value and joining the queue. Who leaves the queue, and why, is decided under that lock too: a
// waiter is notified or times out, never both, and nothing else ends its wait.
#include "interp/runtime/shared_memory.h"

#include <algorithm>

namespace tappet {
namespace {

// A duration beyond what the clock can count to is for ever.
std::chrono::steady_clock::time_point deadline_after(int64_t timeout) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point now = Clock::now();
  const std::chrono::nanoseconds duration(timeout);
  if (timeout < 0 || duration > Clock::time_point::max() - now) return Clock::time_point::max();
  return now + duration;
}

}  // namespace

SharedMemory::SharedMemory(const MemoryType& type, MemoryStrategy strategy, uint64_t max_bytes)
    : type_(type),
      strategy_(strategy),
      max_bytes_(max_bytes),
      reservation_(strategy == MemoryStrategy::kGuard ? kGuardedBytes : max_bytes) {}

Result<std::shared_ptr<SharedMemory>> SharedMemory::create(const MemoryType& type,
                                                           MemoryStrategy strategy,
                                                           uint64_t max_bytes,
                                                           const MemoryImage* image) {
  const uint64_t bytes = type.limits.min << type.page_size_log2;
  auto memory = std::shared_ptr<SharedMemory>(new SharedMemory(type, strategy, max_bytes));
  const Reservation& space = memory->reservation_;
  if (space.base() == nullptr || !space.commit(0, bytes) ||
      (image != nullptr && !image->map_at(space.base()))) {
    return fail(ErrorKind::kResource, "no address space or memory left for a shared memory");
  }
  set_memory_size(space.base(), bytes);
  return memory;
}

int64_t SharedMemory::grow(uint64_t delta_pages, uint64_t max_bytes) {
  const std::lock_guard lock(growing_);
  const uint64_t old = memory_size(base());
  const uint64_t pages = old >> type_.page_size_log2;
  const uint64_t cap = std::min(max_bytes, max_bytes_) >> type_.page_size_log2;
  // Another store may have grown it beyond this one's limit: that much is there to be seen.
  if (delta_pages == 0) return static_cast<int64_t>(pages);
  if (delta_pages > cap || pages > cap - delta_pages) return -1;
  const uint64_t bytes = (pages + delta_pages) << type_.page_size_log2;
  if (!reservation_.commit(old, bytes)) return -1;
  set_memory_size(base(), bytes);
  return static_cast<int64_t>(pages);
}

uint32_t SharedMemory::notify(uint64_t address, uint32_t count) {
  const std::lock_guard lock(waiting_);
  uint32_t woken = 0;
  while (woken < count) {
    const auto first = waiters_.lower_bound(address);
    if (first == waiters_.end() || first->first != address) break;
    Waiter& waiter = *first->second;
    waiter.state_ = Waiter::State::kNotified;
    // Under the lock: once it is free, the waiter may be gone.
    waiter.news_.notify_one();
    waiters_.erase(first);
    ++woken;
  }
  return woken;
}

Waiter::Waiter(std::shared_ptr<SharedMemory> memory, int64_t timeout)
    : memory_(std::move(memory)), deadline_(deadline_after(timeout)) {}

template <class T>
std::unique_ptr<Waiter> Waiter::join(std::shared_ptr<SharedMemory> memory, uint64_t address,
                                     T expected, int64_t timeout) {
  const T* const at = reinterpret_cast<const T*>(memory->base() + address);
  auto waiter = std::unique_ptr<Waiter>(new Waiter(std::move(memory), timeout));
  SharedMemory& where = *waiter->memory_;
  {
    const std::lock_guard lock(where.waiting_);
    if (__atomic_load_n(at, __ATOMIC_SEQ_CST) == expected) {
      waiter->place_ = where.waiters_.emplace(address, waiter.get());
      waiter->state_ = State::kWaiting;
      return waiter;
    }
  }
  return nullptr;
}

template std::unique_ptr<Waiter> Waiter::join(std::shared_ptr<SharedMemory>, uint64_t, uint32_t,
                                              int64_t);
template std::unique_ptr<Waiter> Waiter::join(std::shared_ptr<SharedMemory>, uint64_t, uint64_t,
                                              int64_t);

Waiter::~Waiter() {
  const std::lock_guard lock(memory_->waiting_);
  if (state_ == State::kWaiting) memory_->waiters_.erase(place_);
}

Waiter::State Waiter::wait(std::chrono::nanoseconds most) {
  std::unique_lock lock(memory_->waiting_);
  news_.wait_until(lock, std::min(deadline_, Clock::now() + most),
                   [&] { return state_ != State::kWaiting; });
  if (state_ == State::kWaiting && Clock::now() >= deadline_) {
    memory_->waiters_.erase(place_);
    state_ = State::kTimedOut;
  }
  return state_;
}

}  // namespace tappet
