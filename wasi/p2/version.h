// The version of WASI that the interfaces of this folder implement.
#pragma once

#include "canonical-abi/bind/interface.h"

namespace tappet::wasi::p2 {

inline constexpr component::Version kVersion = component::version("0.2.12");

}  // namespace tappet::wasi::p2
