// wasi:clocks 0.2. The context is Clocks; the time zone is always UTC.
#pragma once

#include "canonical-abi/bind/interface.h"

namespace tappet::wasi::p2 {

component::HostInterfaceDef wall_clock();
component::HostInterfaceDef monotonic_clock();
component::HostInterfaceDef timezone();

// wall-clock's record, which other interfaces use.
struct Datetime {
  uint64_t seconds = 0;
  uint32_t nanoseconds = 0;
};
TAPPET_RECORD(Datetime, seconds, nanoseconds)

}  // namespace tappet::wasi::p2
