// What guests leave behind of their messages.
#include "canonical-abi/bind/type_builder.h"
#include "wasi/http/engine/messages.h"
#include "wasi/http/p2/http.h"

namespace tappet::wasi::p2 {
namespace {

using component::HostResourceType;

template <class T>
bool cut_off(const HostResourceType& type, void* object) {
  if (&type != &component::host_resource_type<T>()) return false;
  T& message = *static_cast<T*>(object);
  if constexpr (requires { message.content; }) {
    message.content.cut_off();
  } else {
    message.cut_off();
  }
  return true;
}

template <class... Messages>
void cut_off_any(const HostResourceType& type, void* object) {
  (void)(cut_off<Messages>(type, object) || ...);
}

}  // namespace

void end_exchanges(component::HostEnvironment& environment) {
  environment.resources().for_each(
      cut_off_any<IncomingRequest, IncomingResponse, FutureIncomingResponse, IncomingBody,
                  FutureTrailers, OutgoingBody>);
}

}  // namespace tappet::wasi::p2
