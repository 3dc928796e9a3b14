// A component as an HTTP server: workers with an event loop each, of which the first runs on the
// main thread and also sees to signals, the admin address and reloading.
#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <future>
#include <thread>

#include "canonical-abi/linker/linker.h"
#include "cli/commands.h"
#include "cli/exports.h"
#include "cli/guest_host.h"
#include "cli/report.h"
#include "cli/serve_admin.h"
#include "cli/serve_listen.h"
#include "cli/serve_worker.h"
#include "net/loop/signal.h"
#include "wasi/world/component_service.h"

namespace tappet::cli {
namespace {

std::string count_of(uint64_t requests) {
  return fmt::format("{} request{}", requests, requests == 1 ? "" : "s");
}

// While the sockets listen: afterwards, a file of that name may be the next server's.
void remove_files(std::vector<ListeningSocket>& sockets) {
  for (ListeningSocket& socket : sockets) socket.file.remove();
}

// Reads and links the component, and reads the certificate. Any thread.
Result<Served> load(const ServeOptions& options, const Engine& engine) {
  auto program = TAPPET_TRY(load_file(engine, options.guest.file, options.guest.features));
  const auto* const component = std::get_if<1>(&program);
  if (component == nullptr) {
    return fail(ErrorKind::kUnlinkable,
                "a core module serves no HTTP: serve wants a component; `tappet run` runs modules");
  }
  component::Linker linker(engine, {.unknown_imports_trap = options.guest.unknown_imports_trap});
  TAPPET_TRY(wasi::add_to_linker(linker, {.poll = options.guest.poll}));
  const auto links = TAPPET_TRY(load_links(engine, options.guest));
  Served served;
  served.component = TAPPET_TRY(linker.link(*component, links));
  if (const Result<> serves = wasi::ComponentService::check(*served.component); !serves.ok()) {
    return fail(serves.error().kind, serves.error().message + exports_instead(*served.component));
  }
  if (!options.tls.cert_file.empty()) {
    net::TlsServerOptions tls;
    tls.identity = options.tls;
    tls.client_ca_file = options.tls_client_ca;
    served.tls = TAPPET_TRY(net::TlsContext::server(tls));
  }
  return served;
}

class ServeCommand {
 public:
  ServeCommand(const ServeOptions& options, const Engine& engine)
      : options_(options), engine_(engine), metrics_(options.workers) {}
  ~ServeCommand();

  // Serves until it is told to stop.
  Result<> run();

 private:
  struct Caught {
    std::unique_ptr<net::Signal> signal;
    std::optional<Waker> waker;
  };
  // A worker on a thread of its own; its loop turns until somebody posts that it stop.
  struct Threaded {
    ServeWorker* worker = nullptr;
    std::thread thread;
  };

  Result<> start();
  Result<> start_workers(const Served& served);
  Result<> start_threaded(const ServeWorker::Common& common, uint32_t number, const Served& served);
  Result<> listen();
  Result<std::unique_ptr<net::TcpListener>> listen_beside(const std::string& option,
                                                          const std::string& address);
  Result<> listen_for_shutdown();
  void look_for_shutdown();
  Result<> catch_signal(int number, void (ServeCommand::*react)());
  void release_signals();
  void terminate();
  void worker_drained();
  void reload();
  void reloaded(const Result<Served>& served);
  void stop_threads();

