// All interfaces of WASI 0.2 but those of HTTP.
#pragma once

#include <vector>

#include "canonical-abi/runtime/host_interface.h"

namespace tappet::wasi::p2 {

std::vector<component::HostInterfaceDef> interfaces();

}  // namespace tappet::wasi::p2
