// wasi:io 0.2: errors, pollables, streams.
//
// The resource classes are IoError, Pollable, InputStream and OutputStream: interfaces that give
// streams to guests return Own<InputStream> and Own<OutputStream>.
#pragma once

#include "canonical-abi/bind/interface.h"
#include "wasi/host/stream.h"
#include "wasi/p2/pollable.h"

namespace tappet::wasi::p2 {

component::HostInterfaceDef io_error();
component::HostInterfaceDef io_poll();
component::HostInterfaceDef io_streams();

// A new pollable for what was lent; the guest must drop it first.
template <class T>
component::Own<Pollable> subscribe_to(const component::Borrow<T>& source) {
  return component::make_own<Pollable>(source.share()).child_of(source);
}

// How every function that waits is made: `step` tries, and answers kPending after it has registered
// the waker, if it is given one, with what must change.
template <class R, class Step>
component::Async<R> wait_for(Step step) {
  if (Poll<R> now = step(nullptr)) return *std::move(now);
  return component::Async<R>::pending(
      [step = std::move(step)](Waker& waker) mutable { return step(&waker); });
}

inline void register_with(Readiness& source, Waker* waker) {
  if (waker != nullptr) source.changed().add(*waker);
}

}  // namespace tappet::wasi::p2
