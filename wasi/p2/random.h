// wasi:random 0.2. The context is Random.
#pragma once

#include "canonical-abi/bind/interface.h"

namespace tappet::wasi::p2 {

component::HostInterfaceDef random();
component::HostInterfaceDef insecure_random();
component::HostInterfaceDef insecure_seed();

}  // namespace tappet::wasi::p2
