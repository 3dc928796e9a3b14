// stream, future and error-context (CanonicalABI.md, sections of these names).
#pragma once

#include "canonical-abi/runtime/func_inst.h"

namespace tappet::component {

HostOutcome canon_stream_new(CanonFunction& self, HostCall& call);
HostOutcome canon_stream_read(CanonFunction& self, HostCall& call);
HostOutcome canon_stream_write(CanonFunction& self, HostCall& call);
HostOutcome canon_stream_cancel_read(CanonFunction& self, HostCall& call);
HostOutcome canon_stream_cancel_write(CanonFunction& self, HostCall& call);
HostOutcome canon_stream_drop_readable(CanonFunction& self, HostCall& call);
HostOutcome canon_stream_drop_writable(CanonFunction& self, HostCall& call);
HostOutcome canon_error_context_new(CanonFunction& self, HostCall& call);
HostOutcome canon_error_context_debug_message(CanonFunction& self, HostCall& call);
HostOutcome canon_error_context_drop(CanonFunction& self, HostCall& call);

}  // namespace tappet::component
