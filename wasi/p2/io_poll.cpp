// wasi:io/error and wasi:io/poll.
#include <vector>

#include "wasi/p2/io.h"

namespace tappet::wasi::p2 {
namespace {

using component::Async;
using component::Borrow;
using component::HostInterface;
using component::HostInterfaceDef;
using component::HostResult;
using component::Trap;
using component::version;

// The same pollable may be listed several times; this is far more than a program has use for.
constexpr size_t kMostPollables = 65536;

using Pollables = std::vector<Borrow<Pollable>>;
using Indices = std::vector<uint32_t>;

Indices ready_ones(const Pollables& list) {
  Indices ready;
  for (uint32_t i = 0; i < list.size(); ++i) {
    if (list[i]->ready()) ready.push_back(i);
  }
  return ready;
}

// Waits for several sources at once: each has a waker of its own that wakes the guest's.
class PollStep {
 public:
  explicit PollStep(Pollables list) : list_(std::move(list)) {}

  Poll<HostResult<Indices>> operator()(Waker* waker) {
    Indices ready = ready_ones(list_);
    if (!ready.empty()) return HostResult<Indices>(std::move(ready));
    if (waker == nullptr) return kPending;
    while (wakers_.size() < list_.size()) {
      wakers_.push_back(std::make_unique<Waker>([waker] { waker->wake(); }));
    }
    for (size_t i = 0; i < list_.size(); ++i) list_[i]->changed().add(*wakers_[i]);
    return kPending;
  }

 private:
  Pollables list_;
  std::vector<std::unique_ptr<Waker>> wakers_;
};

Async<HostResult<Indices>> poll_list(Pollables list) {
  if (list.empty()) return HostResult<Indices>(fail(Trap("poll of an empty list")));
  if (list.size() > kMostPollables) {
    return HostResult<Indices>(fail(Trap("poll of more than 65536 pollables")));
  }
  return wait_for<HostResult<Indices>>(PollStep(std::move(list)));
}

Async<> block(const Borrow<Pollable>& pollable) {
  return wait_for<Unit>([source = pollable.share()->source()](Waker* waker) -> Poll<Unit> {
    if (source->ready()) return Unit();
    register_with(*source, waker);
    return kPending;
  });
}

}  // namespace

HostInterfaceDef io_error() {
  return HostInterface<>("wasi:io/error", version("0.2.12"))
      .resource<IoError>("error")
      .method("to-debug-string", [](const IoError& error) { return error.debug_string(); });
}

HostInterfaceDef io_poll() {
  return HostInterface<>("wasi:io/poll", version("0.2.12"))
      .resource<Pollable>("pollable")
      .method("ready", &Pollable::ready)
      .method("block", block)
      .func("poll", {"in"}, poll_list);
}

}  // namespace tappet::wasi::p2
