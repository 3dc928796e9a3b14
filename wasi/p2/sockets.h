// wasi:sockets 0.2: the face of wasi/host's sockets. The context is Network, which is also what
// handles of the resource network stand for.
#pragma once

#include "canonical-abi/bind/interface.h"

namespace tappet::wasi::p2 {

component::HostInterfaceDef sockets_network();
component::HostInterfaceDef sockets_instance_network();
component::HostInterfaceDef sockets_ip_name_lookup();
component::HostInterfaceDef sockets_tcp();
component::HostInterfaceDef sockets_tcp_create_socket();
component::HostInterfaceDef sockets_udp();
component::HostInterfaceDef sockets_udp_create_socket();

}  // namespace tappet::wasi::p2
