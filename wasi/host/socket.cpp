#include "wasi/host/tcp_socket.h"

#include <sys/socket.h>

#include <cerrno>

namespace tappet::wasi {
namespace {

constexpr int kBacklog = 128;

auto error(int code) { return fail(Errno{code}); }

msghdr message(Buffers buffers) {
  msghdr header{};
  header.msg_iov = const_cast<iovec*>(buffers.data());
  header.msg_iovlen = buffers.size();
  return header;
}

template <class Call>
SystemResult<size_t> counted(Call call) {
  ssize_t count = -1;
  do {
    count = call();
  } while (count < 0 && errno == EINTR);
  if (count < 0) return error(errno);
  return static_cast<size_t>(count);
}

// Whether accept() failed because of one client, which has gone.
bool concerns_one_client(int code) {
  return code == ECONNABORTED || code == EINTR || code == EPROTO;
}

}  // namespace

bool TcpSocket::Ready::ready() {
  if (waiter_.ready()) return true;
  waiter_.arm();
  return false;
}

TcpSocket::TcpSocket(net::Loop& loop, net::Fd fd)
    : loop_(loop),
      fd_(std::move(fd)),
      readable_(loop, fd_.get(), FdWaiter::For::kRead),
      writable_(loop, fd_.get(), FdWaiter::For::kWrite) {}

SystemResult<std::shared_ptr<TcpSocket>> TcpSocket::listen(net::Loop& loop,
                                                           const net::SocketAddress& address) {
  const int family = address.raw()->sa_family;
  net::Fd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return error(errno);
  const int on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(fd.get(), address.raw(), address.raw_size()) != 0) return error(errno);
  if (::listen(fd.get(), kBacklog) != 0) return error(errno);
  return std::make_shared<TcpSocket>(loop, std::move(fd));
}

SystemResult<std::shared_ptr<TcpSocket>> TcpSocket::accept() const {
  net::Fd fd(::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd) return error(concerns_one_client(errno) ? EAGAIN : errno);
  return std::make_shared<TcpSocket>(loop_, std::move(fd));
}

SystemResult<size_t> TcpSocket::receive(Buffers buffers, bool peek) const {
  msghdr header = message(buffers);
  return counted([&] { return recvmsg(fd_.get(), &header, peek ? MSG_PEEK : 0); });
}

SystemResult<size_t> TcpSocket::send(Buffers buffers) const {
  const msghdr header = message(buffers);
  return counted([&] { return sendmsg(fd_.get(), &header, MSG_NOSIGNAL); });
}

SystemResult<> TcpSocket::shutdown(bool receiving, bool sending) const {
  const int how = receiving && sending ? SHUT_RDWR : receiving ? SHUT_RD : SHUT_WR;
  if (::shutdown(fd_.get(), how) != 0) return error(errno);
  return {};
}

std::shared_ptr<Readiness> TcpSocket::readable() { return {shared_from_this(), &readable_}; }
std::shared_ptr<Readiness> TcpSocket::writable() { return {shared_from_this(), &writable_}; }

}  // namespace tappet::wasi
