// wasi:cli 0.2, as imported. Contexts are Environment and Stdio.
#pragma once

#include "canonical-abi/bind/interface.h"

namespace tappet::wasi::p2 {

component::HostInterfaceDef cli_environment();
component::HostInterfaceDef cli_exit();
component::HostInterfaceDef cli_stdin();
component::HostInterfaceDef cli_stdout();
component::HostInterfaceDef cli_stderr();
component::HostInterfaceDef terminal_input();
component::HostInterfaceDef terminal_output();
component::HostInterfaceDef terminal_stdin();
component::HostInterfaceDef terminal_stdout();
component::HostInterfaceDef terminal_stderr();

}  // namespace tappet::wasi::p2
