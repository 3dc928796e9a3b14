#include "cli/serve_worker.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "cli/guest_host.h"
#include "cli/report.h"
#include "wasi/host/line_prefix.h"

namespace tappet::cli {
namespace {

// A linear memory may not grow beyond this unless --max-memory says otherwise: one guest must not
// be able to take the machine from the others.
constexpr uint64_t kMemoryOfOneRequest = uint64_t{256} << 20;
// How long the end of the process waits for those who read its output.
constexpr uint64_t kLongestStallNs = net::kSecond;
constexpr auto kRelaxed = std::memory_order_relaxed;

wasi::ServiceOptions service_options(const ServeOptions& options) {
  wasi::ServiceOptions service;
  service.limits = component_limits(options.guest);
  if (!options.guest.max_memory) service.limits.core.memory_bytes = kMemoryOfOneRequest;
  service.request_timeout_ns = static_cast<uint64_t>(options.request_timeout.count());
  service.max_instances = options.max_concurrent_requests;
  service.requests_per_instance = options.requests_per_instance;
  service.idle_timeout_ns = static_cast<uint64_t>(options.idle_instance_timeout.count());
  return service;
}

std::unique_ptr<LogOutput> standard_error(net::Loop& loop) {
  return std::make_unique<LogOutput>(
      loop, net::Fd(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)),
      [](uint64_t texts) { return to_line({}, fmt::format("{} messages were dropped", texts)); });
}

}  // namespace

Result<std::unique_ptr<ServeWorker>> ServeWorker::create(const Common& common, uint32_t number,
                                                         const Served& served) {
  std::unique_ptr<ServeWorker> worker(
      new ServeWorker(common, number, TAPPET_TRY(net::Loop::create())));
  TAPPET_TRY(worker->start(served));
  return worker;
}

ServeWorker::ServeWorker(const Common& common, uint32_t number, std::unique_ptr<net::Loop> loop)
    : common_(common),
      number_(number),
      metrics_(*common.metrics.workers[number]),
      loop_(std::move(loop)),
      client_(*loop_, common.outgoing),
      world_(*loop_),
      executor_(*loop_),
      errors_(standard_error(*loop_)),
      server_(*loop_, *this, common.options.limits, this),
      drain_timeout_(*loop_, [this] { std::exchange(drained_, {})(); }),
      on_change_([this] { look_whether_drained(); }) {}

// What guests are given: the options' variables and directories, outgoing HTTP, and this process's
// outputs.
Result<> ServeWorker::start(const Served& served) {
  const GuestOptions& guest = common_.options.guest;
  set_up(world_, guest, *loop_);
  has_program_ = served.component->imports("wasi:cli/");
  world_.key_value = common_.key_value;
  *world_.environment = make_environment(guest, {});
  for (const Preopen& dir : guest.dirs) {
    TAPPET_TRY(world_.filesystem->preopen(dir.host, dir.guest));
  }
  world_.network = std::make_shared<wasi::Network>(
      std::make_shared<wasi::SharedNetwork>(*loop_, network_grants(guest, common_.outgoing),
                                            wasi::NetworkLimits{.loops = common_.options.workers}));
  if (guest.http.value_or(true)) world_.http->client = &client_.client();
  if (common_.options.access_log != AccessLogFormat::kNone) TAPPET_TRY(open_log());
  service_ = TAPPET_TRY(wasi::ComponentService::create(
      common_.engine, served.component, executor_,
      {.world = [this](uint64_t instance) { return world_of(instance); },
       .failed = [this](const wasi::RequestFailure& failure) { report_failure(failure); },
       .counted = [this](const wasi::InstanceCounts& counts) { note(counts); }},
      service_options(common_.options)));
  server_.set_tls(served.tls);
  return {};
}

Result<> ServeWorker::open_log() {
  const std::string& path = common_.options.access_log_file;
  const int fd = path.empty()
                     ? ::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0)
                     : ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (fd < 0) {
    return fail(ErrorKind::kIo, fmt::format("{}: {}", path.empty() ? "standard error" : path,
                                            std::strerror(errno)));
  }
  log_ = std::make_unique<AccessLog>(*loop_, net::Fd(fd), common_.options.access_log);
  return {};
}

void ServeWorker::reopen_log() {
  if (!log_) return;
  const Result<> opened = open_log();
  if (!opened.ok()) say(to_line({}, opened.error().message));
}

// Of what a worker counts from 1, from 0: no two workers have the same numbers.
uint64_t ServeWorker::number_among_all(uint64_t own) const {
  return (own - 1) * common_.options.workers + number_;
}

