#include "net/io/tcp_connect.h"

#include <sys/socket.h>

#include <cerrno>

namespace tappet::net {

TcpConnect::TcpConnect(Loop& loop, const SocketAddress& address, uint64_t timeout_ns)
    : loop_(loop), timeout_(loop, [this] { settle(ETIMEDOUT); }) {
  auto socket = make_tcp_socket(address);
  if (!socket.ok()) {
    error_ = std::move(socket.error());
    settled_ = true;
    return;
  }
  socket_ = std::move(socket.value());
  set_no_delay(socket_.get());
  if (::connect(socket_.get(), address.raw(), address.raw_size()) != 0 && errno != EINPROGRESS) {
    error_ = io_error_from_errno(errno);
    settled_ = true;
    return;
  }
  watcher_.emplace(loop, socket_.get(),
                   [this](int, bool) { settle(pending_socket_error(socket_.get())); });
  if (watcher_->error() != 0) {
    error_ = io_error_from_uv(watcher_->error());
    settled_ = true;
    return;
  }
  watcher_->watch(FdWatcher::kWritable);
  timeout_.set_after(timeout_ns);
}

void TcpConnect::settle(int error_number) {
  settled_ = true;
  timeout_.clear();
  watcher_.reset();
  if (error_number != 0) error_ = io_error_from_errno(error_number);
  ready_.wake_all();
}

Poll<Result<std::unique_ptr<TcpStream>, IoError>> TcpConnect::try_get() {
  using Outcome = Result<std::unique_ptr<TcpStream>, IoError>;
  if (!settled_) return kPending;
  if (error_) return Outcome(fail(*error_));
  return Outcome(std::make_unique<TcpStream>(loop_, std::move(socket_)));
}

}  // namespace tappet::net
