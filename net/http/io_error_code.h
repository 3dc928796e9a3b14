// What wasi:http calls the failures of connections.
#pragma once

#include "net/http/error_code.h"
#include "net/io/io_error.h"

namespace tappet::http {

// Of TLS: TLS-protocol-error, TLS-certificate-error or TLS-alert-received; of everything else,
// `otherwise`. The error's text becomes the detail.
ErrorCode code_of(const net::IoError& error, ErrorCode otherwise);
// Of a connection in the making.
ErrorCode code_of_connecting(const net::IoError& error);

}  // namespace tappet::http
