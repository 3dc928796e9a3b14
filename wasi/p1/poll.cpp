// poll_oneoff: waiting for clocks and the standard streams.
#include <cstring>

#include "wasi/p1/memory32.h"

namespace tappet::wasi {
namespace {

constexpr uint64_t kEventBytes = 32;
constexpr uint64_t kMostSubscriptions = 1024;
constexpr uint16_t kAbsoluteTime = 1;  // subclockflags
enum EventType : uint8_t { kClock = 0, kFdRead = 1, kFdWrite = 2 };

}  // namespace

// Where a subscription's fields are. Common to all: the user's data, at 8 the event type, at 16 the
// descriptor.
struct Preview1::SubscriptionLayout {
  uint64_t bytes;
  uint64_t clock;
  uint64_t timeout;
  uint64_t flags;
};

// One thing waited for.
struct Preview1::Subscription {
  uint64_t userdata = 0;
  uint8_t type = kClock;
  Answer error = kSuccess;               // else known at once
  std::shared_ptr<Readiness> readiness;  // null if there is an error

  bool ready() const { return readiness == nullptr || readiness->ready(); }
};

// Wakes the guest when any of them may be ready.
class Preview1::Polling final : public HostContinuation {
 public:
  Polling(Preview1& self, std::vector<Subscription> subscriptions)
      : self_(self), subscriptions_(std::move(subscriptions)) {
    for (const Subscription& subscription : subscriptions_) {
      wakers_.push_back(std::make_unique<Waker>([&self] { self.on_wake_(); }));
      subscription.readiness->changed().add(*wakers_.back());
    }
  }
  HostOutcome resume(HostCall& call) override {
    return self_.poll_again(call, std::move(subscriptions_));
  }

 private:
  Preview1& self_;
  std::vector<Subscription> subscriptions_;
  std::vector<std::unique_ptr<Waker>> wakers_;
};

HostOutcome Preview1::poll_oneoff(HostCall& call) {
  static constexpr SubscriptionLayout kLayout{48, 16, 24, 40};
  return poll(call, kLayout);
}

// Its clocks have an identifier before everything else.
HostOutcome Preview1::unstable_poll_oneoff(HostCall& call) {
  static constexpr SubscriptionLayout kLayout{56, 24, 32, 48};
  return poll(call, kLayout);
}

// in, out, count, where the number of events goes.
HostOutcome Preview1::poll(HostCall& call, const SubscriptionLayout& layout) {
  const Memory32 memory(call);
  const uint64_t count = call.arg(2);
  if (count == 0 || count > kMostSubscriptions) return answer(call, kInval);
  const bool ok = memory.contains(call.arg(0), count * layout.bytes) &&
                  memory.contains(call.arg(1), count * kEventBytes) &&
                  memory.contains(call.arg(3), 4);
  if (!ok) return answer(call, kFault);
  std::vector<Subscription> subscriptions;
  for (uint64_t i = 0; i < count; ++i) {
    subscriptions.push_back(subscribe(memory, call.arg(0) + i * layout.bytes, layout));
    if (subscriptions.back().type > kFdWrite) return answer(call, kInval);
  }
  return poll_again(call, std::move(subscriptions));
}

Preview1::Subscription Preview1::subscribe(const Memory32& memory, uint64_t at,
                                           const SubscriptionLayout& layout) {
  Subscription subscription;
  subscription.userdata = memory.load<uint64_t>(at);
  subscription.type = memory.load<uint8_t>(at + 8);
  if (subscription.type == kClock) {
    const auto timeout = memory.load<uint64_t>(at + layout.timeout);
    const bool absolute = (memory.load<uint16_t>(at + layout.flags) & kAbsoluteTime) != 0;
    const std::optional<uint64_t> now = time_of(memory.load<uint32_t>(at + layout.clock));
    if (!now) {
      subscription.error = kInval;
      return subscription;
    }
    const uint64_t remaining = timeout > *now ? timeout - *now : 0;
    subscription.readiness = clocks_.after(absolute ? remaining : timeout);
    return subscription;
  }
  const auto fd = memory.load<uint32_t>(at + 16);
  if (subscription.type == kFdRead) subscription.readiness = input(fd);
  if (subscription.type == kFdWrite) subscription.readiness = output(fd);
  if (!subscription.readiness) subscription.error = kBadf;
  return subscription;
}

// Writes an event for each that is ready, or waits.
HostOutcome Preview1::poll_again(HostCall& call, std::vector<Subscription> subscriptions) {
  const Memory32 memory(call);
  uint32_t events = 0;
  for (const Subscription& subscription : subscriptions) {
    if (!subscription.ready()) continue;
    const auto event = memory.view(call.arg(1) + events++ * kEventBytes, kEventBytes);
    if (event.empty()) return answer(call, kFault);
    std::memset(event.data(), 0, kEventBytes);
    store_le<uint64_t>(event.data(), subscription.userdata);
    store_le<uint16_t>(event.data() + 8, subscription.error);
    event[10] = subscription.type;
    const bool bytes = subscription.type != kClock && subscription.error == kSuccess;
    if (bytes) store_le<uint64_t>(event.data() + 16, 1);  // at least
  }
  if (events != 0) {
    return answer(call, memory.store(call.arg(3), events) ? kSuccess : kFault);
  }
  return call.suspend(std::make_unique<Polling>(*this, std::move(subscriptions)));
}

}  // namespace tappet::wasi
