#include "wasi/host/clocks.h"

namespace tappet::wasi {
namespace {

class Deadline final : public Readiness {
 public:
  Deadline(net::Loop& loop, uint64_t when)
      : loop_(loop), when_(when), timer_(loop, [this] { changed_.wake_all(); }) {}

  // The timer is set only when somebody looks and has to wait.
  bool ready() override {
    if (when_ != net::kNever && loop_.now() >= when_) return true;
    if (!timer_.pending()) timer_.set(when_);
    return false;
  }

 private:
  net::Loop& loop_;
  uint64_t when_;
  net::Timer timer_;
};

}  // namespace

std::shared_ptr<Readiness> Clocks::at(uint64_t when) const {
  return std::make_shared<Deadline>(loop_, when);
}

}  // namespace tappet::wasi
