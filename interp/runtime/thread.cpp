#include "interp/runtime/thread.h"

#include <algorithm>
#include <cstdlib>

#include "interp/runtime/shared_memory.h"

namespace tappet {

Thread::Thread(Store& store, uint64_t first_slots)
    : store_(store), first_slots_(first_slots), next_(store.threads_), at_(&store.threads_) {
  *at_ = this;
  if (next_ != nullptr) next_->at_ = &next_;
}

Thread::~Thread() {
  *at_ = next_;
  if (next_ != nullptr) next_->at_ = at_;
  // Continuations may hold what lives on this stack only by offset; they go first all the same.
  side_frames_.clear();
}

bool Thread::grow(uint64_t needed) {
  const uint64_t most = store_.limits().stack_bytes / sizeof(uint64_t);
  if (needed > most) return false;
  const uint64_t capacity = std::min(std::max({needed, capacity_ * 2, first_slots_}), most);
  void* block = std::realloc(stack_.get(), capacity * sizeof(uint64_t));
  if (block == nullptr) return false;
  stack_.release();  // NOLINT(bugprone-unused-return-value): realloc took it over
  stack_.reset(static_cast<uint64_t*>(block));
  capacity_ = capacity;
  return true;
}

uint64_t HostCall::arg(size_t slot) const { return thread_->stack_.get()[base_ + slot]; }

std::span<const uint64_t> HostCall::args(size_t count) const {
  return {thread_->stack_.get() + base_, count};
}

void HostCall::set_result(size_t slot, uint64_t value) {
  thread_->stack_.get()[base_ + slot] = value;
}

uint64_t HostCall::callee_result(size_t slot) const {
  return thread_->stack_.get()[callee_base_ + slot];
}

HostOutcome HostCall::trap(TrapKind kind, std::string message) {
  Trap& trap = trap_.emplace();
  trap.kind = kind;
  trap.message = message.empty() ? std::string(to_string(kind)) : std::move(message);
  return HostOutcome::kTrap;
}

HostOutcome HostCall::exit(int32_t code) {
  trap(TrapKind::kExit, {});
  trap_->exit_code = code;
  return HostOutcome::kTrap;
}

HostOutcome HostCall::suspend(std::unique_ptr<HostContinuation> continuation) {
  continuation_ = std::move(continuation);
  return HostOutcome::kSuspend;
}

CallShape call_shape(const FuncType& type) {
  return {&type, slots_of(type.params), slots_of(type.results)};
}

uint32_t slots_of(std::span<const ValueType> types) {
  uint32_t slots = 0;
  for (const ValueType type : types) slots += type.slots();
  return slots;
}

}  // namespace tappet
