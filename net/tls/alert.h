// What OpenSSL reports, as an IoError. Internal to net/tls.
#pragma once

#include "net/io/io_error.h"

struct ssl_st;

namespace tappet::net {

// Why the last operation on `ssl` failed for good, from the thread's queue of errors, which is
// emptied. Not for ends and failures of the transport, which OpenSSL knows nothing of.
IoError take_tls_error(const ssl_st* ssl);

}  // namespace tappet::net
