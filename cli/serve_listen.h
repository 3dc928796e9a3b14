// The sockets of `tappet serve`, from its options and its environment.
#pragma once

#include <string>
#include <vector>

#include "cli/options.h"
#include "net/io/listen.h"

namespace tappet::cli {

// A socket that listens, once for each worker.
struct ListeningSocket {
  std::vector<net::Fd> fds;
  bool secure = false;
  std::string url;        // "http://127.0.0.1:8080/", "unix:/run/app.sock"
  std::string unix_path;  // to be removed at the end; empty: none
};

// Opens what is asked for: --addr, or else what a supervisor has opened (LISTEN_FDS and LISTEN_PID,
// which are removed from the environment), or else port PORT of all addresses, or else
// 127.0.0.1:8080. Errors: kUsage for addresses that are none, kIo.
Result<std::vector<ListeningSocket>> open_listening_sockets(const ServeOptions& options);

// One address, for `copies` event loops. `option` is its name in messages.
Result<ListeningSocket> open_listening_socket(const std::string& option, const std::string& address,
                                              bool secure_by_default, uint32_t copies);

// Raises the process's own limit of open files as far as it may: each connection takes one.
void allow_many_descriptors();

}  // namespace tappet::cli
