#pragma once

#include "interp/exec/state.h"
#include "interp/runtime/instance.h"
#include "interp/runtime/store.h"

namespace tappet::exec {

// Tells the collector how far the running thread's stack is in use: operands are on top of it.
class Safepoint {
 public:
  Safepoint(State& s, const uint64_t* end) : control_(*s.in->control) { control_.live_end = end; }
  ~Safepoint() { control_.live_end = nullptr; }
  Safepoint(const Safepoint&) = delete;
  Safepoint& operator=(const Safepoint&) = delete;

 private:
  Control& control_;
};

}  // namespace tappet::exec
