// Sockets of the operating system as POSIX programs use them, for all generations of WASI.
#pragma once

#include <memory>

#include "net/io/budget.h"
#include "net/io/socket.h"
#include "wasi/host/descriptor.h"
#include "wasi/host/errno.h"
#include "wasi/host/socket_waiter.h"

namespace tappet::wasi {

enum class SocketOption : uint8_t {
#define SOCKET_OPTION(name, level4, option4, level6, option6) name,
#include "wasi/host/socket_options.def"
#undef SOCKET_OPTION
};

// A TCP or UDP socket, non-blocking and nobody else's. No call waits: what would have to is EAGAIN,
// and readable() or writable() says when to try again. Errors are the system's. Loop thread only;
// the loop outlives it.
class Socket : public std::enable_shared_from_this<Socket> {
 public:
  enum class Kind : uint8_t { kTcp, kUdp };

  // A socket of the family; IPv6 without IPv4. EMFILE also if the budget is used up; it may be
  // null.
  static SystemResult<std::shared_ptr<Socket>> create(net::Loop& loop, Kind kind, bool is_v6,
                                                      net::Ref<net::Budget> budget);
  // A TCP socket that listens.
  static SystemResult<std::shared_ptr<Socket>> listen(net::Loop& loop,
                                                      const net::SocketAddress& address);
  Socket(net::Loop& loop, net::Fd fd, net::Ref<net::Budget> budget = {});
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  net::Loop& loop() const { return loop_; }
  net::SocketAddress address() const { return net::local_address(fd_.get()); }
  net::SocketAddress peer() const { return net::remote_address(fd_.get()); }

  SystemResult<> bind(const net::SocketAddress& address) const;
  // Begins to connect; EINPROGRESS is success. A UDP socket is connected at once.
  SystemResult<> connect(const net::SocketAddress& address) const;
  // Of a UDP socket.
  SystemResult<> disconnect() const;
  SystemResult<> start_listening(int backlog) const;
  // Of a TCP socket that was told to connect: success once it is. EAGAIN: neither yet.
  SystemResult<> connected() const;

  // EINVAL if it does not listen; EAGAIN also where a client has gone before it was accepted. What
  // is accepted counts in the same budget.
  SystemResult<std::shared_ptr<Socket>> accept() const;
  // Nothing is the end, unless there is no room. With `peek` it can be received again.
  SystemResult<size_t> receive(Buffers buffers, bool peek = false) const;
  SystemResult<size_t> send(Buffers buffers) const;
  // One datagram, and where it came from.
  SystemResult<size_t> receive_from(std::span<uint8_t> buffer, net::SocketAddress& from) const;
  // One datagram; without an address to the one that the socket is connected to.
  SystemResult<> send_to(ByteSpan datagram, const net::SocketAddress* to) const;
  SystemResult<> shutdown(bool receiving, bool sending) const;
  // When it is closed, the peer learns that something is missing.
  void reset_on_close() const { net::reset_on_close(fd_.get()); }

  SystemResult<int> option(SocketOption option) const;
  SystemResult<> set_option(SocketOption option, int value) const;

  bool ready(WaitFor what) const { return waiter_.ready(what); }
  // As SocketWaiter::wait.
  void wait(WaitFor what, Waker& waker) { waiter_.wait(what, waker); }
  // These keep the socket.
  std::shared_ptr<Readiness> readable();
  std::shared_ptr<Readiness> writable();

 private:
  class Ready final : public Readiness {
   public:
    Ready(Socket& socket, WaitFor what) : socket_(socket), what_(what) {}
    bool ready() override;

   private:
    Socket& socket_;
    WaitFor what_;
    Waker happened_{[this] { changed_.wake_all(); }};
  };

  net::Loop& loop_;
  bool is_v6_;
  net::Ref<net::Budget> budget_;
  net::Fd fd_;
  SocketWaiter waiter_;  // gone before the descriptor is closed
  Ready readable_;
  Ready writable_;
};

}  // namespace tappet::wasi
