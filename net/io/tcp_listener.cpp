// The descriptor is watched only while the last try_accept() was answered with "pending", so an
// event is never repeated for someone who does not accept now.
#include "net/io/tcp_listener.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <cerrno>

namespace tappet::net {
namespace {

constexpr uint64_t kRetryAfter = 100 * kMillisecond;

bool is_shortage(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

Result<std::unique_ptr<TcpListener>, IoError> TcpListener::listen(Loop& loop,
                                                                  const SocketAddress& address,
                                                                  const ListenOptions& options) {
  return adopt(loop, TAPPET_TRY(listen_tcp(address, options)));
}

Result<std::unique_ptr<TcpListener>, IoError> TcpListener::adopt(Loop& loop, Fd socket) {
  const int flags = ::fcntl(socket.get(), F_GETFL);
  if (flags < 0 || ::fcntl(socket.get(), F_SETFL, flags | O_NONBLOCK) != 0) {
    return fail(io_error_from_errno(errno));
  }
  std::unique_ptr<TcpListener> listener(new TcpListener(loop, std::move(socket)));
  if (const int error = listener->watcher_.error(); error != 0) {
    return fail(io_error_from_uv(error));
  }
  return listener;
}

TcpListener::TcpListener(Loop& loop, Fd socket)
    : loop_(loop),
      socket_(std::move(socket)),
      retry_(loop, [this] { acceptable_.wake_all(); }),
      watcher_(loop, socket_.get(), [this](int, bool) {
        watcher_.watch(FdWatcher::kNothing);
        acceptable_.wake_all();
      }) {}

Poll<std::unique_ptr<TcpStream>> TcpListener::try_accept() {
  for (;;) {
    Fd client(::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (client) {
      set_no_delay(client.get());
      return std::make_unique<TcpStream>(loop_, std::move(client));
    }
    // Everything but these concerns one client that failed before it was accepted.
    if (is_shortage(errno)) {
      ++pauses_;
      watcher_.watch(FdWatcher::kNothing);
      retry_.set_after(kRetryAfter);
      return kPending;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EBADF || errno == EINVAL) {
      watcher_.watch(FdWatcher::kReadable);
      return kPending;
    }
  }
}

}  // namespace tappet::net
