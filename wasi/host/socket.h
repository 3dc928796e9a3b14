// TCP sockets of guests that use them as POSIX programs do.
#pragma once

#include <memory>
#include <optional>

#include "net/io/socket.h"
#include "wasi/host/descriptor.h"
#include "wasi/host/errno.h"
#include "wasi/host/fd_waiter.h"

namespace tappet::wasi {

// One that listens, or a connection. No call waits: what would have to is EAGAIN, and readable() or
// writable() says when to try again. Loop thread only; the loop outlives it.
class TcpSocket : public std::enable_shared_from_this<TcpSocket> {
 public:
  // Errors: the system's.
  static SystemResult<std::shared_ptr<TcpSocket>> listen(net::Loop& loop,
                                                         const net::SocketAddress& address);
  // A connection, non-blocking.
  TcpSocket(net::Loop& loop, net::Fd fd);
  TcpSocket(const TcpSocket&) = delete;
  TcpSocket& operator=(const TcpSocket&) = delete;

  net::SocketAddress address() const { return net::local_address(fd_.get()); }

  // EINVAL if it does not listen; EAGAIN also where a client has gone before it was accepted.
  SystemResult<std::shared_ptr<TcpSocket>> accept() const;
  // Nothing is the end, unless there is no room. With `peek` it can be received again.
  SystemResult<size_t> receive(Buffers buffers, bool peek) const;
  SystemResult<size_t> send(Buffers buffers) const;
  SystemResult<> shutdown(bool receiving, bool sending) const;

  // These keep the socket.
  std::shared_ptr<Readiness> readable();
  std::shared_ptr<Readiness> writable();

 private:
  class Ready final : public Readiness {
   public:
    Ready(net::Loop& loop, int fd, FdWaiter::For what)
        : waiter_(loop, fd, what, [this] { changed_.wake_all(); }) {}
    bool ready() override;

   private:
    FdWaiter waiter_;
  };

  net::Loop& loop_;
  net::Fd fd_;
  Ready readable_;
  Ready writable_;
};

}  // namespace tappet::wasi
