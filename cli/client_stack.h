// The HTTP client of guests: TCP, TLS, connections that are used again, and what the options say
// about all that.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "cli/options.h"
#include "net/http/client.h"
#include "net/http/outbound_policy.h"
#include "net/http/pool_connector.h"
#include "net/http/tls_connector.h"

namespace tappet::cli {

// Where guests may connect to, whom they trust, and as who they appear: made once for all event
// loops. Any thread.
class Outgoing {
 public:
  enum class Private : uint8_t { kAllowed, kRefused };

  // Files are read now; the system's roots, which takes milliseconds, with the first secure
  // connection if there are no files. `addresses` is about those that are not public. Errors: as of
  // TlsContext::client.
  static Result<std::unique_ptr<Outgoing>> create(const OutgoingOptions& options,
                                                  Private addresses);

  const http::OutboundPolicy& policy() const { return policy_; }
  // Null: TLS cannot be set up.
  std::shared_ptr<const net::TlsContext> context_for(const http::Origin& origin) const;

 private:
  struct Identity {
    std::string hosts;
    std::shared_ptr<const net::TlsContext> context;
  };
  http::OutboundPolicy policy_;
  std::vector<Identity> identities_;  // the first that matches
  mutable std::once_flag once_;
  mutable std::shared_ptr<const net::TlsContext> anonymous_;
};

// One per event loop.
class ClientStack {
 public:
  // Both outlive it.
  ClientStack(net::Loop& loop, const Outgoing& outgoing);

  http::Client& client() { return client_; }

 private:
  http::TcpConnector tcp_;
  http::TlsConnector tls_;
  http::PoolConnector pool_;
  http::PolicyConnector policy_;
  http::HttpClient client_;
};

}  // namespace tappet::cli
