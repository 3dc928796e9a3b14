#include "wasi/host/socket_error.h"

#include <cerrno>

namespace tappet::wasi {
namespace {

struct Row {
  SocketOperation operation;
  int code;
  SocketError error;
};

constexpr Row kRows[] = {
#define SOCKET_ERROR(operation, code, error) {SocketOperation::operation, code, SocketError::error},
#include "wasi/host/socket_errors.def"
#undef SOCKET_ERROR
};

}  // namespace

SocketError socket_error(Errno error, SocketOperation operation) {
  for (const Row& row : kRows) {
    if (row.code != error.code) continue;
    if (row.operation == operation || row.operation == SocketOperation::kAny) return row.error;
  }
  return SocketError::kUnknown;
}

}  // namespace tappet::wasi
