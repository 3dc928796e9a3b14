// wasi:sockets 0.2, of which nothing is granted: programs link, and every attempt to create a
// socket or to look up a name is answered with access-denied.
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
