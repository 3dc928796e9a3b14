// A component as an HTTP server.
#include <fmt/format.h>

#include <csignal>

#include "canonical-abi/linker/linker.h"
#include "cli/commands.h"
#include "cli/guest_host.h"
#include "cli/report.h"
#include "net/http/server.h"
#include "net/loop/signal.h"
#include "wasi/host/line_prefix.h"
#include "wasi/world/component_service.h"

namespace tappet::cli {
namespace {

// A linear memory may not grow beyond this unless --max-memory says otherwise: one guest must not
// be able to take the machine from the others.
constexpr uint64_t kMemoryOfOneRequest = uint64_t{256} << 20;
// How long requests under way are waited for after the first signal.
constexpr uint64_t kDrainNs = 30 * net::kSecond;

class ServeCommand {
 public:
  ServeCommand(const ServeOptions& options, const Engine& engine, std::unique_ptr<net::Loop> loop)
      : options_(options),
        engine_(engine),
        loop_(std::move(loop)),
        connector_(*loop_),
        client_(*loop_, connector_),
        world_(*loop_),
        executor_(*loop_),
        drain_timeout_(*loop_, [this] { loop_->stop(); }),
        on_change_([this] { look_whether_drained(); }) {}

  int run(const std::shared_ptr<const component::Component>& component);

 private:
  const std::string& file() const { return options_.guest.file; }
  Result<> start(const std::shared_ptr<const component::Component>& component);
  Result<> grant();
  Result<> prepare(const std::shared_ptr<const component::Component>& component);
  Result<> listen();
  Result<> catch_signals();
  wasi::World world_of(uint64_t number) const;
  void report_failure(const wasi::RequestFailure& failure) const;
  void signalled();
  void look_whether_drained();

  const ServeOptions& options_;
  const Engine& engine_;
  std::unique_ptr<net::Loop> loop_;
  http::TcpConnector connector_;
  http::HttpClient client_;
  wasi::World world_;
  wasi::Executor executor_;
  std::unique_ptr<wasi::ComponentService> service_;
  std::optional<http::Server> server_;
  net::Timer drain_timeout_;
  Waker on_change_;
  struct Caught {
    std::unique_ptr<net::Signal> signal;
    std::unique_ptr<Waker> waker;
  };
  std::vector<Caught> signals_;
};

// What guests are given: the options' variables and directories, outgoing HTTP, and this process's
// outputs.
Result<> ServeCommand::grant() {
  *world_.environment = make_environment(options_.guest, {});
  for (const Preopen& dir : options_.guest.dirs) {
    TAPPET_TRY(world_.filesystem->preopen(dir.host, dir.guest));
  }
  world_.stdio->inherit_out(*loop_);
  world_.stdio->inherit_err(*loop_);
  if (options_.guest.http.value_or(true)) world_.http->client = &client_;
  return {};
}

// The same for every request, but for what each output line says where it comes from.
wasi::World ServeCommand::world_of(uint64_t number) const {
  wasi::World world = world_;
  if (!options_.logging_prefix) return world;
  world.stdio = std::make_shared<wasi::Stdio>(*world_.stdio);
  const auto prefixed = [&](const char* name, std::shared_ptr<wasi::OutputStream> inner) {
    return std::make_shared<wasi::LinePrefix>(
        std::move(inner), wasi::LinePrefixOptions{fmt::format("{} [{}] :: ", name, number), true});
  };
  world.stdio->out = prefixed("stdout", world.stdio->out);
  world.stdio->err = prefixed("stderr", world.stdio->err);
  return world;
}

void ServeCommand::report_failure(const wasi::RequestFailure& failure) const {
  const std::string request = fmt::format("request {} ({})", failure.number, failure.request);
  if (failure.trap != nullptr) {
    report(request, *failure.trap);
  } else {
    warn(request, failure.reason);
  }
}

Result<> ServeCommand::prepare(const std::shared_ptr<const component::Component>& component) {
  TAPPET_TRY(grant());
  component::Linker linker(engine_, {.unknown_imports_trap = options_.guest.unknown_imports_trap});
  TAPPET_TRY(wasi::add_to_linker(linker));
  const auto links = TAPPET_TRY(load_links(engine_, options_.guest));
  wasi::ServiceOptions service;
  service.limits = component_limits(options_.guest);
  if (!options_.guest.max_memory) service.limits.core.memory_bytes = kMemoryOfOneRequest;
  const auto timeout = options_.guest.timeout.value_or(options_.request_timeout);
  service.request_timeout_ns = static_cast<uint64_t>(timeout.count());
  service_ = TAPPET_TRY(wasi::ComponentService::create(
      engine_, TAPPET_TRY(linker.link(component, links)), executor_,
      {.world = [this](uint64_t number) { return world_of(number); },
       .failed = [this](const wasi::RequestFailure& failure) { report_failure(failure); }},
      service));
  return {};
}

Result<> ServeCommand::listen() {
  const std::optional<net::SocketAddress> address = net::SocketAddress::parse(options_.addr);
  if (!address) {
    return fail(ErrorKind::kUsage,
                fmt::format("--addr wants IP:PORT or [IPV6]:PORT, not '{}'", options_.addr));
  }
  server_.emplace(*loop_, *service_);
  const auto bound = server_->listen(*address);
  if (!bound.ok()) {
    return fail(ErrorKind::kIo,
                fmt::format("cannot listen on {}: {}", options_.addr, bound.error().to_string()));
  }
  fmt::print(stderr, "Serving HTTP on http://{}/\n", bound->to_string());
  (void)std::fflush(stderr);
  return {};
}

Result<> ServeCommand::catch_signals() {
  for (const int number : {SIGINT, SIGTERM}) {
    auto signal = TAPPET_TRY(net::Signal::catch_signal(*loop_, number));
    signals_.push_back({std::move(signal), std::make_unique<Waker>([this] { signalled(); })});
    signals_.back().signal->ready().add(*signals_.back().waker);
  }
  return {};
}

// The first signal drains, the second ends.
void ServeCommand::signalled() {
  for (const Caught& caught : signals_) caught.signal->ready().add(*caught.waker);
  if (server_->draining()) {
    loop_->stop();
    return;
  }
  server_->drain();
  drain_timeout_.set_after(kDrainNs);
  look_whether_drained();
}

void ServeCommand::look_whether_drained() {
  if (server_->connections() == 0) {
    loop_->stop();
  } else {
    server_->changed().add(on_change_);
  }
}

Result<> ServeCommand::start(const std::shared_ptr<const component::Component>& component) {
  TAPPET_TRY(prepare(component));
  TAPPET_TRY(catch_signals());
  return listen();
}

int ServeCommand::run(const std::shared_ptr<const component::Component>& component) {
  const Result<> started = start(component);
  if (!started.ok()) return report(file(), started.error());
  loop_->run();
  world_.stdio->drain();
  return kSuccess;
}

}  // namespace

int serve(const ServeOptions& options) {
  const Engine engine(engine_config(options.guest));
  const Result<Program> program = load_file(engine, options.guest.file, options.guest.features);
  if (!program.ok()) return report(options.guest.file, program.error());
  const auto* const component = std::get_if<1>(&*program);
  if (component == nullptr) {
    return report(options.guest.file,
                  make_error(ErrorKind::kUnlinkable,
                             "a core module serves no HTTP: serve wants a component"));
  }
  auto loop = net::Loop::create();
  if (!loop.ok()) return report({}, loop.error());
  return ServeCommand(options, engine, *std::move(loop)).run(*component);
}

}  // namespace tappet::cli
