#include "net/io/listen.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace tappet::net {
namespace {

void set_flag(int fd, int level, int name, bool on) {
  const int value = on ? 1 : 0;
  ::setsockopt(fd, level, name, &value, sizeof value);
}

Result<Fd, IoError> make_unix_socket() {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(io_error_from_errno(errno));
  return Fd(fd);
}

// True for a socket's file whose process is gone.
bool is_stale(const std::string& path, const sockaddr_un& address) {
  struct stat status{};
  if (::lstat(path.c_str(), &status) != 0 || !S_ISSOCK(status.st_mode)) return false;
  auto probe = make_unix_socket();
  if (!probe.ok()) return false;
  const auto* raw = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(probe->get(), raw, sizeof address) != 0 && errno == ECONNREFUSED;
}

}  // namespace

Result<Fd, IoError> listen_tcp(const SocketAddress& address, const ListenOptions& options) {
  Fd socket = TAPPET_TRY(make_tcp_socket(address));
  set_flag(socket.get(), SOL_SOCKET, SO_REUSEADDR, true);
  if (options.reuse_port) set_flag(socket.get(), SOL_SOCKET, SO_REUSEPORT, true);
  if (address.is_v6()) set_flag(socket.get(), IPPROTO_IPV6, IPV6_V6ONLY, options.v6_only);
  if (::bind(socket.get(), address.raw(), address.raw_size()) != 0 ||
      ::listen(socket.get(), options.backlog) != 0) {
    return fail(io_error_from_errno(errno));
  }
  return socket;
}

Result<Fd, IoError> listen_unix(const std::string& path, int backlog) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path ||
      path.find('\0') != std::string::npos) {
    return fail(io_error_from_errno(path.empty() ? EINVAL : ENAMETOOLONG));
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  Fd socket = TAPPET_TRY(make_unix_socket());
  const auto* raw = reinterpret_cast<const sockaddr*>(&address);
  if (::bind(socket.get(), raw, sizeof address) != 0) {
    const int error = errno;
    if (error != EADDRINUSE || !is_stale(path, address)) return fail(io_error_from_errno(error));
    ::unlink(path.c_str());
    if (::bind(socket.get(), raw, sizeof address) != 0) return fail(io_error_from_errno(errno));
  }
  if (::listen(socket.get(), backlog) != 0) return fail(io_error_from_errno(errno));
  return socket;
}

Result<Fd, IoError> duplicate(const Fd& fd) {
  const int copy = ::fcntl(fd.get(), F_DUPFD_CLOEXEC, 0);
  if (copy < 0) return fail(io_error_from_errno(errno));
  return Fd(copy);
}

}  // namespace tappet::net
