#include "cli/serve_listen.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

namespace tappet::cli {
namespace {

constexpr std::string_view kUnix = "unix:";
// What systemd passes begins here.
constexpr int kFirstActivated = 3;
constexpr uint64_t kMostActivated = 64;

// The options that the environment stands in for.
std::optional<std::string> take_variable(const char* name) {
  const char* const value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return value;
}

Error cannot_listen(const std::string& address, const net::IoError& error) {
  return make_error(ErrorKind::kIo,
                    fmt::format("cannot listen on {}: {}", address, error.to_string()));
}

const char* scheme_of(bool secure) { return secure ? "https" : "http"; }

Result<> add_copies(ListeningSocket& socket, uint32_t copies) {
  while (socket.fds.size() < copies) {
    auto copy = net::duplicate(socket.fds.front());
    if (!copy.ok()) return fail(cannot_listen(socket.url, copy.error()));
    socket.fds.push_back(std::move(*copy));
  }
  return {};
}

Result<ListeningSocket> open_unix(const std::string& path, bool secure, uint32_t copies) {
  ListeningSocket socket;
  socket.secure = secure;
  socket.url = std::string(kUnix) + path;
  auto fd = net::listen_unix(path);
  if (!fd.ok()) return fail(cannot_listen(socket.url, fd.error()));
  socket.file = SocketFile(path);
  socket.fds.push_back(std::move(*fd));
  TAPPET_TRY(add_copies(socket, copies));
  return socket;
}

// Each worker has a socket of its own, and the kernel spreads the clients. It would spread them
// over another server's sockets, too, if that has several: so the first one, which is not kept,
// does not share.
Result<ListeningSocket> open_tcp(net::SocketAddress address, bool secure, uint32_t copies) {
  ListeningSocket socket;
  socket.secure = secure;
  if (copies > 1 && address.port() != 0) {
    const auto fd = net::listen_tcp(address);
    if (!fd.ok()) return fail(cannot_listen(address.to_string(), fd.error()));
  }
  for (uint32_t i = 0; i < copies; ++i) {
    net::ListenOptions options;
    options.reuse_port = copies > 1;
    auto fd = net::listen_tcp(address, options);
    if (!fd.ok()) return fail(cannot_listen(address.to_string(), fd.error()));
    address = net::local_address(fd->get());
    socket.fds.push_back(std::move(*fd));
  }
  socket.url = fmt::format("{}://{}/", scheme_of(secure), address.to_string());
  return socket;
}

bool listens(int fd) {
  int value = 0;
  socklen_t size = sizeof value;
  return ::getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &size) == 0 && value == 1;
}

// The descriptors of a supervisor's, if they are for this process.
Result<std::vector<ListeningSocket>> take_activated(bool secure, uint32_t copies) {
  std::vector<ListeningSocket> sockets;
  const auto count = take_variable("LISTEN_FDS");
  const auto pid = take_variable("LISTEN_PID");
  for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"}) ::unsetenv(name);
  if (!count || pid != std::to_string(::getpid())) return sockets;
  const auto number = parse_count(*count);
  if (!number.ok() || *number > kMostActivated) {
    return fail(ErrorKind::kUsage, fmt::format("LISTEN_FDS is '{}'", *count));
  }
  for (int fd = kFirstActivated; fd < kFirstActivated + static_cast<int>(*number); ++fd) {
    if (!listens(fd)) {
      return fail(ErrorKind::kUsage,
                  fmt::format("LISTEN_FDS: descriptor {} is no socket that listens", fd));
    }
    ::fcntl(fd, F_SETFD, FD_CLOEXEC);
    const net::SocketAddress address = net::local_address(fd);
    ListeningSocket socket;
    socket.secure = secure;
    socket.url = address.port() != 0
                     ? fmt::format("{}://{}/", scheme_of(secure), address.to_string())
                     : fmt::format("descriptor {}", fd);
    socket.fds.emplace_back(fd);
    TAPPET_TRY(add_copies(socket, copies));
    sockets.push_back(std::move(socket));
  }
  return sockets;
}

}  // namespace

SocketFile::SocketFile(std::string path) : path_(std::move(path)) {
  struct stat status{};
  if (::lstat(path_.c_str(), &status) != 0) path_.clear();
  device_ = status.st_dev;
  inode_ = status.st_ino;
}

SocketFile& SocketFile::operator=(SocketFile&& other) noexcept {
  if (this == &other) return *this;
  remove();
  path_ = std::exchange(other.path_, {});
  device_ = other.device_;
  inode_ = other.inode_;
  return *this;
}

void SocketFile::remove() {
  const std::string path = std::exchange(path_, {});
  struct stat status{};
  if (path.empty() || ::lstat(path.c_str(), &status) != 0) return;
  if (status.st_dev == device_ && status.st_ino == inode_) ::unlink(path.c_str());
}

Result<ListeningSocket> open_listening_socket(const std::string& option, const std::string& text,
                                              bool secure_by_default, uint32_t copies) {
  bool secure = secure_by_default;
  std::string_view rest = text;
  for (const bool choice : {false, true}) {
    const std::string prefix = std::string(scheme_of(choice)) + "://";
    if (!rest.starts_with(prefix)) continue;
    rest.remove_prefix(prefix.size());
    secure = choice;
  }
  if (secure && !secure_by_default) {
    return fail(ErrorKind::kUsage, fmt::format("{} {} wants --tls-cert", option, text));
  }
  if (rest.starts_with(kUnix)) {
    return open_unix(std::string(rest.substr(kUnix.size())), secure, copies);
  }
  if (rest.ends_with('/')) rest.remove_suffix(1);
  const auto address = net::SocketAddress::parse(rest);
  if (!address) {
    return fail(ErrorKind::kUsage,
                fmt::format("{} wants IP:PORT, [IPV6]:PORT or unix:PATH, not '{}'", option, text));
  }
  return open_tcp(*address, secure, copies);
}

Result<std::vector<ListeningSocket>> open_listening_sockets(const ServeOptions& options) {
  const bool secure = !options.tls.cert_file.empty();
  auto sockets = TAPPET_TRY(take_activated(secure, options.workers));
  std::vector<std::string> addresses = options.addrs;
  if (addresses.empty() && sockets.empty()) {
    const auto port = take_variable("PORT");
    if (port && !net::SocketAddress::parse("0.0.0.0:" + *port)) {
      return fail(ErrorKind::kUsage, fmt::format("the variable PORT is '{}', no port", *port));
    }
    addresses.push_back(port ? "0.0.0.0:" + *port : "127.0.0.1:8080");
  }
  for (const std::string& address : addresses) {
    sockets.push_back(
        TAPPET_TRY(open_listening_socket("--addr", address, secure, options.workers)));
  }
  return sockets;
}

void allow_many_descriptors() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur == limit.rlim_max) return;
  limit.rlim_cur = limit.rlim_max;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

}  // namespace tappet::cli
