// Everything of WASI that a guest can import, and what it is granted of it.
#pragma once

#include <memory>

#include "canonical-abi/linker/linker.h"
#include "wasi/host/clocks.h"
#include "wasi/host/config.h"
#include "wasi/host/environment.h"
#include "wasi/host/filesystem.h"
#include "wasi/host/key_value.h"
#include "wasi/host/network.h"
#include "wasi/host/random.h"
#include "wasi/host/stdio.h"
#include "wasi/http/engine/context.h"
#include "wasi/p2/patience.h"

namespace tappet::wasi {

// What the guests of a store find behind the interfaces. Everything links always, and little is
// granted: a new world has clocks and random numbers, but its standard streams lead nowhere, and it
// has no arguments, variables, settings, directories, key-value stores or network. Copies share
// what is not replaced, so a store can have a world that differs in one thing. Belongs to the
// loop's thread; the loop outlives it.
struct World {
  explicit World(net::Loop& loop);

  std::shared_ptr<Clocks> clocks;
  std::shared_ptr<Random> random;
  std::shared_ptr<Environment> environment;
  std::shared_ptr<Stdio> stdio;
  std::shared_ptr<Filesystem> filesystem;
  // Guests that share it share its limits as well; see Network::for_another_guest.
  std::shared_ptr<Network> network;
  std::shared_ptr<HttpContext> http;
  std::shared_ptr<Config> config;
  std::shared_ptr<KeyValueStores> key_value;
  // For guests without pollables.
  std::shared_ptr<p2::Patience> patience;

  // None is null. What the members point to now outlives `store`.
  void install(component::HostEnvironment& store) const;
  // The same for instances of `guest`.
  void install(component::HostEnvironment& store, const component::InstancePre& guest) const;
};

struct InterfaceOptions {
  // Off, there is no wasi:io/poll, and nothing that would return one of its pollables: what needs
  // them does not link.
  bool poll = true;
};

std::vector<component::HostInterfaceDef> all_interfaces(const InterfaceOptions& options);

// Defines all of them. Errors: as of HostInterfaces::define, for a linker that has some already.
Result<> add_to_linker(component::Linker& linker, const InterfaceOptions& options = {});

}  // namespace tappet::wasi
