// TCP sockets with the states that WASI 0.2 gives them.
#pragma once

#include "wasi/host/network.h"
#include "wasi/host/socket_stream.h"

namespace tappet::wasi {

// Ready when finish_connect() or accept() has something to say; in other states always. The states
// and errors are those of wasi:sockets/tcp. Loop thread only.
class TcpSocket final : public Readiness {
 public:
  // While somebody has the output, the peer is not told of an end.
  struct Streams {
    std::shared_ptr<InputStream> in;
    std::shared_ptr<OutputStream> out;
  };

  // As of Network::make_socket.
  static SocketResult<std::shared_ptr<TcpSocket>> create(Network& network, bool is_v6);
  ~TcpSocket() override;

  bool ready() override;
  bool is_v6() const { return is_v6_; }

  SocketResult<> start_bind(const Network& network, const net::SocketAddress& address);
  SocketResult<> finish_bind();
  SocketResult<> start_connect(const Network& network, const net::SocketAddress& address);
  SocketResult<Streams> finish_connect();
  SocketResult<> start_listen();
  SocketResult<> finish_listen();
  // A connected socket; streams() are its. Clients of any address: the policy is about whom the
  // guest may reach, as wasmtime's check of addresses is, which knows no accepting either. Who may
  // reach the guest is up to where it may bind.
  SocketResult<std::shared_ptr<TcpSocket>> accept();
  // Of a connected socket, once.
  Streams streams();

  SocketResult<net::SocketAddress> local_address() const;
  SocketResult<net::SocketAddress> remote_address() const;
  bool is_listening() const { return state_ == State::kListening; }
  SocketResult<> set_listen_backlog_size(uint64_t value);
  SocketResult<> shutdown(bool receiving, bool sending);

  // The socket for its options; invalid-state once closed.
  SocketResult<const Socket*> socket() const;

 private:
  enum class State : uint8_t {
    kUnbound,
    kBindInProgress,
    kBound,
    kListenInProgress,
    kListening,
    kConnectInProgress,
    kConnected,
    kClosed,
  };

  TcpSocket(std::shared_ptr<Network> network, std::shared_ptr<Socket> socket, State state,
            bool is_v6);
  bool in_progress() const;

  std::shared_ptr<Network> network_;
  std::shared_ptr<Socket> socket_;
  State state_;
  bool is_v6_;
  const Network* attached_ = nullptr;  // the one it was bound to; only compared
  int backlog_ = 128;
  std::shared_ptr<SocketInput> in_;
  std::shared_ptr<SocketOutput> out_;
  Waker happened_{[this] { changed_.wake_all(); }};
};

}  // namespace tappet::wasi