// Writing has failed, perhaps because a disk was full: those who come later may have more luck.
void ServeWorker::renew_outputs() const {
  if (!world_.stdio->out->check_write().ok()) world_.stdio->inherit_out(*loop_);
  if (!world_.stdio->err->check_write().ok()) world_.stdio->inherit_err(*loop_);
}

// The same for every instance, but for what it holds of the network, whose look-ups its are, and
// for what each output line says where it comes from.
wasi::World ServeWorker::world_of(uint64_t instance) const {
  wasi::World world = world_;
  world.network = world_.network->for_another_guest();
  if (!has_program_) return world;
  world.environment = std::make_shared<wasi::Environment>(world_.environment);
  world.environment->set_variable("INSTANCE_ID", std::to_string(number_among_all(instance)));
  renew_outputs();
  const bool prefix = common_.options.logging_prefix;
  if (!prefix && !world_.stdio->out_is_terminal && !world_.stdio->err_is_terminal) return world;
  world.stdio = std::make_shared<wasi::Stdio>(*world_.stdio);
  const auto make_safe = [&](const char* name, std::shared_ptr<wasi::OutputStream>& stream,
                             bool& is_terminal) {
    if (!prefix && !is_terminal) return;
    std::function<std::string()> text = [] { return std::string(); };
    if (prefix) {
      text = [name, number = number_among_all(instance)] {
        return fmt::format("{} [{}] :: ", name, number);
      };
    }
    stream = std::make_shared<wasi::LinePrefix>(
        std::move(stream),
        wasi::LinePrefixOptions{.prefix = std::move(text), .escape_controls = true});
    is_terminal = false;
  };
  make_safe("stdout", world.stdio->out, world.stdio->out_is_terminal);
  make_safe("stderr", world.stdio->err, world.stdio->err_is_terminal);
  return world;
}

void ServeWorker::report_failure(const wasi::RequestFailure& failure) {
  const std::string request =
      fmt::format("request {} ({})", number_among_all(failure.number), failure.request);
  (failure.trap != nullptr ? metrics_.traps : metrics_.failures).fetch_add(1, kRelaxed);
  say(failure.trap != nullptr ? to_lines(request, *failure.trap)
                              : to_line(request, failure.reason));
}

void ServeWorker::flush() {
  world_.stdio->drain(kLongestStallNs);
  errors_->drain(kLongestStallNs);
  if (log_) log_->drain(kLongestStallNs);
}

void ServeWorker::note(const wasi::InstanceCounts& counts) const {
  metrics_.instances.store(counts.made, kRelaxed);
  metrics_.instances_reused.store(counts.reused, kRelaxed);
  metrics_.instances_idle.store(counts.idle, kRelaxed);
}

Result<> ServeWorker::listen(net::Fd socket, bool secure) {
  auto listener = net::TcpListener::adopt(*loop_, std::move(socket));
  if (!listener.ok()) {
    return fail(ErrorKind::kIo, "cannot listen: " + listener.error().to_string());
  }
  server_.listen(std::move(*listener), secure);
  return {};
}

void ServeWorker::replace(const Served& served) {
  // The component was found to be one that serves HTTP before it got here.
  (void)service_->replace(served.component);
  has_program_ = served.component->imports("wasi:cli/");
  server_.set_tls(served.tls);
}

void ServeWorker::drain(std::function<void()> done) {
  if (server_.draining()) return;
  drained_ = std::move(done);
  server_.drain();
  service_->retire();
  drain_timeout_.set_after(static_cast<uint64_t>(common_.options.drain_timeout.count()));
  look_whether_drained();
}

void ServeWorker::look_whether_drained() {
  if (!drained_) return;
  if (server_.connections() == 0) {
    drain_timeout_.clear();
    std::exchange(drained_, {})();
  } else {
    server_.changed().add(on_change_);
  }
}

void ServeWorker::handle(http::Request&& request, http::Responder responder) {
  const auto& headers = common_.options.headers;
  for (const auto& [name, value] : headers) request.fields.remove(name);
  for (const auto& [name, value] : headers) (void)request.fields.append(name, value);
  service_->handle(std::move(request), std::move(responder));
}

void ServeWorker::connected() {
  metrics_.connections.fetch_add(1, kRelaxed);
  metrics_.connections_ever.fetch_add(1, kRelaxed);
}

void ServeWorker::disconnected() { metrics_.connections.fetch_sub(1, kRelaxed); }

void ServeWorker::refused() { metrics_.refused.fetch_add(1, kRelaxed); }

void ServeWorker::began() { metrics_.in_flight.fetch_add(1, kRelaxed); }

void ServeWorker::ended(const http::RequestRecord& record) {
  metrics_.ended(record);
  if (log_) log_->write(record);
}

}  // namespace tappet::cli
