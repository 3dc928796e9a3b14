#include "net/http/io_error_code.h"

namespace tappet::http {

using net::IoErrorKind;

ErrorCode code_of(const net::IoError& error, ErrorCode otherwise) {
  auto code = [&] {
    switch (error.kind) {
      case IoErrorKind::kTlsProtocol:
        return ErrorCode::TlsProtocolError();
      case IoErrorKind::kTlsCertificate:
        return ErrorCode::TlsCertificateError();
      case IoErrorKind::kTlsAlert:
        return ErrorCode::TlsAlertReceived({static_cast<uint8_t>(error.code), error.detail});
      default:
        return std::move(otherwise);
    }
  }();
  return std::move(code).with_detail(error.to_string());
}

ErrorCode code_of_connecting(const net::IoError& error) {
  switch (error.kind) {
    case IoErrorKind::kTimedOut:
      return code_of(error, ErrorCode::ConnectionTimeout());
    case IoErrorKind::kUnreachable:
      return code_of(error, ErrorCode::DestinationIpUnroutable());
    case IoErrorKind::kResources:
      return code_of(error, ErrorCode::ConnectionLimitReached());
    case IoErrorKind::kReset:
    case IoErrorKind::kClosed:
      return code_of(error, ErrorCode::ConnectionTerminated());
    default:
      return code_of(error, ErrorCode::ConnectionRefused());
  }
}

}  // namespace tappet::http
