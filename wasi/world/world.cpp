#include "wasi/world/world.h"

#include "wasi/http/p2/http.h"
#include "wasi/p2/cli.h"
#include "wasi/p2/clocks.h"
#include "wasi/p2/filesystem.h"
#include "wasi/p2/io.h"
#include "wasi/p2/random.h"
#include "wasi/p2/sockets.h"

namespace tappet::wasi {

World::World(net::Loop& loop)
    : clocks(std::make_shared<Clocks>(loop)),
      random(system_random()),
      environment(std::make_shared<Environment>()),
      stdio(std::make_shared<Stdio>()),
      filesystem(std::make_shared<Filesystem>(loop)),
      http(std::make_shared<HttpContext>()) {}

void World::install(component::HostEnvironment& store) const {
  store.set(clocks.get());
  store.set(random.get());
  store.set(environment.get());
  store.set(stdio.get());
  store.set(filesystem.get());
  store.set(http.get());
}

Result<> add_to_linker(component::Linker& linker) {
  using Interface = component::HostInterfaceDef (*)();
  static constexpr Interface kInterfaces[] = {
      p2::io_error,
      p2::io_poll,
      p2::io_streams,
      p2::wall_clock,
      p2::monotonic_clock,
      p2::timezone,
      p2::random,
      p2::insecure_random,
      p2::insecure_seed,
      p2::cli_environment,
      p2::cli_exit,
      p2::cli_stdin,
      p2::cli_stdout,
      p2::cli_stderr,
      p2::terminal_input,
      p2::terminal_output,
      p2::terminal_stdin,
      p2::terminal_stdout,
      p2::terminal_stderr,
      p2::filesystem_types,
      p2::filesystem_preopens,
      p2::sockets_network,
      p2::sockets_instance_network,
      p2::sockets_ip_name_lookup,
      p2::sockets_tcp,
      p2::sockets_tcp_create_socket,
      p2::sockets_udp,
      p2::sockets_udp_create_socket,
      p2::http_types,
      p2::http_outgoing_handler,
  };
  for (const Interface interface : kInterfaces) TAPPET_TRY(linker.define(interface()));
  return {};
}

}  // namespace tappet::wasi
