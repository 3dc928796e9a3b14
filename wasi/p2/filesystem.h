// wasi:filesystem 0.2. The context is Filesystem; resource classes are Descriptor and
// DirectoryReader.
#pragma once

#include "canonical-abi/bind/interface.h"

namespace tappet::wasi::p2 {

component::HostInterfaceDef filesystem_types();
component::HostInterfaceDef filesystem_preopens();

}  // namespace tappet::wasi::p2
