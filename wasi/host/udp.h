// UDP sockets with the states and streams that WASI 0.2 gives them.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "wasi/host/network.h"

namespace tappet::wasi {

struct Datagram {
  Bytes data;
  std::optional<net::SocketAddress> address;  // where it came from, or where it goes
};

// How many datagrams one call moves at most.
inline constexpr uint32_t kMostDatagrams = 16;

class DatagramInput;
class DatagramOutput;

// Always ready: nothing of it takes time. The states and errors are those of wasi:sockets/udp.
// Loop thread only.
class UdpSocket final : public Readiness, public std::enable_shared_from_this<UdpSocket> {
 public:
  struct Streams {
    std::shared_ptr<DatagramInput> in;
    std::shared_ptr<DatagramOutput> out;
  };

  // As of Network::make_socket.
  static SocketResult<std::shared_ptr<UdpSocket>> create(Network& network, bool is_v6);

  bool ready() override { return true; }
  bool is_v6() const { return is_v6_; }

  SocketResult<> start_bind(const Network& network, const net::SocketAddress& address);
  SocketResult<> finish_bind();
  // Somebody still has streams that were made before: another pair would put them out of use.
  bool has_streams() const { return !in_.expired() || !out_.expired(); }
  // Datagrams that have come already are not thrown away, as in POSIX: without `remote` they are
  // received whoever sent them, a former peer among others; with it only if they are its.
  SocketResult<Streams> stream(const std::optional<net::SocketAddress>& remote);
  SocketResult<net::SocketAddress> local_address() const;
  SocketResult<net::SocketAddress> remote_address() const;

  const Socket& socket() const { return *socket_; }

 private:
  friend class DatagramInput;
  friend class DatagramOutput;
  enum class State : uint8_t { kUnbound, kBindInProgress, kBound };

  UdpSocket(std::shared_ptr<Network> network, std::shared_ptr<Socket> socket, bool is_v6)
      : network_(std::move(network)), socket_(std::move(socket)), is_v6_(is_v6) {}
  SocketResult<> may_send_to(const net::SocketAddress& address) const;
  SocketResult<> connect(const net::SocketAddress& remote);
  SocketResult<> disconnect();

  std::shared_ptr<Network> network_;
  std::shared_ptr<Socket> socket_;
  bool is_v6_;
  State state_ = State::kUnbound;
  net::SocketAddress local_;  // once bound
  std::optional<net::SocketAddress> remote_;
  std::weak_ptr<DatagramInput> in_;
  std::weak_ptr<DatagramOutput> out_;
};

class DatagramInput final : public Readiness {
 public:
  explicit DatagramInput(std::shared_ptr<UdpSocket> socket) : socket_(std::move(socket)) {}

  bool ready() override;
  // What has come, at most `limit` datagrams; none if nothing has. Of a socket with a remote
  // address, what others sent is passed over.
  SocketResult<std::vector<Datagram>> receive(uint64_t limit);

 private:
  std::shared_ptr<UdpSocket> socket_;
  std::optional<SocketError> error_;  // not told yet
  Waker readable_{[this] { changed_.wake_all(); }};
};

class DatagramOutput final : public Readiness {
 public:
  explicit DatagramOutput(std::shared_ptr<UdpSocket> socket) : socket_(std::move(socket)) {}

  bool ready() override;
  // How many datagrams the next send() takes.
  uint64_t check_send();
  // What check_send() said, until something is sent.
  uint64_t permitted() const { return permitted_; }
  // How many were sent. An error only if that is none. Precondition: as many as are permitted.
  SocketResult<uint64_t> send(std::span<const Datagram> datagrams);

 private:
  SocketResult<> send(const Datagram& datagram) const;

  std::shared_ptr<UdpSocket> socket_;
  uint64_t permitted_ = 0;
  Waker writable_{[this] { changed_.wake_all(); }};
};

}  // namespace tappet::wasi
