#include "wasi/host/tcp.h"

#include <algorithm>
#include <cerrno>
#include <climits>

#include "wasi/host/address_rules.h"

namespace tappet::wasi {
namespace {

constexpr auto kInvalidArgument = SocketError::kInvalidArgument;
constexpr auto kInvalidState = SocketError::kInvalidState;

}  // namespace

TcpSocket::TcpSocket(std::shared_ptr<Network> network, std::shared_ptr<Socket> socket, State state,
                     bool is_v6)
    : network_(std::move(network)), socket_(std::move(socket)), state_(state), is_v6_(is_v6) {}

TcpSocket::~TcpSocket() {
  if (out_ && out_->buffered() != 0) {
    out_->shut_down();
    network_->finish_writing(std::move(out_));
  }
}

SocketResult<std::shared_ptr<TcpSocket>> TcpSocket::create(Network& network, bool is_v6) {
  auto socket = TAPPET_TRY(network.make_socket(Socket::Kind::kTcp, is_v6));
  // Guests have no say in this, and those that write little by little should not wait for it.
  (void)socket->set_option(SocketOption::kNoDelay, 1);
  return std::shared_ptr<TcpSocket>(
      new TcpSocket(network.shared_from_this(), std::move(socket), State::kUnbound, is_v6));
}

bool TcpSocket::ready() {
  if (state_ != State::kConnectInProgress && state_ != State::kListening) return true;
  const WaitFor what = state_ == State::kListening ? WaitFor::kRead : WaitFor::kWrite;
  if (socket_->ready(what)) return true;
  socket_->wait(what, happened_);
  return false;
}

bool TcpSocket::in_progress() const {
  return state_ == State::kBindInProgress || state_ == State::kListenInProgress ||
         state_ == State::kConnectInProgress;
}

SocketResult<> TcpSocket::start_bind(const Network& network, const net::SocketAddress& address) {
  if (in_progress()) return fail(SocketError::kConcurrencyConflict);
  if (state_ != State::kUnbound) return fail(kInvalidState);
  if (!is_of_family(address, is_v6_)) return fail(kInvalidArgument);
  if (address.is_multicast_or_broadcast()) return fail(kInvalidArgument);
  TAPPET_TRY(network.may_bind());
  // As the specification asks: what a closed connection leaves behind does not occupy the address.
  (void)socket_->set_option(SocketOption::kReuseAddress, address.port() != 0 ? 1 : 0);
  TAPPET_TRY(socket_result(socket_->bind(address), SocketOperation::kBind));
  attached_ = &network;
  state_ = State::kBindInProgress;
  return {};
}

SocketResult<> TcpSocket::finish_bind() {
  if (state_ != State::kBindInProgress) return fail(SocketError::kNotInProgress);
  state_ = State::kBound;
  return {};
}

SocketResult<> TcpSocket::start_connect(const Network& network, const net::SocketAddress& address) {
  if (in_progress()) return fail(SocketError::kConcurrencyConflict);
  if (state_ != State::kUnbound && state_ != State::kBound) return fail(kInvalidState);
  if (!is_of_family(address, is_v6_) || !is_remote(address)) return fail(kInvalidArgument);
  if (address.is_multicast_or_broadcast()) return fail(kInvalidArgument);
  if (attached_ != nullptr && attached_ != &network) return fail(kInvalidArgument);
  TAPPET_TRY(network.may_reach(address));
  const SystemResult<> begun = socket_->connect(address);
  // An attempt that failed leaves nothing that could be used again.
  state_ = begun.ok() ? State::kConnectInProgress : State::kClosed;
  return socket_result(begun, SocketOperation::kConnect);
}

SocketResult<TcpSocket::Streams> TcpSocket::finish_connect() {
  if (state_ != State::kConnectInProgress) return fail(SocketError::kNotInProgress);
  const SystemResult<> connected = socket_->connected();
  if (!connected.ok() && connected.error().code == EAGAIN) return fail(SocketError::kWouldBlock);
  state_ = connected.ok() ? State::kConnected : State::kClosed;
  TAPPET_TRY(socket_result(connected, SocketOperation::kConnect));
  return streams();
}

TcpSocket::Streams TcpSocket::streams() {
  in_ = std::make_shared<SocketInput>(socket_);
  out_ = std::make_shared<SocketOutput>(socket_);
  // Whoever drops the output has said everything.
  std::shared_ptr<OutputStream> out(out_.get(),
                                    [core = out_](OutputStream*) { core->shut_down(); });
  return {in_, std::move(out)};
}

SocketResult<> TcpSocket::start_listen() {
  if (in_progress()) return fail(SocketError::kConcurrencyConflict);
  if (state_ != State::kBound) return fail(kInvalidState);
  TAPPET_TRY(socket_result(socket_->start_listening(backlog_)));
  state_ = State::kListenInProgress;
  return {};
}

SocketResult<> TcpSocket::finish_listen() {
  if (state_ != State::kListenInProgress) return fail(SocketError::kNotInProgress);
  state_ = State::kListening;
  return {};
}

SocketResult<std::shared_ptr<TcpSocket>> TcpSocket::accept() {
  if (state_ != State::kListening) return fail(kInvalidState);
  auto socket = TAPPET_TRY(socket_result(socket_->accept()));
  (void)socket->set_option(SocketOption::kNoDelay, 1);
  return std::shared_ptr<TcpSocket>(
      new TcpSocket(network_, std::move(socket), State::kConnected, is_v6_));
}

SocketResult<net::SocketAddress> TcpSocket::local_address() const {
  const bool bound = state_ != State::kUnbound && state_ != State::kBindInProgress;
  if (!bound || state_ == State::kClosed) return fail(kInvalidState);
  return socket_->address();
}

SocketResult<net::SocketAddress> TcpSocket::remote_address() const {
  if (state_ != State::kConnected) return fail(kInvalidState);
  const net::SocketAddress peer = socket_->peer();
  // The connection is gone.
  if (peer.port() == 0) return fail(kInvalidState);
  return peer;
}

SocketResult<> TcpSocket::set_listen_backlog_size(uint64_t value) {
  if (value == 0) return fail(kInvalidArgument);
  if (state_ == State::kConnectInProgress || state_ == State::kConnected ||
      state_ == State::kClosed) {
    return fail(kInvalidState);
  }
  backlog_ = static_cast<int>(std::min<uint64_t>(value, INT_MAX));
  if (state_ != State::kListening && state_ != State::kListenInProgress) return {};
  return socket_result(socket_->start_listening(backlog_));
}

SocketResult<> TcpSocket::shutdown(bool receiving, bool sending) {
  if (state_ != State::kConnected) return fail(kInvalidState);
  if (receiving && in_) in_->shut_down();
  if (sending && out_) out_->shut_down();
  return {};
}

SocketResult<const Socket*> TcpSocket::socket() const {
  if (state_ == State::kClosed) return fail(kInvalidState);
  return socket_.get();
}

}  // namespace tappet::wasi