  const ServeOptions& options_;
  const Engine& engine_;
  ServeMetrics metrics_;
  std::unique_ptr<Outgoing> outgoing_;
  std::vector<ListeningSocket> sockets_;  // for requests
  std::vector<ListeningSocket> beside_;   // for operators
  std::unique_ptr<ServeWorker> first_;
  std::vector<Threaded> others_;
  AdminService admin_service_{metrics_};
  std::optional<http::Server> admin_;
  std::unique_ptr<net::TcpListener> shutdown_;
  std::unique_ptr<Waker> on_shutdown_;
  std::vector<std::unique_ptr<Caught>> signals_;
  std::thread reloader_;
  bool reload_again_ = false;
  bool draining_ = false;
  uint32_t drained_ = 0;
};

ServeCommand::~ServeCommand() {
  remove_files(sockets_);
  remove_files(beside_);
  if (reloader_.joinable()) reloader_.join();
  stop_threads();
}

Result<> ServeCommand::start_threaded(const ServeWorker::Common& common, uint32_t number,
                                      const Served& served) {
  std::promise<Result<ServeWorker*>> made;
  auto future = made.get_future();
  std::thread thread([common, number, served, made = std::move(made)]() mutable {
    auto worker = ServeWorker::create(common, number, served);
    if (!worker.ok()) {
      made.set_value(fail(std::move(worker.error())));
      return;
    }
    made.set_value(worker->get());
    (*worker)->loop().run();
    (*worker)->flush();
  });
  auto worker = future.get();
  if (!worker.ok()) {
    thread.join();
    return fail(std::move(worker.error()));
  }
  others_.push_back({*worker, std::move(thread)});
  return {};
}

Result<> ServeCommand::start_workers(const Served& served) {
  const ServeWorker::Common common{options_, engine_, *outgoing_, metrics_,
                                   TAPPET_TRY(make_key_value(options_.guest))};
  first_ = TAPPET_TRY(ServeWorker::create(common, 0, served));
  for (uint32_t number = 1; number < options_.workers; ++number) {
    TAPPET_TRY(start_threaded(common, number, served));
  }
  return {};
}

// Each worker gets its copy of every socket.
Result<> ServeCommand::listen() {
  for (ListeningSocket& socket : sockets_) {
    TAPPET_TRY(first_->listen(std::move(socket.fds[0]), socket.secure));
    for (size_t i = 0; i < others_.size(); ++i) {
      ServeWorker* const worker = others_[i].worker;
      auto fd = std::make_shared<net::Fd>(std::move(socket.fds[i + 1]));
      worker->loop().post([worker, fd, secure = socket.secure] {
        const Result<> listening = worker->listen(std::move(*fd), secure);
        if (!listening.ok()) worker->say(to_line({}, listening.error().message));
      });
    }
  }
  return {};
}

// An address that only the first worker's loop minds; its socket is the last of beside_.
Result<std::unique_ptr<net::TcpListener>> ServeCommand::listen_beside(const std::string& option,
                                                                      const std::string& address) {
  beside_.push_back(TAPPET_TRY(open_listening_socket(option, address, false, 1)));
  auto listener = net::TcpListener::adopt(first_->loop(), std::move(beside_.back().fds[0]));
  if (!listener.ok()) return fail(ErrorKind::kIo, listener.error().to_string());
  return std::move(*listener);
}

// To connect is enough.
Result<> ServeCommand::listen_for_shutdown() {
  shutdown_ = TAPPET_TRY(listen_beside("--shutdown-addr", *options_.shutdown_addr));
  on_shutdown_ = std::make_unique<Waker>([this] { look_for_shutdown(); });
  announce(fmt::format("Listening for shutdown on tcp://{}/", shutdown_->address().to_string()));
  look_for_shutdown();
  return {};
}

void ServeCommand::look_for_shutdown() {
  const bool asked = shutdown_->try_accept().has_value();
  shutdown_->acceptable().add(*on_shutdown_);
  if (asked && !draining_) terminate();
}

Result<> ServeCommand::start() {
  const Served served = TAPPET_TRY(load(options_, engine_));
  allow_many_descriptors();
  outgoing_ = TAPPET_TRY(Outgoing::create(options_.guest.outgoing, Outgoing::Private::kRefused));
  sockets_ = TAPPET_TRY(open_listening_sockets(options_));
  TAPPET_TRY(start_workers(served));
  if (options_.admin) {
    admin_.emplace(first_->loop(), admin_service_);
    admin_->listen(TAPPET_TRY(listen_beside("--admin", *options_.admin)), false);
    announce("Serving /healthz, /readyz and /metrics on " + beside_.back().url);
  }
  if (options_.shutdown_addr) TAPPET_TRY(listen_for_shutdown());
  TAPPET_TRY(catch_signal(SIGINT, &ServeCommand::terminate));
  TAPPET_TRY(catch_signal(SIGTERM, &ServeCommand::terminate));
  TAPPET_TRY(catch_signal(SIGHUP, &ServeCommand::reload));
  TAPPET_TRY(listen());
  for (const ListeningSocket& socket : sockets_) announce("Serving HTTP on " + socket.url);
  metrics_.ready = true;
  return {};
}

Result<> ServeCommand::run() {
  TAPPET_TRY(start());
  first_->loop().run();
  metrics_.ready = false;
  release_signals();
  if (const uint64_t requests = metrics_.in_flight(); requests > 0) {
    first_->say(fmt::format("{} cut off\n", count_of(requests)));
  }
  first_->flush();
  return {};
}

Result<> ServeCommand::catch_signal(int number, void (ServeCommand::*react)()) {
  signals_.push_back(std::make_unique<Caught>());
  Caught& caught = *signals_.back();
  caught.signal = TAPPET_TRY(net::Signal::catch_signal(first_->loop(), number));
  caught.waker.emplace([this, &caught, react] {
    caught.signal->ready().add(*caught.waker);
    (this->*react)();
  });
  caught.signal->ready().add(*caught.waker);
  return {};
}

// From now on a signal ends the process at once: somebody may not read what is left to be written.
void ServeCommand::release_signals() {
  signals_.clear();
  (void)std::signal(SIGHUP, SIG_IGN);
  for (const int number : {SIGINT, SIGTERM}) {
    (void)std::signal(number, [](int) { ::_exit(kSuccess); });
  }
}

// The first time drains, the second ends.
void ServeCommand::terminate() {
  if (draining_) return first_->loop().stop();
  draining_ = true;
  metrics_.ready = false;
  remove_files(sockets_);
  if (const uint64_t requests = metrics_.in_flight(); requests > 0) {
    first_->say(
        fmt::format("Waiting for {} under way; another signal ends at once\n", count_of(requests)));
  }
  const auto done = [this] { worker_drained(); };
  for (const Threaded& other : others_) {
    other.worker->loop().post([this, worker = other.worker, done] {
      worker->drain([this, done] { first_->loop().post(done); });
    });
  }
  first_->drain(done);
}

void ServeCommand::worker_drained() {
  if (++drained_ == options_.workers) first_->loop().stop();
}

// On a thread of its own, as large components take their time.
void ServeCommand::reload() {
  if (draining_) return;
  reload_again_ = reloader_.joinable();
  if (reload_again_) return;
  reloader_ = std::thread([this] {
    auto served = std::make_shared<Result<Served>>(load(options_, engine_));
    first_->loop().post([this, served] { reloaded(*served); });
  });
}

void ServeCommand::reloaded(const Result<Served>& served) {
  reloader_.join();
  reloader_ = {};
  ++(served.ok() ? metrics_.reloads : metrics_.failed_reloads);
  if (served.ok()) {
    first_->say("Reloaded " + options_.guest.file + "\n");
  } else {
    first_->say(to_line(options_.guest.file, served.error()) +
                "Not reloaded: what was served before is served on\n");
  }
  const auto apply = [served](ServeWorker* worker) {
    worker->reopen_log();
    if (served.ok()) worker->replace(*served);
  };
  apply(first_.get());
  for (const Threaded& other : others_) {
    other.worker->loop().post([apply, worker = other.worker] { apply(worker); });
  }
  if (reload_again_) reload();
}

void ServeCommand::stop_threads() {
  for (Threaded& other : others_) {
    other.worker->loop().post([worker = other.worker] { worker->loop().stop(); });
  }
  for (Threaded& other : others_) other.thread.join();
  others_.clear();
}

}  // namespace

int serve(const ServeOptions& options) {
  const Engine engine(engine_config(options.guest));
  ServeCommand command(options, engine);
  const Result<> served = command.run();
  return served.ok() ? kSuccess : report(options.guest.file, served.error());
}

}  // namespace tappet::cli
