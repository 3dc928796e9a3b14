#include "net/http/server.h"

#include "net/http/server_connection.h"
#include "net/tls/tls_stream.h"

namespace tappet::http {
namespace {

// The answer to HTTP where TLS is spoken.
constexpr std::string_view kWithoutTls =
    "HTTP/1.1 400 Bad Request\r\n"
    "Content-Type: text/plain\r\n"
    "Content-Length: 40\r\n"
    "Connection: close\r\n"
    "\r\n"
    "This port speaks HTTPS, not plain HTTP.\n";

// Accepted in one go, before others on the loop have their turn.
constexpr int kAcceptedPerTurn = 64;

}  // namespace

struct Server::Listening {
  Listening(Server& server, std::unique_ptr<net::TcpListener> listener_in, bool secure_in)
      : listener(std::move(listener_in)),
        secure(secure_in),
        waker([this, &server] { server.accept_from(*this); }) {}

  std::unique_ptr<net::TcpListener> listener;
  const bool secure;
  Waker waker;
};

Server::Server(net::Loop& loop, Service& service, const ServerLimits& limits,
               ServerObserver* observer)
    : loop_(loop),
      service_(service),
      limits_(limits),
      observer_(observer),
      clients_(limits.max_connections_per_client),
      bury_waker_([this] { bury(); }) {}

Server::~Server() {
  for (const auto& connection : connections_) connection->disconnect();
}

Result<net::SocketAddress, net::IoError> Server::listen(const net::SocketAddress& address,
                                                        const net::ListenOptions& options) {
  auto listener = TAPPET_TRY(net::TcpListener::listen(loop_, address, options));
  const net::SocketAddress bound = listener->address();
  listen(std::move(listener), false);
  return bound;
}

void Server::listen(std::unique_ptr<net::TcpListener> listener, bool secure) {
  listeners_.push_back(std::make_unique<Listening>(*this, std::move(listener), secure));
  loop_.soon().add(listeners_.back()->waker);
}

void Server::serve(std::unique_ptr<net::ByteStream> stream, const ConnectionInfo& info) {
  connections_.push_front(std::make_unique<ServerConnection>(*this, std::move(stream), info));
  clients_.add(info.remote);
  if (observer_ != nullptr) observer_->connected();
  connections_.front()->begin(connections_.begin());
}

void Server::accept_from(Listening& listening) {
  for (int i = 0; i < kAcceptedPerTurn; ++i) {
    if (!accept_one(listening)) return;
  }
  loop_.soon().add(listening.waker);
}

// False: there is nobody, or no room; what changes that starts again.
bool Server::accept_one(Listening& listening) {
  full_ = connections_.size() >= limits_.max_connections;
  if (full_) return false;
  auto stream = listening.listener->try_accept();
  if (!stream) {
    listening.listener->acceptable().add(listening.waker);
    return false;
  }
  serve_accepted(std::move(*stream), listening.secure);
  return true;
}

void Server::serve_accepted(std::unique_ptr<net::TcpStream> stream, bool secure) {
  const ConnectionInfo info{stream->local(), stream->remote(), secure};
  if (!clients_.has_room(info.remote)) {
    if (observer_ != nullptr) observer_->refused();
    return;
  }
  if (!secure) return serve(std::move(stream), info);
  if (!tls_) return;
  auto secured = net::TlsStream::accept(loop_, tls_, std::move(stream),
                                        limits_.tls_handshake_timeout_ns, kWithoutTls);
  if (secured.ok()) serve(std::move(*secured), info);
}

void Server::accept_more() {
  full_ = false;
  for (const auto& listening : listeners_) loop_.soon().add(listening->waker);
}

void Server::drain() {
  // Clients whose connections the kernel has made already would be reset. No kernel makes more than
  // so many, and those that are refused must not keep this going.
  constexpr int kLongestBacklog = 65535;
  for (const auto& listening : listeners_) {
    for (int i = 0; i < kLongestBacklog && accept_one(*listening); ++i) {
    }
  }
  draining_ = true;
  listeners_.clear();
  for (const auto& connection : connections_) connection->drain();
}

void Server::retire(Connections::iterator connection) {
  retired_.splice(retired_.end(), connections_, connection);
  loop_.soon().add(bury_waker_);
}

void Server::bury() {
  for (const auto& connection : retired_) {
    clients_.remove(connection->info().remote);
    if (observer_ != nullptr) observer_->disconnected();
  }
  retired_.clear();
  if (full_) accept_more();
  changed_.wake_all();
}

}  // namespace tappet::http
