// wasi:config, a draft of WASI 0.2. Its context is Config.
#pragma once

#include <vector>

#include "canonical-abi/bind/interface.h"

namespace tappet::wasi::p2 {

// wasi:config/store, once for each draft that guests are made for: drafts match only exactly.
std::vector<component::HostInterfaceDef> config_interfaces();

}  // namespace tappet::wasi::p2
