// What goes wrong with sockets, as WASI has it.
#pragma once

#include "wasi/host/errno.h"

namespace tappet::wasi {

// The error-code of wasi:sockets/network, in its order.
enum class SocketError : uint8_t {
  kUnknown,
  kAccessDenied,
  kNotSupported,
  kInvalidArgument,
  kOutOfMemory,
  kTimeout,
  kConcurrencyConflict,
  kNotInProgress,
  kWouldBlock,
  kInvalidState,
  kNewSocketLimit,
  kAddressNotBindable,
  kAddressInUse,
  kRemoteUnreachable,
  kConnectionRefused,
  kConnectionReset,
  kConnectionAborted,
  kDatagramTooLarge,
  kNameUnresolvable,
  kTemporaryResolverFailure,
  kPermanentResolverFailure,
};

template <class T = Unit>
using SocketResult = Result<T, SocketError>;

// What failed: the same errno means different things.
enum class SocketOperation : uint8_t { kAny, kCreate, kBind, kConnect, kSend, kReceive };

SocketError socket_error(Errno error, SocketOperation operation = SocketOperation::kAny);

template <class T>
SocketResult<T> socket_result(SystemResult<T> result,
                              SocketOperation operation = SocketOperation::kAny) {
  if (!result.ok()) return fail(socket_error(result.error(), operation));
  return std::move(result).value();
}

}  // namespace tappet::wasi
