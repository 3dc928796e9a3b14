// poll_oneoff: waiting for clocks and files.
#include <algorithm>

#include "wasi/p1/file_values.h"
#include "wasi/p1/preview1.h"

namespace tappet::wasi {

using namespace p1;  // NOLINT: the names of errnos

namespace {

constexpr uint64_t kEventBytes = 32;
constexpr uint64_t kMostSubscriptions = 1024;
constexpr uint16_t kAbsoluteTime = 1;  // subclockflags
enum EventType : uint8_t { kClock = 0, kFdRead = 1, kFdWrite = 2 };

// How much is left to read.
uint64_t remaining(const Descriptor& file) {
  const SystemResult<FileStatus> status = file.status();
  const SystemResult<uint64_t> position = file.seek(0, Whence::kCurrent);
  if (!status.ok() || !position.ok()) return 0;
  return status->size > *position ? status->size - *position : 0;
}

}  // namespace

// One thing waited for.
struct Preview1::Subscription {
  uint64_t userdata = 0;
  uint8_t type = kClock;
  Answer error = kSuccess;                         // else known at once
  std::shared_ptr<Readiness> readiness = nullptr;  // null if there is an error
  uint64_t bytes = 0;                              // that can be read or written then

  bool ready() const { return readiness == nullptr || readiness->ready(); }
  void write_event(std::span<uint8_t> out) const {
    std::fill(out.begin(), out.end(), 0);
    store_le<uint64_t>(out.data(), userdata);
    store_le<uint16_t>(out.data() + 8, error);
    out[10] = type;
    store_le<uint64_t>(out.data() + 16, error == kSuccess ? bytes : 0);
  }
};

// Wakes the guest when any of them may be ready.
class Preview1::Polling final : public HostContinuation {
 public:
  Polling(Preview1& self, const Dialect& dialect, std::vector<Subscription> subscriptions)
      : self_(self), dialect_(dialect), subscriptions_(std::move(subscriptions)) {
    for (const Subscription& subscription : subscriptions_) {
      wakers_.push_back(std::make_unique<Waker>([&self] { self.on_wake_(); }));
      subscription.readiness->changed().add(*wakers_.back());
    }
  }
  HostOutcome resume(HostCall& host) override {
    Call call(host, dialect_);
    return self_.poll_again(call, std::move(subscriptions_));
  }

 private:
  Preview1& self_;
  const Dialect& dialect_;
  std::vector<Subscription> subscriptions_;
  std::vector<std::unique_ptr<Waker>> wakers_;
};

// in, out, count, where the number of events goes.
HostOutcome Preview1::poll_oneoff(Call& call) {
  auto all = subscriptions(call);
  if (!all.ok()) return call.answer(all.error().answer);
  return poll_again(call, *std::move(all));
}

Answered<std::vector<Preview1::Subscription>> Preview1::subscriptions(Call& call) {
  const uint64_t count = call.arg(2);
  const uint64_t bytes = call.dialect().subscription.bytes;
  if (count == 0 || count > kMostSubscriptions) return fail(kInval);
  const bool ok = call.contains(call.arg(0), count * bytes) &&
                  call.contains(call.arg(1), count * kEventBytes) && call.contains(call.arg(3), 4);
  if (!ok) return fail(kFault);
  std::vector<Subscription> all;
  all.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    all.push_back(TAPPET_TRY(subscribe(call, call.arg(0) + i * bytes)));
  }
  return all;
}

// What is wrong with one of them is an event; only a type that there is not is an error.
Answered<Preview1::Subscription> Preview1::subscribe(const Call& call, uint64_t at) {
  Subscription subscription{.userdata = call.load<uint64_t>(at),
                            .type = call.load<uint8_t>(at + 8)};
  switch (subscription.type) {
    case kClock:
      subscribe_clock(subscription, call, at);
      return subscription;
    case kFdRead:
    case kFdWrite:
      if (const auto found = subscribe_file(subscription, call.load<uint32_t>(at + 16));
          !found.ok()) {
        subscription.error = found.error().answer;
      }
      return subscription;
    default:
      return fail(kInval);
  }
}

void Preview1::subscribe_clock(Subscription& subscription, const Call& call, uint64_t at) {
  const SubscriptionLayout& layout = call.dialect().subscription;
  const auto timeout = call.load<uint64_t>(at + layout.timeout);
  const bool absolute = (call.load<uint16_t>(at + layout.flags) & kAbsoluteTime) != 0;
  const std::optional<uint64_t> now = time_of(call.load<uint32_t>(at + layout.clock));
  if (!now) {
    subscription.error = kInval;
    return;
  }
  const uint64_t left = timeout > *now ? timeout - *now : 0;
  subscription.readiness = host_.clocks.after(absolute ? left : timeout);
}

// Streams tell only that there is something: at least a byte.
Answered<> Preview1::subscribe_file(Subscription& subscription, uint64_t fd) {
  OpenFile* const file = TAPPET_TRY(open_file(fd));
  const bool reads = subscription.type == kFdRead;
  subscription.bytes = 1;
  if (file->socket) {
    subscription.readiness = reads ? file->socket->readable() : file->socket->writable();
    return {};
  }
  if (!file->never_waits()) {
    if (reads) {
      subscription.readiness = TAPPET_TRY(file->input());
    } else {
      subscription.readiness = TAPPET_TRY(file->output());
    }
    return {};
  }
  const OpenOptions& flags = file->descriptor->flags();
  const bool open = reads ? flags.read : flags.write;
  if (!open || file->descriptor->is_directory()) return fail(kBadf);
  if (reads) subscription.bytes = remaining(*file->descriptor);
  subscription.readiness = std::make_shared<AlwaysReady>();
  return {};
}

// Writes an event for each that is ready, or waits.
HostOutcome Preview1::poll_again(Call& call, std::vector<Subscription> subscriptions) {
  uint32_t events = 0;
  for (const Subscription& subscription : subscriptions) {
    if (!subscription.ready()) continue;
    const auto out = call.view(call.arg(1) + events * kEventBytes, kEventBytes);
    if (!out.ok()) return call.answer(kFault);
    subscription.write_event(*out);
    ++events;
  }
  if (events != 0) return call.answer(call.store(call.arg(3), events));
  return call.host().suspend(
      std::make_unique<Polling>(*this, call.dialect(), std::move(subscriptions)));
}

}  // namespace tappet::wasi
