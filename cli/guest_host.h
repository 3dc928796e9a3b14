// The host's side of one guest that runs as a command: its loop, clocks, streams and environment,
// and the time it may take.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "canonical-abi/runtime/component_store.h"
#include "cli/client_stack.h"
#include "cli/options.h"
#include "interp/engine.h"
#include "net/loop/loop.h"
#include "wasi/host/watchdog.h"
#include "wasi/world/world.h"

namespace tappet::cli {

EngineConfig engine_config(const GuestOptions& options);
StoreLimits store_limits(const GuestOptions& options);
component::ComponentLimits component_limits(const GuestOptions& options);
// Without arguments but the program's name: guests see the last part of the file's name only.
wasi::Environment make_environment(const GuestOptions& options,
                                   const std::optional<std::string>& argv0);
// What `options` grants; `outgoing` outlives it.
wasi::NetworkGrants network_grants(const GuestOptions& options, const Outgoing& outgoing);

// The stores that -S keyvalue grants. Errors: kUsage for data that they do not take.
Result<std::shared_ptr<wasi::KeyValueStores>> make_key_value(const GuestOptions& options);
// The rules of messages, the settings, and this process's outputs.
void set_up(wasi::World& world, const GuestOptions& options, net::Loop& loop);

// Ends guest code that takes too long. Whoever makes it destroys it before what `on_due` refers to.
class Deadline {
 public:
  // Calls `on_due` on a thread of its own when the time has passed, unless destroyed before.
  Deadline(std::optional<std::chrono::nanoseconds> time, std::function<void()> on_due);

 private:
  std::mutex mutex_;
  std::condition_variable_any changed_;
  std::jthread thread_;
};

// Guest code of a Store or ComponentStore, which outlives it.
template <class S>
class Preemptible final : public wasi::Interruptible {
 public:
  explicit Preemptible(S& store) : store_(store) {}
  void preempt() override { store_.preempt(); }
  void kill() override { store_.kill(); }

 private:
  S& store_;
};

// Neither copies nor moves. One OS thread, except expire().
class GuestHost {
 public:
  // With this process's standard streams and the directories of the options. Errors: kIo, and as of
  // Outgoing::create.
  static Result<std::unique_ptr<GuestHost>> create(const RunOptions& options);
  // Hands over what the guest has written to sockets, unless that takes too long. The guest's store
  // is gone.
  ~GuestHost();

  net::Loop& loop() { return *loop_; }
  const wasi::World& world() const { return world_; }

  // It is worth running a suspended guest again.
  void wake() { woken_ = true; }
  // Runs guest code until it has ended: `step` runs or resumes it. The loop turns while `guest`
  // waits, and now and then while it does not, every 10 ms if there is something to do for it: a
  // guest that asks again and again for what has to happen there gets it. kReturned, kTrapped, or
  // kInterrupted if expire() came while it waited for something.
  Outcome drive(wasi::Interruptible& guest, const std::function<Outcome()>& step);
  // Nothing is waited for any longer. Any thread.
  void expire();
  // Hands over what the guest has written, however long that takes; once expired, only what is
  // taken at once.
  void drain();

 private:
  GuestHost(const RunOptions& options, std::unique_ptr<net::Loop> loop,
            std::unique_ptr<Outgoing> outgoing);
  // Until the guest ends or waits.
  Outcome run_slices(wasi::Interruptible& guest, const std::function<Outcome()>& step);

  std::unique_ptr<net::Loop> loop_;
  std::unique_ptr<Outgoing> outgoing_;
  ClientStack client_;
  wasi::World world_;
  bool woken_ = false;
  std::atomic<bool> expired_ = false;
  std::chrono::nanoseconds slice_;
  wasi::Watchdog watchdog_;
};

// What a guest that expired while it waited has ended with.
Trap interrupted();

}  // namespace tappet::cli
