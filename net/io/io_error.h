// Why a connection, or the making of one, failed.
#pragma once

#include <string>

namespace tappet::net {

enum class IoErrorKind : uint8_t {
  kRefused,      // nobody listens there
  kReset,        // the peer, or somebody between, cut the connection
  kClosed,       // written after the peer stopped reading, or used after abort()
  kTimedOut,     // no answer in time
  kUnreachable,  // no route to the host or the network
  kNameUnknown,  // the name does not resolve
  kResources,    // out of descriptors, ports or memory
  // Failures of TLS: what the peer says is not TLS or not acceptable; its certificate is not; it
  // has sent a fatal alert, whose number is the code.
  kTlsProtocol,
  kTlsCertificate,
  kTlsAlert,
  kOther,
};

struct IoError {
  IoErrorKind kind = IoErrorKind::kOther;
  int code = 0;        // the negative libuv code behind it, 0 where there is none; see kTlsAlert
  std::string detail;  // what the code does not say; usually empty

  // "connection refused (ECONNREFUSED)".
  std::string to_string() const;
};

// From a positive errno, as system calls leave it.
IoError io_error_from_errno(int error_number);
// From a negative libuv code.
IoError io_error_from_uv(int code);

}  // namespace tappet::net
