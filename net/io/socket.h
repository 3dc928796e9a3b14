// The few system calls on sockets that libuv leaves to us, as values and Results.
#pragma once

#include <utility>

#include "interp/base/result.h"
#include "net/io/io_error.h"
#include "net/io/socket_address.h"

namespace tappet::net {

// Owns a descriptor.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() { reset(); }
  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset();

 private:
  int fd_ = -1;
};

// A non-blocking, close-on-exec TCP socket of the address's family.
Result<Fd, IoError> make_tcp_socket(const SocketAddress& address);
void set_no_delay(int fd);
// Makes the next close() send a reset instead of an orderly end.
void reset_on_close(int fd);
// The error that the socket has pending (and clears it), 0 for none; a positive errno.
int pending_socket_error(int fd);
SocketAddress local_address(int fd);
SocketAddress remote_address(int fd);

}  // namespace tappet::net
