#include "wasi/world/world.h"

#include <algorithm>

#include "canonical-abi/linker/plan.h"
#include "wasi/http/p2/http.h"
#include "wasi/p2/config.h"
#include "wasi/p2/interfaces.h"
#include "wasi/p2/key_value.h"

namespace tappet::wasi {

using component::HostInterfaceDef;

namespace {

bool imports_poll(const component::InstancePre& guest) {
  const auto& pollable = component::host_resource_type<p2::Pollable>();
  return std::ranges::any_of(guest.plan().host_types, [&](const component::ResourceType& type) {
    return type.host == &pollable;
  });
}

}  // namespace

World::World(net::Loop& loop)
    : clocks(std::make_shared<Clocks>(loop)),
      random(system_random()),
      environment(std::make_shared<Environment>()),
      stdio(std::make_shared<Stdio>()),
      filesystem(std::make_shared<Filesystem>(loop)),
      network(std::make_shared<Network>(std::make_shared<SharedNetwork>(loop))),
      http(std::make_shared<HttpContext>()),
      config(std::make_shared<Config>()),
      key_value(std::make_shared<KeyValueStores>()),
      patience(std::make_shared<p2::Patience>(loop)) {}

void World::install(component::HostEnvironment& store) const {
  store.set(clocks.get());
  store.set(random.get());
  store.set(environment.get());
  store.set(stdio.get());
  store.set(filesystem.get());
  store.set(network.get());
  store.set(http.get());
  store.set(config.get());
  store.set(key_value.get());
}

void World::install(component::HostEnvironment& store, const component::InstancePre& guest) const {
  install(store);
  if (!imports_poll(guest)) store.set(patience.get());
}

std::vector<HostInterfaceDef> all_interfaces(const InterfaceOptions& options) {
  std::vector<HostInterfaceDef> interfaces = p2::interfaces();
  for (auto* const list : {p2::config_interfaces, p2::key_value_interfaces}) {
    for (HostInterfaceDef& interface : list()) interfaces.push_back(std::move(interface));
  }
  interfaces.push_back(p2::http_types());
  interfaces.push_back(p2::http_outgoing_handler());
  if (!options.poll) {
    std::erase_if(interfaces, [](HostInterfaceDef& i) { return !p2::remove_poll(i); });
  }
  return interfaces;
}

Result<> add_to_linker(component::Linker& linker, const InterfaceOptions& options) {
  for (HostInterfaceDef& interface : all_interfaces(options)) {
    TAPPET_TRY(linker.define(std::move(interface)));
  }
  return {};
}

}  // namespace tappet::wasi
