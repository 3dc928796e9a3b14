// wasi_snapshot_preview1 for core modules: arguments, environment, clocks, random numbers, the
// standard streams, the files beneath preopened directories, connections accepted by sockets that
// listen, polling and exit. There are no signals.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "interp/runtime/host_function.h"
#include "interp/runtime/store.h"
#include "wasi/host/clocks.h"
#include "wasi/host/environment.h"
#include "wasi/host/filesystem.h"
#include "wasi/host/random.h"
#include "wasi/host/socket.h"
#include "wasi/host/stdio.h"
#include "wasi/p1/call.h"
#include "wasi/p1/open_files.h"

namespace tappet::wasi {

// What a program is given. All of it outlives the Preview1 but the streams, which are shared.
struct Preview1Host {
  const Clocks& clocks;
  Random& random;
  const Environment& environment;
  const Stdio& stdio;
  const Filesystem& filesystem;
  // The first numbers after the standard streams, before the directories.
  std::span<const std::shared_ptr<Socket>> listeners = {};
};

// The host's side of one program. Loop thread only; outlives the store whose functions it gives.
class Preview1 {
 public:
  // `on_wake` is called when it is worth running a suspended guest again: it only takes note, and
  // may be called before the guest is suspended.
  Preview1(const Preview1Host& host, std::function<void()> on_wake);
  Preview1(const Preview1&) = delete;
  Preview1& operator=(const Preview1&) = delete;

  // Whether guests import these functions under that name: wasi_snapshot_preview1, or its
  // predecessor wasi_unstable.
  static bool is_module_name(std::string_view name);
  // The function of that name in `store`, or null if that module has none.
  Function* function(Store& store, std::string_view module, std::string_view name);

 private:
  using Call = p1::Call;
  using OpenFile = p1::OpenFile;
  template <class T = Unit>
  using Answered = p1::Answered<T>;
  using Continue = std::function<HostOutcome(Call&)>;
  class Waiting;
  class Polling;
  struct Subscription;

#define P1(name, type) Answered<> name(Call& call);
#define P1_HOST(name, type) HostOutcome name(Call& call);
#include "wasi/p1/functions.def"
#undef P1
#undef P1_HOST

  HostFunction bind(const p1::Dialect& dialect, std::string_view name, TypeRegistry& registry);
  std::vector<std::string> environment_strings() const;
  std::optional<uint64_t> time_of(uint64_t clock) const;

  // The file of that number. Errors: kBadf.
  Answered<OpenFile*> open_file(uint64_t fd);
  // The same, but for standard streams `of_streams` is the error.
  Answered<const Descriptor*> descriptor(uint64_t fd, p1::Answer of_streams);
  Answered<const Descriptor*> directory(uint64_t fd) { return descriptor(fd, p1::kNotdir); }

  // Suspends the guest until `on` may be ready, then goes on with `next`.
  HostOutcome wait(Call& call, std::shared_ptr<Readiness> on, Continue next);
  HostOutcome read_stream(Call& call, OpenFile& file, Buffers buffers);
  HostOutcome write_stream(Call& call, OpenFile& file, Buffers buffers);
  HostOutcome finish_write(Call& call, const std::shared_ptr<OutputStream>& stream, uint32_t count);

  // How far sock_recv and fd_read have come.
  struct Receiving {
    size_t result_slot;
    uint64_t flags = 0;  // riflags
    size_t done = 0;
  };
  // Errors: kBadf, kNotsock.
  Answered<OpenFile*> socket(uint64_t fd);
  Answered<> accept(Call& call, const Socket& listener);
  HostOutcome receive(Call& call, Receiving state);
  static Answered<size_t> try_receive(const Socket& socket, Buffers buffers, bool peek);
  HostOutcome send(Call& call, size_t result_slot);

  Answered<std::vector<Subscription>> subscriptions(Call& call);
  Answered<Subscription> subscribe(const Call& call, uint64_t at);
  void subscribe_clock(Subscription& subscription, const Call& call, uint64_t at);
  Answered<> subscribe_file(Subscription& subscription, uint64_t fd);
  HostOutcome poll_again(Call& call, std::vector<Subscription> subscriptions);

  Preview1Host host_;
  std::function<void()> on_wake_;
  uint64_t started_;  // by the monotonic clock
  p1::OpenFiles files_;
};

}  // namespace tappet::wasi
