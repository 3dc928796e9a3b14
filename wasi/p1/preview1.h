// wasi_snapshot_preview1 for core modules: arguments, environment, clocks, random numbers, the
// standard streams, polling and exit. No directory is preopened: functions on files answer what a
// program without any sees.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "interp/runtime/host_function.h"
#include "interp/runtime/store.h"
#include "wasi/host/clocks.h"
#include "wasi/host/environment.h"
#include "wasi/host/random.h"
#include "wasi/host/stdio.h"

namespace tappet::wasi {

// The host's side of one program. Loop thread only; outlives the store whose functions it gives.
class Preview1 {
 public:
  // All outlive this object. `on_wake` is called when it is worth running a suspended guest again:
  // it only takes note, and may be called before the guest is suspended.
  Preview1(const Clocks& clocks, Random& random, const Environment& environment, Stdio stdio,
           std::function<void()> on_wake);
  Preview1(const Preview1&) = delete;
  Preview1& operator=(const Preview1&) = delete;

  // Whether guests import these functions under that name: wasi_snapshot_preview1, or its
  // predecessor wasi_unstable.
  static bool is_module_name(std::string_view name);
  // The function of that name in `store`, or null if that module has none.
  Function* function(Store& store, std::string_view module, std::string_view name);

 private:
  // What functions answer, an errno.
  enum Answer : uint16_t {
    kSuccess = 0,
    kAgain = 6,
    kBadf = 8,
    kFault = 21,
    kInval = 28,
    kIo = 29,
    kNospc = 51,
    kNotdir = 54,
    kNotsock = 57,
    kNotsup = 58,
    kOverflow = 61,
    kPipe = 64,
    kSpipe = 70,
  };
  enum class StreamName : uint8_t { kIn, kOut, kErr };
  struct Descriptor {
    StreamName stream;
    uint16_t flags = 0;  // fdflags
  };
  class Memory32;
  class Waiting;
  class Polling;
  struct Subscription;
  struct SubscriptionLayout;
  using Method = HostOutcome (Preview1::*)(HostCall&);

#define P1(name, type) HostOutcome name(HostCall& call);
#define P1_STREAM(name, type, slot, answer)
#include "wasi/p1/functions.def"
#undef P1
#undef P1_STREAM
  // Where wasi_unstable differs.
  HostOutcome unstable_fd_filestat_get(HostCall& call);
  HostOutcome unstable_poll_oneoff(HostCall& call);

  static HostOutcome answer(HostCall& call, Answer result);
  // The answer to a failed read or write.
  static Answer to_answer(const StreamEnd& end);
  HostFunction bind(std::string_view module, std::string_view name, TypeRegistry& registry);
  static HostOutcome write_strings(HostCall& call, const std::vector<std::string>& strings);
  static HostOutcome write_sizes(HostCall& call, const std::vector<std::string>& strings);
  std::vector<std::string> environment_strings() const;
  std::optional<uint64_t> time_of(uint64_t clock) const;
  HostOutcome write_filestat(HostCall& call, uint64_t bytes);

  // Suspends the guest until `on` may be ready; then `method` runs again.
  HostOutcome wait(HostCall& call, Readiness& on, Method method);
  HostOutcome poll(HostCall& call, const SubscriptionLayout& layout);
  HostOutcome poll_again(HostCall& call, std::vector<Subscription> subscriptions);
  Subscription subscribe(const Memory32& memory, uint64_t at, const SubscriptionLayout& layout);

  // Null if it is not open.
  Descriptor* descriptor(uint64_t fd);
  bool is_terminal(StreamName stream) const;
  // Null if it is not open, or not for that.
  std::shared_ptr<InputStream> input(uint64_t fd);
  std::shared_ptr<OutputStream> output(uint64_t fd);

  const Clocks& clocks_;
  Random& random_;
  const Environment& environment_;
  Stdio stdio_;
  std::function<void()> on_wake_;
  uint64_t started_;  // by the monotonic clock
  std::array<std::optional<Descriptor>, 3> descriptors_;
};

}  // namespace tappet::wasi
