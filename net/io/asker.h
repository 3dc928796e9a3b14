// On whose behalf names are looked up: askers take turns.
#pragma once

#include <cstdint>

namespace tappet::net {

// Whoever hands out the numbers of a resolver's askers gives nobody the same one twice.
using Asker = uint64_t;
inline constexpr Asker kNobodyInParticular = 0;

}  // namespace tappet::net
