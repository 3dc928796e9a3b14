#include "wasi/host/udp.h"

#include <algorithm>
#include <cerrno>

#include "wasi/host/address_rules.h"

namespace tappet::wasi {
namespace {

constexpr auto kInvalidArgument = SocketError::kInvalidArgument;
constexpr auto kInvalidState = SocketError::kInvalidState;

// What one receive() hands over at most, besides its last datagram.
constexpr size_t kMostReceived = size_t{64} * 1024;
// How many datagrams of others one receive() passes over.
constexpr int kMostPassedOver = 64;
constexpr size_t kLargestDatagram = 65535;

bool is_again(SocketError error) { return error == SocketError::kWouldBlock; }

}  // namespace

SocketResult<std::shared_ptr<UdpSocket>> UdpSocket::create(Network& network, bool is_v6) {
  auto socket = TAPPET_TRY(network.make_socket(Socket::Kind::kUdp, is_v6));
  return std::shared_ptr<UdpSocket>(
      new UdpSocket(network.shared_from_this(), std::move(socket), is_v6));
}

SocketResult<> UdpSocket::start_bind(const Network& network, const net::SocketAddress& address) {
  if (state_ == State::kBindInProgress) return fail(SocketError::kConcurrencyConflict);
  if (state_ != State::kUnbound) return fail(kInvalidState);
  if (!is_of_family(address, is_v6_)) return fail(kInvalidArgument);
  TAPPET_TRY(network.may_bind());
  TAPPET_TRY(socket_result(socket_->bind(address), SocketOperation::kBind));
  local_ = socket_->address();
  state_ = State::kBindInProgress;
  return {};
}

SocketResult<> UdpSocket::finish_bind() {
  if (state_ != State::kBindInProgress) return fail(SocketError::kNotInProgress);
  state_ = State::kBound;
  return {};
}

SocketResult<> UdpSocket::may_send_to(const net::SocketAddress& address) const {
  if (!is_of_family(address, is_v6_) || !is_remote(address)) return fail(kInvalidArgument);
  return network_->may_reach(address);
}

SocketResult<UdpSocket::Streams> UdpSocket::stream(
    const std::optional<net::SocketAddress>& remote) {
  if (state_ != State::kBound) return fail(kInvalidState);
  if (remote) TAPPET_TRY(may_send_to(*remote));
  if (remote_) TAPPET_TRY(disconnect());
  if (remote) TAPPET_TRY(connect(*remote));
  const Streams streams{std::make_shared<DatagramInput>(shared_from_this()),
                        std::make_shared<DatagramOutput>(shared_from_this())};
  in_ = streams.in;
  out_ = streams.out;
  return streams;
}

SocketResult<> UdpSocket::connect(const net::SocketAddress& remote) {
  TAPPET_TRY(socket_result(socket_->connect(remote), SocketOperation::kConnect));
  remote_ = remote;
  return {};
}

// A port that the system has chosen is given up by Linux together with the peer.
SocketResult<> UdpSocket::disconnect() {
  remote_.reset();
  TAPPET_TRY(socket_result(socket_->disconnect(), SocketOperation::kConnect));
  if (socket_->address().port() != 0) return {};
  return socket_result(socket_->bind(local_), SocketOperation::kBind);
}

SocketResult<net::SocketAddress> UdpSocket::local_address() const {
  if (state_ != State::kBound) return fail(kInvalidState);
  return socket_->address();
}

SocketResult<net::SocketAddress> UdpSocket::remote_address() const {
  if (!remote_) return fail(kInvalidState);
  return *remote_;
}

bool DatagramInput::ready() {
  if (error_ || socket_->socket_->ready(WaitFor::kRead)) return true;
  socket_->socket_->wait(WaitFor::kRead, readable_);
  return false;
}

SocketResult<std::vector<Datagram>> DatagramInput::receive(uint64_t limit) {
  std::vector<Datagram> received;
  if (limit == 0) return received;
  if (error_) return fail(*std::exchange(error_, std::nullopt));
  const std::span<uint8_t> buffer = socket_->network_->loop().read_buffer();
  const uint64_t most = std::min<uint64_t>(limit, kMostDatagrams);
  size_t bytes = 0;
  int passed_over = 0;
  while (received.size() < most && bytes < kMostReceived && passed_over < kMostPassedOver) {
    net::SocketAddress from;
    const auto size =
        socket_result(socket_->socket_->receive_from(buffer, from), SocketOperation::kReceive);
    if (!size.ok()) {
      if (is_again(size.error())) break;
      if (received.empty()) return fail(size.error());
      error_ = size.error();
      break;
    }
    if (socket_->remote_ && !is_same_peer(*socket_->remote_, from)) {
      ++passed_over;
      continue;
    }
    const auto data = buffer.first(*size);
    received.push_back({Bytes(data.begin(), data.end()), from});
    bytes += *size;
  }
  return received;
}

bool DatagramOutput::ready() {
  if (socket_->socket_->ready(WaitFor::kWrite)) return true;
  socket_->socket_->wait(WaitFor::kWrite, writable_);
  return false;
}

uint64_t DatagramOutput::check_send() {
  permitted_ = socket_->socket_->ready(WaitFor::kWrite) ? kMostDatagrams : 0;
  return permitted_;
}

SocketResult<> DatagramOutput::send(const Datagram& datagram) const {
  if (datagram.data.size() > kLargestDatagram) return fail(SocketError::kDatagramTooLarge);
  const std::optional<net::SocketAddress>& connected = socket_->remote_;
  if (!connected && !datagram.address) return fail(kInvalidArgument);
  if (datagram.address) {
    if (connected && !is_same_peer(*connected, *datagram.address)) return fail(kInvalidArgument);
    TAPPET_TRY(socket_->may_send_to(*datagram.address));
  }
  const net::SocketAddress* const to = connected ? nullptr : &*datagram.address;
  return socket_result(socket_->socket_->send_to(datagram.data, to), SocketOperation::kSend);
}

SocketResult<uint64_t> DatagramOutput::send(std::span<const Datagram> datagrams) {
  if (datagrams.empty()) return uint64_t{0};
  permitted_ = 0;
  uint64_t sent = 0;
  for (const Datagram& datagram : datagrams) {
    const SocketResult<> result = send(datagram);
    if (!result.ok()) {
      if (sent == 0 && !is_again(result.error())) return fail(result.error());
      break;
    }
    ++sent;
  }
  return sent;
}

}  // namespace tappet::wasi
