#include "canonical-abi/runtime/host_end.h"

#include "canonical-abi/runtime/component_store.h"

namespace tappet::component {

// One step of an end, or several if there is a reason for another one meanwhile. Bound to one copy
// of a guest; destroyed with that, unless it is running.
class HostEnd::Job final : public GuestThread {
 public:
  Job(ComponentInstance& at, HostEnd& end) : GuestThread(&at, nullptr), end(&end) {}

  HostOutcome begin(HostCall& call) override {
    if (end->guest() == nullptr) return HostOutcome::kReturn;
    stepping = true;
    const bool ok = end->step(call);
    stepping = false;
    return ok ? HostOutcome::kReturn : HostOutcome::kTrap;
  }
  void ended() override {
    if (end == nullptr) {
      delete this;  // its end went while it was running
      return;
    }
    HostEnd& of = *end;
    const bool goes_on = again && of.guest() != nullptr;
    of.job_.reset();
    if (goes_on) of.schedule();
  }

  HostEnd* end;
  bool again = false;
  bool stepping = false;  // what has trapped still counts as running
};

HostEnd::HostEnd(SharedCopy& shared, bool readable, const void* element)
    : shared_(shared), readable_(readable), element_(element) {
  shared_.set_host_end(readable_, this);
}

HostEnd::~HostEnd() {
  shared_.set_host_end(readable_, nullptr);
  if (shared_.pending() == this) shared_.reset_pending();
  if (job_ == nullptr || !job_->stepping) return;
  job_->end = nullptr;
  job_.release();  // NOLINT(bugprone-unused-return-value): deletes itself
}

bool HostEnd::read(HostCall&, uint32_t, ComponentValue&) { return assert(false), false; }
bool HostEnd::write(HostCall&, uint32_t, ComponentValue&) { return assert(false), false; }

CopySide* HostEnd::guest() const {
  CopySide* const pending = shared_.pending();
  return pending != nullptr && pending->inst() != nullptr ? pending : nullptr;
}

void HostEnd::schedule() {
  if (job_ == nullptr) job_ = std::make_unique<Job>(*guest()->inst(), *this);
  if (job_->running) {
    job_->again = true;
  } else if (!job_->waiting()) {
    job_->inst->store.scheduler().start_host_job(*job_, shared_.origin());
  }
}

void HostEnd::forget_job() {
  if (job_ != nullptr && !job_->running) job_.reset();
}

}  // namespace tappet::component
