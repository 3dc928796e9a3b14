// The sockets of `tappet serve`, from its options and its environment.
#pragma once

#include <sys/types.h>

#include <string>
#include <utility>
#include <vector>

#include "cli/options.h"
#include "net/io/listen.h"

namespace tappet::cli {

// The file of a socket in the file system, which stays when the socket is closed.
class SocketFile {
 public:
  SocketFile() = default;
  // What is there now is ours.
  explicit SocketFile(std::string path);
  ~SocketFile() { remove(); }
  SocketFile(SocketFile&& other) noexcept
      : path_(std::exchange(other.path_, {})), device_(other.device_), inode_(other.inode_) {}
  SocketFile& operator=(SocketFile&& other) noexcept;

  // Removes it, once, unless there is another one by now: a successor's. Only as long as the socket
  // is open can a successor's be told from ours.
  void remove();

 private:
  std::string path_;  // empty: none
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

// A socket that listens, once for each worker.
struct ListeningSocket {
  std::vector<net::Fd> fds;
  bool secure = false;
  std::string url;  // "http://127.0.0.1:8080/", "unix:/run/app.sock"
  SocketFile file;  // last: removed before the socket is closed
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
