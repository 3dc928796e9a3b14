#include "net/io/io_error.h"

#include <uv.h>

namespace tappet::net {
namespace {

IoErrorKind classify(int code) {
  switch (code) {
    case UV_ECONNREFUSED:
      return IoErrorKind::kRefused;
    case UV_ECONNRESET:
    case UV_ECONNABORTED:
      return IoErrorKind::kReset;
    case UV_EPIPE:
    case UV_ENOTCONN:
    case UV_ECANCELED:
      return IoErrorKind::kClosed;
    case UV_ETIMEDOUT:
      return IoErrorKind::kTimedOut;
    case UV_EHOSTUNREACH:
    case UV_ENETUNREACH:
    case UV_ENETDOWN:
    case UV_EADDRNOTAVAIL:
    case UV_EAFNOSUPPORT:
      return IoErrorKind::kUnreachable;
    case UV_EAI_NONAME:
    case UV_EAI_NODATA:
    case UV_EAI_AGAIN:
    case UV_EAI_FAIL:
    case UV_EAI_ADDRFAMILY:
      return IoErrorKind::kNameUnknown;
    case UV_EMFILE:
    case UV_ENFILE:
    case UV_ENOBUFS:
    case UV_ENOMEM:
    case UV_EAI_MEMORY:
      return IoErrorKind::kResources;
    default:
      return IoErrorKind::kOther;
  }
}

}  // namespace

std::string IoError::to_string() const {
  std::string text;
  if (code < 0) text = std::string(uv_strerror(code)) + " (" + uv_err_name(code) + ")";
  if (detail.empty()) return text.empty() ? "unknown error" : text;
  return text.empty() ? detail : detail + ": " + text;
}

IoError io_error_from_uv(int code) { return {classify(code), code, {}}; }
IoError io_error_from_errno(int error_number) {
  return io_error_from_uv(uv_translate_sys_error(error_number));
}

}  // namespace tappet::net
