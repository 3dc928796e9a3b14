// Throwing (core spec 4.6.10): frames are walked as for a backtrace, and each frame's function is
// asked for a clause that catches. Nothing changes before one is found, so what nobody catches is a
// trap where it was thrown. The values stay in the thrower's slots meanwhile; an exception becomes
// an object only when a clause asks for a reference.
#include <fmt/format.h>

#include <algorithm>

#include "interp/exec/dispatch.h"
#include "interp/exec/handlers/control.h"
#include "interp/exec/machine.h"
#include "interp/exec/safepoint.h"
#include "interp/runtime/gc_heap.h"

namespace tappet {

using exec::State;

class Unwinder {
 public:
  enum class Found : uint8_t { kCatch, kNone, kInterrupted };

  Unwinder(Thread& thread, size_t side_base, const State& s)
      : thread_(thread),
        side_base_(side_base),
        pc_(s.pc),
        fp_(s.fp),
        instance_(s.in),
        side_(thread.side_frames_.size()) {}

  Found find(const Tag& tag) {
    for (bool thrower = true;; thrower = false) {
      if (exec::is_return_stub(pc_)) {
        if (!leave_side_frame()) return Found::kNone;
        continue;
      }
      // A frame's pc is a return address: one past its call.
      const uint64_t* at = thrower ? pc_ : pc_ - 1;
      if (code_ == nullptr || !code_->contains(at)) code_ = instance_->code->find(at);
      if (find_clause(tag, static_cast<uint32_t>(at - code_->words.data()))) return Found::kCatch;
      if (interrupted_) return Found::kInterrupted;
      ++frames_;
      pc_ = reinterpret_cast<const uint64_t*>(fp_[code_->link_slot]);
      fp_ -= static_cast<uint32_t>(pc_[-2]);
    }
  }

  // In fuel.
  uint64_t cost() const { return frames_ + clause_->cost; }
  // After kCatch.
  const FunctionCode::Catch& clause() const { return *clause_; }
  // Makes the catching frame the running one; abandons host functions on the way.
  void land(State& s) const {
    s.pc = code_->words.data() + clause_->target;
    s.fp = fp_;
    s.in = instance_;
    s.mem = instance_->memory0_base();
    thread_.side_frames_.resize(side_);
  }
  uint64_t* values() const { return fp_ + clause_->slot; }

 private:
  // From a host function, or a function that another instance called, to the caller.
  bool leave_side_frame() {
    if (pc_ == exec::halt_address() || side_ == side_base_) return false;
    const SideFrame& side = thread_.side_frames_[side_ - 1];
    if (side.kind == SideFrame::Kind::kAdapter) return false;
    if (side.continuation != nullptr && !side.continuation->lets_exceptions_pass()) return false;
    --side_;
    pc_ = side.return_pc;
    fp_ = thread_.stack_.get() + side.frame;
    instance_ = side.instance;
    code_ = nullptr;
    return true;
  }

  // The innermost clause around `word` that catches.
  bool find_clause(const Tag& tag, uint32_t word) {
    step();
    const auto& tries = code_->tries;
    const auto after = std::upper_bound(
        tries.begin(), tries.end(), word,
        [](uint32_t position, const FunctionCode::Try& block) { return position < block.begin; });
    uint32_t i = after == tries.begin() ? FunctionCode::kNoTry
                                        : static_cast<uint32_t>(after - tries.begin() - 1);
    for (; i != FunctionCode::kNoTry && !interrupted_; i = tries[i].outer) {
      step();
      if (word < tries[i].end && catches(tries[i], tag)) return true;
    }
    return false;
  }

  bool catches(const FunctionCode::Try& block, const Tag& tag) {
    for (uint32_t i = 0; i < block.catches; ++i) {
      const FunctionCode::Catch& clause = code_->catches[block.first_catch + i];
      if (clause.tag != FunctionCode::Catch::kAll && instance_->tag(clause.tag) != &tag) continue;
      clause_ = &clause;
      return true;
    }
    steps_ += block.catches;
    return false;
  }

  // A guest can nest blocks and calls so deep that a search takes long: a kill ends it.
  void step() {
    constexpr uint64_t kBetweenChecks = 4096;
    if (++steps_ < kBetweenChecks) return;
    steps_ = 0;
    interrupted_ |= thread_.store_.killed();
  }

  Thread& thread_;
  size_t side_base_;
  const uint64_t* pc_;
  uint64_t* fp_;
  Instance* instance_;
  size_t side_;  // side frames below the frame
  const FunctionCode* code_ = nullptr;
  const FunctionCode::Catch* clause_ = nullptr;
  uint64_t frames_ = 0;  // left
  uint64_t steps_ = 0;
  bool interrupted_ = false;
};

namespace {

// The values stay where they are, which is where the collector sees them.
Allocated new_exception(State& s, const Tag& tag, const uint64_t* values) {
  const exec::Safepoint safepoint(s, values + tag.slots);
  GcHeap& heap = s.in->store->heap();
  const Allocated made = heap.new_exception(heap.exception_layout(tag.type), &tag);
  if (made.object != nullptr)
    std::copy_n(values, tag.slots, static_cast<GcException*>(made.object)->payload());
  return made;
}

}  // namespace

bool Machine::throw_exception(State& s, const Tag& tag, GcException* exception,
                              const uint64_t* values) {
  Thread& thread = *exec::current_activation->thread;
  Unwinder unwinder(thread, exec::current_activation->side_base, s);
  switch (unwinder.find(tag)) {
    case Unwinder::Found::kNone:
      return raise(s, TrapKind::kUncaughtException,
                   fmt::format("{}: {}", to_string(TrapKind::kUncaughtException), describe(tag)));
    case Unwinder::Found::kInterrupted:
      return raise(s, TrapKind::kInterrupted);
    case Unwinder::Found::kCatch:
      break;
  }
  if (s.in->code->metered() && !thread.store_.spend_fuel(unwinder.cost()))
    return raise(s, TrapKind::kOutOfFuel);
  const FunctionCode::Catch& clause = unwinder.clause();
  if (clause.wants_ref && exception == nullptr) {
    const Allocated made = new_exception(s, tag, values);
    if (made.object == nullptr) return raise(s, made.trap);
    exception = static_cast<GcException*>(made.object);
  }
  // Downwards, or within one frame; they may overlap.
  uint64_t* to = unwinder.values();
  if (clause.tag != FunctionCode::Catch::kAll) {
    std::memmove(to, values, uint64_t{tag.slots} * sizeof(uint64_t));
    to += tag.slots;
  }
  if (clause.wants_ref) *to = to_ref(exception);
  unwinder.land(s);
  // A loop of throws takes no stack and no back edge.
  return !exec::limit_requested(s) || handle_limit(s);
}

namespace exec {

bool throw_tag(State& s) {
  const Tag& tag = *s.in->tag(static_cast<uint32_t>(s.pc[1]));
  return Machine::throw_exception(s, tag, nullptr, s.fp + field_high(s));
}

bool throw_ref(State& s) {
  const Ref ref = s.fp[field_high(s)];
  if (ref == 0) return raise_trap(s, TrapKind::kNullExceptionReference);
  auto* exception = static_cast<GcException*>(to_object(ref));
  return Machine::throw_exception(s, *exception->tag, exception, exception->payload());
}

}  // namespace exec
}  // namespace tappet
