#include "wasi/p2/interfaces.h"

#include "wasi/p2/cli.h"
#include "wasi/p2/clocks.h"
#include "wasi/p2/filesystem.h"
#include "wasi/p2/io.h"
#include "wasi/p2/random.h"
#include "wasi/p2/sockets.h"

namespace tappet::wasi::p2 {

std::vector<component::HostInterfaceDef> interfaces() {
  return {io_error(),
          io_poll(),
          io_streams(),
          wall_clock(),
          monotonic_clock(),
          timezone(),
          random(),
          insecure_random(),
          insecure_seed(),
          cli_environment(),
          cli_exit(),
          cli_stdin(),
          cli_stdout(),
          cli_stderr(),
          terminal_input(),
          terminal_output(),
          terminal_stdin(),
          terminal_stdout(),
          terminal_stderr(),
          filesystem_types(),
          filesystem_preopens(),
          sockets_network(),
          sockets_instance_network(),
          sockets_ip_name_lookup(),
          sockets_tcp(),
          sockets_tcp_create_socket(),
          sockets_udp(),
          sockets_udp_create_socket()};
}

bool remove_poll(component::HostInterfaceDef& interface) {
  std::erase_if(interface.functions, [](const component::HostFunctionDef& function) {
    const std::string_view name = function.name;
    return name.ends_with(".subscribe") || name.starts_with("subscribe-");
  });
  return interface.name != "wasi:io/poll";
}

}  // namespace tappet::wasi::p2
