// wasi:keyvalue, a draft of WASI 0.2. Its context is KeyValueStores.
#pragma once

#include <vector>

#include "canonical-abi/bind/interface.h"

namespace tappet::wasi::p2 {

// Its interfaces store, atomics and batch, once for each draft that guests are made for: drafts
// match only exactly. They differ in the types of cursors and of increments, and the older one has
// no compare-and-swap.
std::vector<component::HostInterfaceDef> key_value_interfaces();

}  // namespace tappet::wasi::p2
