// Shared linear memories and those who wait in them (threads proposal): what lies outside of
// stores, because several of them, on several OS threads, use it at once. Guests get at it through
// a Memory of their store.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>

#include "interp/runtime/memory.h"

namespace tappet {

class Waiter;

// Any thread may call everything here. Lives as long as any store has a view of it.
class SharedMemory {
 public:
  // As Memory::create. The address space for all that the memory may grow to is reserved at once.
  static Result<std::shared_ptr<SharedMemory>> create(const MemoryType& type,
                                                      MemoryStrategy strategy, uint64_t max_bytes,
                                                      const MemoryImage* image);
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;

  const MemoryType& type() const { return type_; }
  MemoryStrategy strategy() const { return strategy_; }
  // Never changes; memory_size() of it does.
  uint8_t* base() const { return reservation_.base(); }
  uint64_t reserved() const { return reservation_.size(); }

  // As Memory::grow, but not beyond `max_bytes`, the limit of the store that asks.
  int64_t grow(uint64_t delta_pages, uint64_t max_bytes);

  // Wakes up to `count` of those who wait at `address`, the first to come first; how many it were.
  uint32_t notify(uint64_t address, uint32_t count);

 private:
  friend class Waiter;

  SharedMemory(const MemoryType& type, MemoryStrategy strategy, uint64_t max_bytes);

  const MemoryType type_;
  const MemoryStrategy strategy_;
  const uint64_t max_bytes_;
  Reservation reservation_;
  std::mutex growing_;
  std::mutex waiting_;  // guards waiters_ and what is in them
  // By address; those of one address in the order in which they came.
  std::multimap<uint64_t, Waiter*> waiters_;
};

// A place in the queue of those who wait at an address, from its making until it is notified, times
// out or is destroyed. It keeps its memory alive. Not used by two threads at once.
class Waiter {
 public:
  // Null if the value at `address` is not `expected`: one step with the joining, as seen by
  // notify. `address` is in bounds and aligned; `timeout` in nanoseconds, negative: for ever.
  template <class T>
  static std::unique_ptr<Waiter> join(std::shared_ptr<SharedMemory> memory, uint64_t address,
                                      T expected, int64_t timeout);
  ~Waiter();
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  enum class State : uint8_t { kWaiting, kNotified, kTimedOut };
  // Blocks the OS thread until there is news, but hardly longer than `most`.
  State wait(std::chrono::nanoseconds most);

 private:
  friend class SharedMemory;
  using Clock = std::chrono::steady_clock;

  Waiter(std::shared_ptr<SharedMemory> memory, int64_t timeout);

  std::shared_ptr<SharedMemory> memory_;
  Clock::time_point deadline_;
  State state_ = State::kTimedOut;                    // until it has joined
  std::multimap<uint64_t, Waiter*>::iterator place_;  // while kWaiting
  std::condition_variable news_;
};

}  // namespace tappet
