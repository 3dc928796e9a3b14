// wasi:http 0.2: the faces of wasi/http/engine.
//
// Interfaces find an HttpContext in the store's HostEnvironment. If there is a Network, its budget
// pays for messages.
#pragma once

#include <memory>
#include <vector>

#include "canonical-abi/bind/interface.h"
#include "wasi/http/engine/response_slot.h"

namespace tappet::wasi::p2 {

component::HostInterfaceDef http_types();
component::HostInterfaceDef http_outgoing_handler();

// The arguments of wasi:http/incoming-handler's handle: two resources, which go to the guest. Fails
// (kLimit) if the store can hold no more resources.
Result<std::vector<component::ComponentValue>> handle_arguments(
    component::HostEnvironment& environment, http::Request&& request,
    std::shared_ptr<ResponseSlot> slot);

// Ends what is under way in the messages that the store's guests hold, as if they had been dropped:
// content that arrives or is written, responses that are awaited. The resources stay, and give
// errors. Between calls of guests.
void end_exchanges(component::HostEnvironment& environment);

}  // namespace tappet::wasi::p2
