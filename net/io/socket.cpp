#include "net/io/socket.h"

#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace tappet::net {
namespace {

template <class Query>
SocketAddress query_address(int fd, Query query) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto* raw = reinterpret_cast<sockaddr*>(&storage);
  if (query(fd, raw, &size) != 0) return {};
  return SocketAddress::from_raw(raw).value_or(SocketAddress());
}

}  // namespace

void Fd::reset() {
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

Result<Fd, IoError> make_tcp_socket(const SocketAddress& address) {
  const int family = address.is_v6() ? AF_INET6 : AF_INET;
  const int fd = ::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(io_error_from_errno(errno));
  return Fd(fd);
}

void set_no_delay(int fd) {
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

void reset_on_close(int fd) {
  const linger now{1, 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

int pending_socket_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0) return errno;
  return error;
}

SocketAddress local_address(int fd) {
  return query_address(fd, [](auto... args) { return ::getsockname(args...); });
}

SocketAddress remote_address(int fd) {
  return query_address(fd, [](auto... args) { return ::getpeername(args...); });
}

}  // namespace tappet::net
