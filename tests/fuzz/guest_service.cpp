#include "tests/fuzz/guest_service.h"

#include <fstream>
#include <iterator>

#include "canonical-abi/component/engine_options.h"
#include "canonical-abi/linker/linker.h"
#include "interp/engine.h"
#include "tests/fuzz/http_tools.h"
#include "wasi/host/executor.h"
#include "wasi/world/component_service.h"
#include "wasi/world/world.h"

namespace tappet::http {
namespace {

// Below the time that the fuzzers wait for connections to end.
constexpr uint64_t kRequestTimeout = 35 * net::kSecond;

}  // namespace

struct GuestService::Parts {
  explicit Parts(net::Loop& loop) : executor(loop), world(loop) {}

  Engine engine;
  wasi::Executor executor;
  wasi::World world;
  std::unique_ptr<wasi::ComponentService> service;
};

GuestService::GuestService(net::Loop& loop, const std::string& file, std::string path)
    : path_(std::move(path)), parts_(std::make_unique<Parts>(loop)) {
  std::ifstream in(std::string(TAPPET_ROOT) + "/" + file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  auto component = component::load_component(Bytes(text.begin(), text.end()),
                                             component::options_for(parts_->engine));
  require(component.ok(), "the guest is a component");
  component::Linker linker(parts_->engine);
  require(wasi::add_to_linker(linker).ok(), "the host's interfaces are defined");
  auto pre = linker.link(*component, {});
  require(pre.ok(), "the guest links");
  wasi::ServiceOptions options;
  options.request_timeout_ns = kRequestTimeout;
  auto service = wasi::ComponentService::create(
      parts_->engine, *pre, parts_->executor,
      {.world = [this](uint64_t) { return parts_->world; },
       .failed =
           [this](const wasi::RequestFailure& failure) {
             // Which is how they end when their content does not end well.
             if (!failure.trap || failure.trap->kind == TrapKind::kUnreachable) return;
             trapped_ = true;
             std::fprintf(stderr, "%s: %s\n", failure.request.c_str(), failure.reason.c_str());
           }},
      options);
  require(service.ok(), "the guest serves HTTP");
  parts_->service = std::move(*service);
}

GuestService::~GuestService() = default;

void GuestService::handle(Request&& request, Responder responder) {
  if (!path_.empty()) request.path_with_query = path_;
  parts_->service->handle(std::move(request), std::move(responder));
}

size_t GuestService::active() const { return parts_->service->active(); }

}  // namespace tappet::http
