// The host's side of data/guest.wat: interface test:host/api.
#pragma once

#include "tests/unit/canonical-abi/support/program.h"

namespace tappet::component::test {

// Outlives the programs that it is given to.
struct Api {
  HostResourceType thing{"thing"};
  // What `wait` waits for. It then gives twice its argument.
  bool ready = false;
  bool wakes_when_polled = false;
  WakeList wakes;
  int waiting = 0;  // calls that wait at the moment
  int polls = 0;
  std::vector<std::string> consumed;
  // What `call-back` does; it may run tasks.
  std::function<HostReturn()> call_back;

  HostInterfaceDef interface(std::string version = "0.2.9");
  void wake() {
    ready = true;
    wakes.wake_all();
  }
};

// guest.wat with its host, instantiated.
class GuestProgram : public Program {
 public:
  explicit GuestProgram(const ComponentLimits& limits = {}, LinkOptions options = {},
                        std::string file = "guest.wasm");
  Api api;
};

}  // namespace tappet::component::test
