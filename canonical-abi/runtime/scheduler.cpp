#include "canonical-abi/runtime/scheduler.h"

#include <algorithm>

#include "canonical-abi/runtime/component_store.h"
#include "canonical-abi/runtime/scalar_call.h"
#include "canonical-abi/runtime/take_out.h"
#include "canonical-abi/runtime/waitable.h"

namespace tappet::component {
namespace {

constexpr auto kDeadlock = "deadlock detected: event loop cannot make further progress";
constexpr auto kCannotBlock = "cannot block a synchronous task before returning";

// So many fibers are kept for reuse, unless their stacks have grown large.
constexpr size_t kIdleFibers = 64;
constexpr uint64_t kSlotsOfFirstFiber = 120;
constexpr uint64_t kIdleStackBytes = uint64_t{16} << 10;

const tappet::FuncType kNothing;

}  // namespace

Nest::Nest(Scheduler& scheduler, std::shared_ptr<Origin> origin)
    : scheduler_(scheduler),
      origin_(std::move(origin)),
      resumptions_(1),
      waker_([this] { wake(); }) {}

void Nest::wake() {
  if (!woken_) woken_ = scheduler_.woken_.insert(scheduler_.woken_.end(), this);
  scheduler_.notify(origin_);
}

// It is running, or gone.
void Nest::forget_wake() {
  if (woken_) scheduler_.woken_.erase(*woken_);
  woken_.reset();
}

Scheduler::Scheduler(ComponentStore& store) : store_(store) {
  entry_host_.invoke = [this](HostCall& call) { return current_->begin(call); };
  entry_.host = &entry_host_;
  entry_.shape = {&kNothing, 0, 0};
}

Scheduler::~Scheduler() { abandon(); }

// Fibers first: what their host functions hold refers to tasks.
void Scheduler::abandon() {
  assert(depth_ == 0);
  nests_.clear();
  interrupted_.clear();
  idle_fibers_.clear();
  fibers_.clear();
  while (tasks_ != nullptr) {
    const std::shared_ptr<GuestTask> task = tasks_->shared_from_this();
    remove_task(*task);
    task->abandon();
  }
}

// --- Blocking

HostOutcome Scheduler::block(HostCall& call, Request request, GuestThread* other,
                             std::unique_ptr<HostContinuation> then) {
  current();
  request_ = request;
  requested_ = other;
  return call.suspend(std::move(then));
}

HostOutcome Scheduler::wait_for_host(HostCall& call, std::unique_ptr<HostContinuation> then) {
  request_ = Request::kNone;
  return call.suspend(std::move(then));
}

bool Scheduler::may_block() {
  current();
  const auto& resumptions = running_->resumptions_;
  const GuestTask* const callee = resumptions[resumptions.size() - 2].sync_callee;
  return callee == nullptr || candidate(callee->inst()) != nullptr;
}

// As the reference words it: there is nothing to wait for, or there is something that may not run.
const char* Scheduler::cannot_block() const { return ready_.empty() ? kCannotBlock : kDeadlock; }

void Scheduler::begin_sync_call(GuestTask& task) {
  auto& resumptions = running_->resumptions_;
  GuestThread& thread = task.implicit_thread();
  task.level = static_cast<uint32_t>(resumptions.size() - 1);
  resumptions.back().sync_callee = &task;
  thread.fiber = resumptions.back().thread->fiber;
  thread.running = true;
  resumptions.push_back({&thread, nullptr});
  current_ = &thread;
}

// Whoever resumed the thread last has nothing more to do for it.
void Scheduler::end_sync_call(GuestTask& task) {
  auto& resumptions = running_->resumptions_;
  resumptions.resize(task.level + 1);
  resumptions.back().sync_callee = nullptr;
  task.implicit_thread().fiber = nullptr;
  task.implicit_thread().running = false;
  current_ = resumptions.back().thread;
}

void Scheduler::make_scalar_tasks() {
  ScalarCall* outermost = nullptr;
  for (ScalarCall* call = std::exchange(running_->scalar_call_, nullptr); call != nullptr;) {
    ScalarCall* const around = std::exchange(call->around, outermost);
    outermost = std::exchange(call, around);
  }
  while (outermost != nullptr) {
    ScalarCall& call = *outermost;
    outermost = std::exchange(call.around, nullptr);
    begin_sync_call(GuestTask::begin_scalar(call.func(), current_->task->origin()));
  }
}

void Scheduler::end_scalar_task() {
  GuestTask& task = *current_->task;
  end_sync_call(task);
  task.end_scalar();
}

GuestThread* Scheduler::begin_realloc() {
  current();
  realloc_thread_.storage[0] = realloc_thread_.storage[1] = 0;
  return std::exchange(current_, &realloc_thread_);
}

// --- Waiting

void Scheduler::start_waiting(GuestThread& thread, WaitFor what, void* on, bool cancellable) {
  assert(thread.waits_for == WaitFor::kNothing && thread.list == nullptr);
  thread.waits_for = what;
  thread.on = on;
  thread.cancellable = cancellable;
  if (what == WaitFor::kTurn || thread.ready()) {
    ready_.push_back(thread);
  } else {
    park(thread);
  }
}

void Scheduler::start_host_wait(GuestThread& thread) {
  thread.waits_for = WaitFor::kHost;
  ++host_waits_;
}

void Scheduler::start_host_job(GuestThread& thread, const std::shared_ptr<Origin>& origin) {
  start_waiting(thread, WaitFor::kTurn, nullptr, false);
  notify(origin);
}

std::shared_ptr<Origin> Scheduler::origin() const {
  if (depth_ == 0 || current_ == nullptr || current_->task == nullptr) return nullptr;
  return current_->task->origin();
}

// Where it is found when what it lacks comes.
void Scheduler::park(GuestThread& thread) {
  switch (thread.waits_for) {
    case WaitFor::kEntry:
      return thread.inst->entry_waiters[thread.task->needs_exclusive()].push_back(thread);
    case WaitFor::kExclusive:
      return thread.inst->exclusive_waiters.push_back(thread);
    case WaitFor::kSetExclusive:
      if (static_cast<WaitableSet*>(thread.on)->has_pending_event()) {
        return thread.inst->exclusive_waiters.push_back(thread);
      }
      return static_cast<WaitableSet*>(thread.on)->waiters.push_back(thread);
    case WaitFor::kSet:
      return static_cast<WaitableSet*>(thread.on)->waiters.push_back(thread);
    default:
      return;
  }
}

void Scheduler::signal(GuestThread& thread) {
  if (thread.waits_for == WaitFor::kNothing || thread.list == &ready_) return;
  thread.unlink();
  ready_.push_back(thread);
  if (thread.task != nullptr) store_.made_ready(thread.task->origin());
}

void Scheduler::wake_instance(ComponentInstance& inst) {
  if (inst.exclusive_thread == nullptr && !inst.exclusive_waiters.empty()) {
    signal(*inst.exclusive_waiters.first());
  }
  for (ThreadList& waiters : inst.entry_waiters) {
    if (!waiters.empty() && waiters.first()->ready()) signal(*waiters.first());
  }
}

void Scheduler::notify(const std::shared_ptr<Origin>& origin) { store_.wake(origin); }

void Scheduler::make_running(GuestThread& thread, bool cancelled) {
  thread.unlink();
  thread.waits_for = WaitFor::kNothing;
  thread.cancellable = false;
  thread.cancelled = cancelled;
  thread.running = true;
}

// A thread that could help a call of synchronous type along: of its instance, and none that would
// run exclusively.
GuestThread* Scheduler::candidate(const ComponentInstance& inst) const {
  for (GuestThread* t = ready_.first(); t != nullptr; t = t->next()) {
    if (t->inst != &inst || t->task == nullptr || t->index == 0 || !t->ready()) continue;
    if (t->task->needs_exclusive() && t == &t->task->implicit_thread()) continue;
    return t;
  }
  return nullptr;
}

// --- Running

Nest& Scheduler::start(GuestThread& thread, GuestTask* sync_task, ComponentInstance* inst,
                       uint32_t levels, std::shared_ptr<Origin> origin) {
  Nest& nest = *nests_.emplace_back(std::make_unique<Nest>(*this, std::move(origin)));
  nest.place_ = nests_.size() - 1;
  nest.entered_ = inst;
  nest.levels_ = levels;
  nest.resumptions_[0].sync_callee = sync_task;
  nest.resumptions_.push_back({&thread, nullptr});
  make_running(thread, thread.cancelled);
  return nest;
}

Outcome Scheduler::run(Nest& nest) {
  nest.forget_wake();
  if (std::exchange(nest.parked_, false)) --host_waits_;
  std::erase(interrupted_, &nest);
  Nest* const outer = std::exchange(running_, &nest);
  GuestThread* const outer_thread = current_;
  ++depth_;
  const Outcome outcome = run_resumptions(nest);
  --depth_;
  running_ = outer;
  current_ = outer_thread;
  if (outcome == Outcome::kReturned) end(nest);
  if (outcome == Outcome::kSuspended) {
    nest.parked_ = true;
    ++host_waits_;
  }
  if (outcome == Outcome::kInterrupted) interrupted_.push_back(&nest);
  if (outcome == Outcome::kTrapped) store_.poison();
  return outcome;
}

Outcome Scheduler::run_resumptions(Nest& nest) {
  while (find_next(nest)) {
    const Outcome outcome = run_fiber(*nest.resumptions_.back().thread);
    if (outcome == Outcome::kReturned) {
      fiber_returned(nest);
    } else if (outcome == Outcome::kSuspended) {
      if (!fiber_suspended(nest)) return outcome;
    } else {
      if (outcome == Outcome::kTrapped) {
        trap_ = nest.resumptions_.back().thread->fiber->thread.take_trap();
      }
      return outcome;
    }
  }
  return Outcome::kReturned;
}

// False: all is done. Where a call of synchronous type has blocked, somebody else of its instance
// is resumed, or its thread to a trap.
bool Scheduler::find_next(Nest& nest) {
  const GuestTask* const blocked = nest.resumptions_.back().sync_callee;
  if (blocked == nullptr) return nest.resumptions_.size() > 1;
  GuestThread* thread = candidate(blocked->inst());
  if (thread == nullptr) {
    thread = &nest.resumptions_.back().sync_callee->implicit_thread();
    thread->doom = cannot_block();
  }
  nest.resumptions_.push_back({thread, nullptr});
  make_running(*thread);
  return true;
}

Outcome Scheduler::run_fiber(GuestThread& thread) {
  current_ = &thread;
  if (thread.fiber == nullptr) {
    if (idle_fibers_.empty()) {
      // Most stores have one, which then works; hundred thousands of others wait.
      const uint64_t first_slots = fibers_.empty() ? kSlotsOfFirstFiber : Thread::kFirstSlots;
      Fiber& fiber = *fibers_.emplace_back(std::make_unique<Fiber>(store_.core(), first_slots));
      fiber.place = fibers_.size() - 1;
      idle_fibers_.push_back(&fiber);
    }
    thread.fiber = idle_fibers_.back();
    idle_fibers_.pop_back();
    thread.fiber->thread.start(entry_, {});
  }
  request_ = Request::kNone;
  return tappet::run(thread.fiber->thread);
}

// Its thread has ended, or waits without it.
void Scheduler::fiber_returned(Nest& nest) {
  GuestThread& thread = *nest.resumptions_.back().thread;
  give_back(std::exchange(thread.fiber, nullptr));
  thread.running = false;
  GuestTask* const task = thread.task;
  if (task != nullptr && !task->is_async() && &thread == &task->implicit_thread()) {
    end_sync_call(*task);
  } else {
    nest.resumptions_.pop_back();
  }
  if (!thread.waiting()) thread.ended();
}

// False: the nest waits for the host.
bool Scheduler::fiber_suspended(Nest& nest) {
  Nest::Resumption& top = nest.resumptions_.back();
  switch (std::exchange(request_, Request::kNone)) {
    case Request::kBlock:
      top.thread->running = false;
      nest.resumptions_.pop_back();
      return true;
    case Request::kSwitch:
      top.thread->running = false;
      top.thread = requested_;
      make_running(*requested_);
      return true;
    case Request::kResume:
      nest.resumptions_.push_back({requested_, nullptr});
      make_running(*requested_, requested_->cancelled);
      return true;
    default:
      return false;
  }
}

void Scheduler::give_back(Fiber* fiber) {
  if (idle_fibers_.size() < kIdleFibers && fiber->thread.stack_bytes() <= kIdleStackBytes) {
    idle_fibers_.push_back(fiber);
    return;
  }
  take_out(fibers_, &Fiber::place, *fiber);
}

void Scheduler::end(Nest& nest) {
  if (nest.entered_ != nullptr) nest.entered_->leave_to(nest.levels_);
  store_.ended(nest);
  take_out(nests_, &Nest::place_, nest);
}

// What is ready and may run: it would enter its instance.
GuestThread* Scheduler::next_ready() {
  GuestThread* const last = ready_.empty() ? nullptr : ready_.last();
  while (!ready_.empty()) {
    GuestThread& thread = *ready_.first();
    const bool was_last = &thread == last;
    ready_.remove(thread);
    if (!thread.ready()) {
      park(thread);
      wake_instance(*thread.inst);
    } else if (thread.task != nullptr && !thread.inst->may_enter_from(thread.inst->depth + 1)) {
      ready_.push_back(thread);
    } else {
      return &thread;
    }
    if (was_last) break;
  }
  return nullptr;
}

std::optional<Outcome> Scheduler::tick() {
  assert(depth_ == 0);
  if (!interrupted_.empty()) return run(*interrupted_.back());
  if (!woken_.empty()) return run(*woken_.front());
  GuestThread* const thread = next_ready();
  if (thread == nullptr) return std::nullopt;
  ComponentInstance* const inst = thread->task != nullptr ? thread->inst : nullptr;
  if (inst != nullptr) inst->enter_from(inst->depth + 1);
  return run(start(*thread, nullptr, inst, inst != nullptr ? inst->depth + 1 : 0,
                   thread->task != nullptr ? thread->task->origin() : nullptr));
}

// --- Tasks

void Scheduler::add_task(GuestTask& task) {
  task.next_ = tasks_;
  if (tasks_ != nullptr) tasks_->previous_ = &task;
  tasks_ = &task;
}

void Scheduler::remove_task(GuestTask& task) {
  if (task.previous_ == nullptr && tasks_ != &task) return;
  (task.previous_ != nullptr ? task.previous_->next_ : tasks_) = task.next_;
  if (task.next_ != nullptr) task.next_->previous_ = task.previous_;
  task.previous_ = task.next_ = nullptr;
}

}  // namespace tappet::component
