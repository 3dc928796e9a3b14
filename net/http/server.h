// An HTTP/1.1 server: sockets in front of a Service.
#pragma once

#include <list>
#include <memory>
#include <vector>

#include "net/http/client_count.h"
#include "net/http/date.h"
#include "net/http/limits.h"
#include "net/http/observer.h"
#include "net/http/service.h"
#include "net/io/tcp_listener.h"
#include "net/tls/tls_context.h"

namespace tappet::http {

class ServerConnection;

// One per loop and service; several (of several threads, each with a loop of its own) may share a
// port with ListenOptions::reuse_port. Loop thread only.
class Server {
 public:
  // All must outlive the server.
  Server(net::Loop& loop, Service& service, const ServerLimits& limits = {},
         ServerObserver* observer = nullptr);
  // Cuts all connections; services whose responses are pending see their peers gone.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Listens, and serves whoever connects. The address says which port it became.
  Result<net::SocketAddress, net::IoError> listen(const net::SocketAddress& address,
                                                  const net::ListenOptions& options = {});
  // The same on a socket that listens already. `secure`: clients speak TLS, see set_tls().
  void listen(std::unique_ptr<net::TcpListener> listener, bool secure);
  // A server's context, for the connections that secure listeners accept from now on. Until there
  // is one, those are closed.
  void set_tls(std::shared_ptr<const net::TlsContext> context) { tls_ = std::move(context); }
  // Serves a connection that was made elsewhere: accepted by others, wrapped in TLS, or a
  // MemoryPipe's end. Not counted against max_connections.
  void serve(std::unique_ptr<net::ByteStream> stream, const ConnectionInfo& info);

  // Takes those clients whose connections the kernel has made, then stops accepting; lets requests
  // under way be answered, and closes every connection after its current request ("Connection:
  // close"). Idle ones, and those made just now, have a request answered that comes within
  // drain_grace_ns. Not reversible.
  void drain();
  // Woken when a connection has gone: look at connections() to know whether a drain is over.
  WakeList& changed() { return changed_; }

  size_t connections() const { return connections_.size(); }
  uint64_t requests() const { return requests_; }  // heads that were understood, ever
  bool draining() const { return draining_; }

 private:
  friend class ServerConnection;
  struct Listening;
  using Connections = std::list<std::unique_ptr<ServerConnection>>;

  void accept_from(Listening& listening);
  bool accept_one(Listening& listening);
  void serve_accepted(std::unique_ptr<net::TcpStream> stream, bool secure);
  void accept_more();
  // Destroys the connection at the end of the turn: nobody is inside its functions then.
  void retire(Connections::iterator connection);
  void bury();

  net::Loop& loop_;
  Service& service_;
  const ServerLimits limits_;
  ServerObserver* const observer_;
  DateCache date_;
  ClientCount clients_;
  bool draining_ = false;
  bool full_ = false;  // accepting is paused until a connection has gone
  uint64_t requests_ = 0;
  std::vector<std::unique_ptr<Listening>> listeners_;
  std::shared_ptr<const net::TlsContext> tls_;
  Connections connections_;
  Connections retired_;
  Waker bury_waker_;
  WakeList changed_;
};

}  // namespace tappet::http
