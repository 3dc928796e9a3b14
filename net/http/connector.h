// Where a client's connections come from. A pool, a proxy or TLS is another Connector, or one
// around another.
#pragma once

#include <functional>
#include <memory>

#include "net/http/method.h"
#include "net/http/service.h"
#include "net/io/budget.h"
#include "net/io/byte_stream.h"
#include "net/io/resolver.h"

namespace tappet::http {

// What is connected to.
struct Origin {
  bool secure = false;
  std::string host;  // a name or an IP address, without brackets
  uint16_t port = 80;
  bool operator==(const Origin&) const = default;
};

// A connection in the making; destroying it gives it up.
class Connecting {
 public:
  virtual ~Connecting() = default;
  // The outcome is taken by the first call that sees it.
  virtual Poll<Result<std::unique_ptr<net::ByteStream>, ErrorCode>> try_get() = 0;
  // Woken from the loop.
  virtual void await_ready(Waker& waker) = 0;
  // The connection has served other requests before: its server may have ended it already.
  virtual bool reused() const { return false; }
};

// Which connections will do for a request.
enum class Reuse : uint8_t {
  kAny,
  kRecent,  // a new one, or one that was used a moment ago
  kNever,   // a new one
};

struct ConnectOptions {
  uint64_t timeout_ns = net::kNever;
  Reuse reuse = Reuse::kAny;
  net::Asker asker = net::kNobodyInParticular;  // who looks the name up
};

// A connection that has failed from the start.
std::unique_ptr<Connecting> failed_connection(ErrorCode error);

// Loop thread only. Outlives what it makes.
class Connector {
 public:
  virtual ~Connector() = default;
  virtual std::unique_ptr<Connecting> connect(const Origin& origin,
                                              const ConnectOptions& options) = 0;
  // Whether release() keeps connections. If not, requests say "Connection: close".
  virtual bool keeps_connections() const { return false; }
  // A connection after an exchange that left it in order. The default closes it.
  virtual void release(const Origin& origin, std::unique_ptr<net::ByteStream> stream);
};

struct TcpConnectorOptions {
  net::ResolverLimits resolver = {};
  // Attempts to connect beside the first of each connection, of all of them together: TcpRace.
  uint32_t spare_attempts = 256;
  // Asked for every address that a connection may be about to be made to, after name resolution and
  // each time anew, with IPv4-mapped addresses unmapped. Refused addresses are passed over; if none
  // is left: destination-IP-prohibited. Unset, every address is permitted.
  std::function<bool(const Origin& origin, const net::SocketAddress& address)> permits = {};
};

// Plain TCP: resolves, then has the permitted addresses race as TcpRace says. Secure origins fail
// with TLS-protocol-error: see TlsConnector.
class TcpConnector final : public Connector {
 public:
  explicit TcpConnector(net::Loop& loop, TcpConnectorOptions options = {});
  std::unique_ptr<Connecting> connect(const Origin& origin, const ConnectOptions& options) override;

 private:
  class Attempt;
  net::Loop& loop_;
  TcpConnectorOptions options_;
  net::Resolver resolver_;
  const net::Ref<net::Budget> spare_;
};

}  // namespace tappet::http
