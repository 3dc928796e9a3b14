#include "wasi/world/world.h"

#include "wasi/http/p2/http.h"
#include "wasi/p2/interfaces.h"

namespace tappet::wasi {

World::World(net::Loop& loop)
    : clocks(std::make_shared<Clocks>(loop)),
      random(system_random()),
      environment(std::make_shared<Environment>()),
      stdio(std::make_shared<Stdio>()),
      filesystem(std::make_shared<Filesystem>(loop)),
      network(std::make_shared<Network>(std::make_shared<SharedNetwork>(loop))),
      http(std::make_shared<HttpContext>()) {}

void World::install(component::HostEnvironment& store) const {
  store.set(clocks.get());
  store.set(random.get());
  store.set(environment.get());
  store.set(stdio.get());
  store.set(filesystem.get());
  store.set(network.get());
  store.set(http.get());
}

Result<> add_to_linker(component::Linker& linker) {
  for (component::HostInterfaceDef& interface : p2::interfaces()) {
    TAPPET_TRY(linker.define(std::move(interface)));
  }
  TAPPET_TRY(linker.define(p2::http_types()));
  TAPPET_TRY(linker.define(p2::http_outgoing_handler()));
  return {};
}

}  // namespace tappet::wasi
