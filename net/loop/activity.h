// Whether a loop has anything to do.
#pragma once

#include "net/loop/loop.h"

namespace tappet::net {

// Somebody waits for a descriptor or a name, or a handle is being closed. Timers do not count, nor
// what is posted later. Takes time for each handle.
bool has_activity(Loop& loop);

}  // namespace tappet::net
