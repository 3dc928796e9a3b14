// Options of sockets in the units of WASI, within the bounds of the system.
#pragma once

#include "wasi/host/socket.h"
#include "wasi/host/socket_error.h"

namespace tappet::wasi {

// Setting 0 is invalid-argument, except for flags; everything else is brought into range, so what
// is read back may differ.

SocketResult<bool> flag(const Socket& socket, SocketOption option);
SocketResult<> set_flag(const Socket& socket, SocketOption option, bool on);
// Nanoseconds; the system counts seconds.
SocketResult<uint64_t> duration(const Socket& socket, SocketOption option);
SocketResult<> set_duration(const Socket& socket, SocketOption option, uint64_t ns);
// At most `most`.
SocketResult<uint32_t> number(const Socket& socket, SocketOption option);
SocketResult<> set_number(const Socket& socket, SocketOption option, uint32_t value, uint32_t most);
// Bytes. Guests get no more than kMostBuffer, whatever the system allows.
inline constexpr uint64_t kMostBuffer = uint64_t{4} << 20;
SocketResult<uint64_t> buffer_size(const Socket& socket, SocketOption option);
SocketResult<> set_buffer_size(const Socket& socket, SocketOption option, uint64_t bytes);

}  // namespace tappet::wasi
