#include "wasi/p2/clocks.h"

#include "wasi/host/clocks.h"
#include "wasi/p2/pollable.h"
#include "wasi/p2/version.h"

namespace tappet::wasi::p2 {

struct TimezoneDisplay {
  int32_t utc_offset = 0;
  std::string name;
  bool in_daylight_saving_time = false;
};
TAPPET_RECORD(TimezoneDisplay, utc_offset, name, in_daylight_saving_time)

namespace {

using component::HostInterface;
using component::HostInterfaceDef;
using component::make_own;

Datetime split(uint64_t ns) {
  return {ns / net::kSecond, static_cast<uint32_t>(ns % net::kSecond)};
}

}  // namespace

HostInterfaceDef wall_clock() {
  return HostInterface<Clocks>("wasi:clocks/wall-clock", kVersion)
      .func("now", [](const Clocks& clocks) { return split(clocks.wall_now()); })
      .func("resolution", [](const Clocks& clocks) { return split(clocks.resolution()); });
}

HostInterfaceDef monotonic_clock() {
  return HostInterface<Clocks>("wasi:clocks/monotonic-clock", kVersion)
      .resource<Pollable>("pollable")
      .func("now", &Clocks::monotonic_now)
      .func("resolution", &Clocks::resolution)
      .func("subscribe-instant", {"when"},
            [](const Clocks& clocks, uint64_t when) { return make_own<Pollable>(clocks.at(when)); })
      .func("subscribe-duration", {"when"}, [](const Clocks& clocks, uint64_t duration) {
        return make_own<Pollable>(clocks.after(duration));
      });
}

HostInterfaceDef timezone() {
  return HostInterface<>("wasi:clocks/timezone", kVersion)
      .func("display", {"when"}, [](const Datetime&) { return TimezoneDisplay{.name = "UTC"}; })
      .func("utc-offset", {"when"}, [](const Datetime&) { return int32_t{0}; });
}

}  // namespace tappet::wasi::p2
