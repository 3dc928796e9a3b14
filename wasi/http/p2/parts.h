// wasi:http/types is one interface, declared in parts.
#pragma once

#include "canonical-abi/bind/interface.h"
#include "wasi/host/network.h"
#include "wasi/http/engine/context.h"
#include "wasi/http/p2/bindings.h"

namespace tappet::wasi::p2 {

// What pays for the messages that the store's guests hold: their network's budget, if they have
// one.
inline net::Ref<net::Budget> budget_of(const component::HostEnvironment& environment) {
  const void* const network = environment.find(component::HostEnvironment::key<Network>());
  return network ? static_cast<const Network*>(network)->budget() : net::Ref<net::Budget>();
}

using HttpScope = component::InterfaceScope<void, HttpContext>;

void add_fields(HttpScope scope);
void add_bodies(HttpScope scope);
void add_incoming(HttpScope scope);
void add_outgoing(HttpScope scope);

// "result" without payloads.
using Plain = Result<Unit, Unit>;
inline Plain plain(bool ok) {
  if (ok) return Unit();
  return fail(Unit());
}
// The resource, or the plain error for a null one: for what is given away once.
template <class T>
Result<component::Own<T>, Unit> once(std::shared_ptr<T> object) {
  if (object == nullptr) return fail(Unit());
  return component::Own<T>(std::move(object));
}

}  // namespace tappet::wasi::p2
