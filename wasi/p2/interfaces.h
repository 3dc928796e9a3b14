// All interfaces of WASI 0.2 but those of HTTP.
#pragma once

#include <vector>

#include "canonical-abi/runtime/host_interface.h"

namespace tappet::wasi::p2 {

std::vector<component::HostInterfaceDef> interfaces();

// Takes the functions that give pollables out of an interface. False for the one that is about
// nothing else.
bool remove_poll(component::HostInterfaceDef& interface);

}  // namespace tappet::wasi::p2
