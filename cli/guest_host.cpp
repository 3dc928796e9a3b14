#include "cli/guest_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "net/loop/activity.h"

namespace tappet::cli {
namespace {

// How long a program that has ended waits for peers that are slow to read.
constexpr uint64_t kSocketDrainNs = 5 * net::kSecond;

// Each end of a slice costs some ten microseconds, which guests that only compute should not pay.
constexpr std::chrono::nanoseconds kSlice = std::chrono::milliseconds(10);
constexpr std::chrono::nanoseconds kLongestSlice = 16 * kSlice;
// Nobody else waits for the processor: how long a guest computes is its own affair.
constexpr wasi::WatchdogOptions kSlices = {.slice = kSlice,
                                           .patience = std::chrono::nanoseconds::max()};

// There are no others to leave threads to.
wasi::NetworkLimits limits_of_only_guest() {
  wasi::NetworkLimits limits;
  limits.resolver.concurrent_of_asker = limits.resolver.concurrent;
  return limits;
}

}  // namespace

EngineConfig engine_config(const GuestOptions& options) {
  EngineConfig config;
  config.features = options.features.core;
  if (!options.guard_pages) config.memory = MemoryStrategy::kChecked;
  if (options.eager_translation) {
    const uint32_t processors = std::max(1u, std::thread::hardware_concurrency());
    config.translation_threads = options.parallel_translation ? processors : 1;
  }
  config.fuel = options.fuel.has_value();
  return config;
}

StoreLimits store_limits(const GuestOptions& options) {
  StoreLimits limits;
  if (options.max_memory) limits.memory_bytes = std::min(limits.memory_bytes, *options.max_memory);
  if (options.max_table) limits.table_entries = *options.max_table;
  if (options.max_stack) limits.stack_bytes = *options.max_stack;
  if (options.fuel) limits.fuel = *options.fuel;
  return limits;
}

component::ComponentLimits component_limits(const GuestOptions& options) {
  component::ComponentLimits limits;
  limits.core = store_limits(options);
  if (options.max_resources) limits.resources = *options.max_resources;
  return limits;
}

wasi::Environment make_environment(const GuestOptions& options,
                                   const std::optional<std::string>& argv0) {
  wasi::Environment environment;
  environment.add_argument(argv0 ? *argv0 : options.file.substr(options.file.rfind('/') + 1));
  if (options.inherit_env) environment.inherit_variables();
  for (const auto& [name, value] : options.env) environment.set_variable(name, value);
  return environment;
}

wasi::NetworkGrants network_grants(const GuestOptions& options, const Outgoing& outgoing) {
  const SocketOptions& sockets = options.sockets;
  const http::OutboundPolicy& policy = outgoing.policy();
  wasi::NetworkGrants grants;
  grants.addresses = sockets.addresses;
  grants.tcp = sockets.tcp.value_or(sockets.addresses);
  grants.udp = sockets.udp.value_or(sockets.addresses);
  grants.name_lookup = sockets.name_lookup;
  grants.permits_address = [&policy](const net::SocketAddress& address) {
    return policy.permits(address);
  };
  if (policy.restricts_hosts()) {
    grants.permits_host = [&policy](std::string_view host, std::optional<uint16_t> port) {
      return policy.permits(host, port);
    };
  }
  return grants;
}

Result<std::shared_ptr<wasi::KeyValueStores>> make_key_value(const GuestOptions& options) {
  auto stores = std::make_shared<wasi::KeyValueStores>();
  if (!options.key_value.value_or(!options.key_value_data.empty())) return stores;
  const auto store = std::make_shared<wasi::KeyValueStore>();
  for (const auto& [key, value] : options.key_value_data) {
    const auto set = store->set(wasi::to_utf8(key), Bytes(value.begin(), value.end()));
    if (!set.ok()) {
      return fail(ErrorKind::kUsage,
                  fmt::format("-S keyvalue-in-memory-data: {}", to_string(set.error())));
    }
  }
  // Without a name, or with the one that other hosts have for it.
  for (const char* name : {"", "default"}) stores->add(name, store);
  return stores;
}

void set_up(wasi::World& world, const GuestOptions& options, net::Loop& loop) {
  if (options.inherit_stdout) world.stdio->inherit_out(loop);
  if (options.inherit_stderr) world.stdio->inherit_err(loop);
  world.http->fields = options.fields;
  world.http->outgoing_bodies = options.outgoing_bodies;
  if (!options.settings) return;
  for (const auto& [name, value] : options.config) world.config->set(name, value);
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
  std::unique_ptr<GuestHost> host(new GuestHost(
      options, TAPPET_TRY(net::Loop::create()),
      TAPPET_TRY(Outgoing::create(options.guest.outgoing, Outgoing::Private::kAllowed))));
  host->world_.key_value = TAPPET_TRY(make_key_value(options.guest));
  for (const Preopen& dir : options.guest.dirs) {
    TAPPET_TRY(host->world_.filesystem->preopen(dir.host, dir.guest));
  }
  return host;
}

GuestHost::GuestHost(const RunOptions& options, std::unique_ptr<net::Loop> loop,
                     std::unique_ptr<Outgoing> outgoing)
    : loop_(std::move(loop)),
      outgoing_(std::move(outgoing)),
      client_(*loop_, *outgoing_),
      world_(*loop_),
      slice_(kSlice),
      watchdog_(kSlices) {
  set_up(world_, options.guest, *loop_);
  *world_.environment = make_environment(options.guest, options.argv0);
  world_.network = std::make_shared<wasi::Network>(std::make_shared<wasi::SharedNetwork>(
      *loop_, network_grants(options.guest, *outgoing_), limits_of_only_guest()));
  for (const std::string& argument : options.args) world_.environment->add_argument(argument);
  if (options.guest.inherit_stdin) world_.stdio->inherit_in(*loop_);
  // Who runs a command decides whether it may use the network.
  if (options.guest.http.value_or(false)) world_.http->client = &client_.client();
}

GuestHost::~GuestHost() {
  if (!expired_) world_.network->drain(kSocketDrainNs);
}

Outcome GuestHost::drive(wasi::Interruptible& guest, const std::function<Outcome()>& step) {
  for (;;) {
    const Outcome outcome = run_slices(guest, step);
    if (outcome != Outcome::kSuspended) return outcome;
    // A guest whose threads wake each other is suspended and woken at once.
    do loop_->turn(woken_ ? net::Loop::Wait::kNone : net::Loop::Wait::kForEvent);
    while (!woken_ && !expired_);
    if (expired_) return Outcome::kInterrupted;
  }
}

// The turns are part of what is watched, so that each look of the watchdog's ends a slice.
Outcome GuestHost::run_slices(wasi::Interruptible& guest, const std::function<Outcome()>& step) {
  watchdog_.begin(guest);
  woken_ = false;
  Outcome outcome = step();
  while (outcome == Outcome::kInterrupted) {
    loop_->turn(net::Loop::Wait::kNone);
    slice_ = net::has_activity(*loop_) ? kSlice : std::min(2 * slice_, kLongestSlice);
    watchdog_.set_slice(slice_);
    woken_ = false;
    outcome = step();
  }
  watchdog_.end();
  return outcome;
}

void GuestHost::expire() {
  expired_ = true;
  loop_->post([] {});  // ends its sleep
}

void GuestHost::drain() {
  if (!expired_) world_.stdio->drain(net::kNever);
}

Trap interrupted() {
  Trap trap;
  trap.kind = TrapKind::kInterrupted;
  trap.message = to_string(TrapKind::kInterrupted);
  return trap;
}

}  // namespace tappet::cli
