#include "wasi/host/socket_settings.h"

#include <algorithm>

#include "net/loop/clock.h"

namespace tappet::wasi {
namespace {

// Linux's limit on the times of keep-alive, the lowest that there is.
constexpr uint64_t kMostSeconds = 32767;
// Linux doubles what is asked for, to have room for its own records, and says so when asked.
#ifdef __linux__
constexpr uint64_t kBufferFactor = 2;
#else
constexpr uint64_t kBufferFactor = 1;
#endif

SocketResult<uint64_t> get(const Socket& socket, SocketOption option) {
  const int value = TAPPET_TRY(socket_result(socket.option(option)));
  return static_cast<uint64_t>(std::max(value, 0));
}

SocketResult<> set(const Socket& socket, SocketOption option, uint64_t value, uint64_t most) {
  if (value == 0) return fail(SocketError::kInvalidArgument);
  return socket_result(socket.set_option(option, static_cast<int>(std::min(value, most))));
}

}  // namespace

SocketResult<bool> flag(const Socket& socket, SocketOption option) {
  return TAPPET_TRY(get(socket, option)) != 0;
}

SocketResult<> set_flag(const Socket& socket, SocketOption option, bool on) {
  return socket_result(socket.set_option(option, on ? 1 : 0));
}

SocketResult<uint64_t> duration(const Socket& socket, SocketOption option) {
  return TAPPET_TRY(get(socket, option)) * net::kSecond;
}

SocketResult<> set_duration(const Socket& socket, SocketOption option, uint64_t ns) {
  const uint64_t seconds = ns / net::kSecond + (ns % net::kSecond != 0 ? 1 : 0);
  return set(socket, option, seconds, kMostSeconds);
}

SocketResult<uint32_t> number(const Socket& socket, SocketOption option) {
  return static_cast<uint32_t>(TAPPET_TRY(get(socket, option)));
}

SocketResult<> set_number(const Socket& socket, SocketOption option, uint32_t value,
                          uint32_t most) {
  return set(socket, option, value, most);
}

SocketResult<uint64_t> buffer_size(const Socket& socket, SocketOption option) {
  return TAPPET_TRY(get(socket, option)) / kBufferFactor;
}

SocketResult<> set_buffer_size(const Socket& socket, SocketOption option, uint64_t bytes) {
  return set(socket, option, bytes, kMostBuffer);
}

}  // namespace tappet::wasi
