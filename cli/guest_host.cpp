#include "cli/guest_host.h"

#include <algorithm>

namespace tappet::cli {

EngineConfig engine_config(const GuestOptions& options) {
  EngineConfig config;
  config.features = options.features;
  if (!options.guard_pages) config.memory = MemoryStrategy::kChecked;
  return config;
}

StoreLimits store_limits(const GuestOptions& options) {
  StoreLimits limits;
  if (options.max_memory) limits.memory_bytes = std::min(limits.memory_bytes, *options.max_memory);
  if (options.max_table) limits.table_entries = *options.max_table;
  if (options.max_stack) limits.stack_bytes = *options.max_stack;
  return limits;
}

// Guests see the last part of the file's name only: where it lies is none of their business.
wasi::Environment make_environment(const RunOptions& options) {
  wasi::Environment environment;
  const std::string& file = options.guest.file;
  environment.add_argument(options.argv0 ? *options.argv0 : file.substr(file.rfind('/') + 1));
  for (const std::string& argument : options.args) environment.add_argument(argument);
  if (options.guest.inherit_env) environment.inherit_variables();
  for (const auto& [name, value] : options.guest.env) environment.set_variable(name, value);
  return environment;
}

Deadline::Deadline(std::optional<std::chrono::nanoseconds> time, std::function<void()> on_due) {
  if (!time) return;
  const auto due = std::chrono::steady_clock::now() + *time;
  thread_ = std::jthread([this, due, on_due = std::move(on_due)](const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, stop, due, [] { return false; });
    if (!stop.stop_requested()) on_due();
  });
}

Result<std::unique_ptr<GuestHost>> GuestHost::create(const RunOptions& options) {
  std::unique_ptr<GuestHost> host(new GuestHost(options, TAPPET_TRY(net::Loop::create())));
  for (const Preopen& dir : options.guest.dirs) {
    TAPPET_TRY(host->filesystem_.preopen(dir.host, dir.guest));
  }
  return host;
}

GuestHost::GuestHost(const RunOptions& options, std::unique_ptr<net::Loop> loop)
    : loop_(std::move(loop)),
      clocks_(*loop_),
      random_(wasi::system_random()),
      environment_(make_environment(options)),
      filesystem_(*loop_) {
  stdio_.inherit_in(*loop_);
  stdio_.inherit_out(*loop_);
  stdio_.inherit_err(*loop_);
}

Outcome GuestHost::drive(const std::function<Outcome()>& step) {
  for (;;) {
    woken_ = false;
    const Outcome outcome = step();
    if (outcome == Outcome::kInterrupted) continue;
    if (outcome != Outcome::kSuspended) return outcome;
    while (!woken_ && !expired_) loop_->turn(net::Loop::Wait::kForEvent);
    if (expired_) return Outcome::kInterrupted;
  }
}

void GuestHost::expire() {
  expired_ = true;
  loop_->post([] {});  // ends its sleep
}

void GuestHost::drain() {
  if (!expired_) stdio_.drain();
}

Trap interrupted() {
  Trap trap;
  trap.kind = TrapKind::kInterrupted;
  trap.message = to_string(TrapKind::kInterrupted);
  return trap;
}

}  // namespace tappet::cli
