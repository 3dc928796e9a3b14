#include "wasi/host/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

namespace tappet::wasi {
namespace {

constexpr int kBacklog = 128;

auto error(int code) { return fail(Errno{code}); }

SystemResult<> checked(int status) {
  if (status != 0) return error(errno);
  return {};
}

msghdr message(Buffers buffers) {
  msghdr header{};
  header.msg_iov = const_cast<iovec*>(buffers.data());
  header.msg_iovlen = buffers.size();
  return header;
}

// Whether accept() failed because of one client, which has gone. Linux also gives the errors that
// are pending on the new connection.
bool concerns_one_client(int code) {
  switch (code) {
    case ECONNABORTED:
    case EINTR:
    case EPROTO:
    case ECONNRESET:
    case ENETDOWN:
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENONET:
      return true;
    default:
      return false;
  }
}

struct OptionRow {
  int level4;
  int option4;
  int level6;
  int option6;
};
constexpr OptionRow kOptions[] = {
#define SOCKET_OPTION(name, level4, option4, level6, option6) {level4, option4, level6, option6},
#include "wasi/host/socket_options.def"
#undef SOCKET_OPTION
};

}  // namespace

bool Socket::Ready::ready() {
  if (socket_.ready(what_)) return true;
  socket_.wait(what_, happened_);
  return false;
}

Socket::Socket(net::Loop& loop, net::Fd fd, net::Ref<net::Budget> budget)
    : loop_(loop),
      is_v6_(net::local_address(fd.get()).is_v6()),
      budget_(std::move(budget)),
      fd_(std::move(fd)),
      waiter_(loop, fd_.get()),
      readable_(*this, WaitFor::kRead),
      writable_(*this, WaitFor::kWrite) {
  if (budget_) budget_->take_socket();
}

Socket::~Socket() {
  if (budget_) budget_->give_back_socket();
}

SystemResult<std::shared_ptr<Socket>> Socket::create(net::Loop& loop, Kind kind, bool is_v6,
                                                     net::Ref<net::Budget> budget) {
  if (budget && budget->sockets_exhausted()) return error(EMFILE);
  const int type = kind == Kind::kTcp ? SOCK_STREAM : SOCK_DGRAM;
  net::Fd fd(::socket(is_v6 ? AF_INET6 : AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return error(errno);
  const int on = 1;
  if (is_v6) {
    TAPPET_TRY(checked(::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on)));
  }
  return std::make_shared<Socket>(loop, std::move(fd), std::move(budget));
}

SystemResult<std::shared_ptr<Socket>> Socket::listen(net::Loop& loop,
                                                     const net::SocketAddress& address) {
  const int family = address.raw()->sa_family;
  net::Fd fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return error(errno);
  auto socket = std::make_shared<Socket>(loop, std::move(fd));
  TAPPET_TRY(socket->set_option(SocketOption::kReuseAddress, 1));
  TAPPET_TRY(socket->bind(address));
  TAPPET_TRY(socket->start_listening(kBacklog));
  return socket;
}

SystemResult<> Socket::bind(const net::SocketAddress& address) const {
  return checked(::bind(fd_.get(), address.raw(), address.raw_size()));
}

SystemResult<> Socket::connect(const net::SocketAddress& address) const {
  const SystemResult<> begun = checked(::connect(fd_.get(), address.raw(), address.raw_size()));
  if (!begun.ok() && begun.error().code == EINPROGRESS) return {};
  return begun;
}

SystemResult<> Socket::disconnect() const {
  sockaddr nowhere{};
  nowhere.sa_family = AF_UNSPEC;
  return checked(::connect(fd_.get(), &nowhere, sizeof nowhere));
}

SystemResult<> Socket::start_listening(int backlog) const {
  return checked(::listen(fd_.get(), backlog));
}

SystemResult<> Socket::connected() const {
  if (!ready(WaitFor::kWrite)) return error(EAGAIN);
  const int code = net::pending_socket_error(fd_.get());
  if (code != 0) return error(code);
  return {};
}

SystemResult<std::shared_ptr<Socket>> Socket::accept() const {
  if (budget_ && budget_->sockets_exhausted()) return error(EMFILE);
  net::Fd fd(::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!fd) return error(concerns_one_client(errno) ? EAGAIN : errno);
  return std::make_shared<Socket>(loop_, std::move(fd), budget_);
}

SystemResult<size_t> Socket::receive(Buffers buffers, bool peek) const {
  msghdr header = message(buffers);
  return counted([&] { return recvmsg(fd_.get(), &header, peek ? MSG_PEEK : 0); });
}

SystemResult<size_t> Socket::send(Buffers buffers) const {
  const msghdr header = message(buffers);
  return counted([&] { return sendmsg(fd_.get(), &header, MSG_NOSIGNAL); });
}

SystemResult<size_t> Socket::receive_from(std::span<uint8_t> buffer,
                                          net::SocketAddress& from) const {
  sockaddr_storage storage{};
  auto* const raw = reinterpret_cast<sockaddr*>(&storage);
  const SystemResult<size_t> count = counted([&] {
    socklen_t size = sizeof storage;
    return ::recvfrom(fd_.get(), buffer.data(), buffer.size(), 0, raw, &size);
  });
  if (count.ok()) from = net::SocketAddress::from_raw(raw).value_or(net::SocketAddress());
  return count;
}

SystemResult<> Socket::send_to(ByteSpan datagram, const net::SocketAddress* to) const {
  (void)TAPPET_TRY(counted([&] {
    return ::sendto(fd_.get(), datagram.data(), datagram.size(), MSG_NOSIGNAL,
                    to == nullptr ? nullptr : to->raw(), to == nullptr ? 0 : to->raw_size());
  }));
  return {};
}

SystemResult<> Socket::shutdown(bool receiving, bool sending) const {
  const int how = receiving && sending ? SHUT_RDWR : receiving ? SHUT_RD : SHUT_WR;
  return checked(::shutdown(fd_.get(), how));
}

SystemResult<int> Socket::option(SocketOption option) const {
  const OptionRow& row = kOptions[static_cast<size_t>(option)];
  int value = 0;
  socklen_t size = sizeof value;
  TAPPET_TRY(checked(::getsockopt(fd_.get(), is_v6_ ? row.level6 : row.level4,
                                  is_v6_ ? row.option6 : row.option4, &value, &size)));
  return value;
}

SystemResult<> Socket::set_option(SocketOption option, int value) const {
  const OptionRow& row = kOptions[static_cast<size_t>(option)];
  return checked(::setsockopt(fd_.get(), is_v6_ ? row.level6 : row.level4,
                              is_v6_ ? row.option6 : row.option4, &value, sizeof value));
}

std::shared_ptr<Readiness> Socket::readable() { return {shared_from_this(), &readable_}; }
std::shared_ptr<Readiness> Socket::writable() { return {shared_from_this(), &writable_}; }

}  // namespace tappet::wasi
