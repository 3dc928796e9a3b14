// TLS for secure origins, over the connections of another Connector.
#pragma once

#include <functional>

#include "net/http/connector.h"
#include "net/tls/tls_context.h"

namespace tappet::http {

// Asks `inner` for a plain connection to the origin's host and port, and makes the handshake on it
// within the same time: failures are TLS-protocol-error, TLS-certificate-error, TLS-alert-received,
// connection-timeout. Origins that are not secure go to `inner` as they are. Loop thread only.
class TlsConnector final : public Connector {
 public:
  // Whom to trust, and as who to appear, for an origin; null: TLS-protocol-error. A client's
  // context.
  using ContextFor = std::function<std::shared_ptr<const net::TlsContext>(const Origin& origin)>;

  // Both must outlive the connector.
  TlsConnector(net::Loop& loop, Connector& inner, ContextFor context_for)
      : loop_(loop), inner_(inner), context_for_(std::move(context_for)) {}
  std::unique_ptr<Connecting> connect(const Origin& origin, const ConnectOptions& options) override;

 private:
  class Attempt;
  net::Loop& loop_;
  Connector& inner_;
  ContextFor context_for_;
};

}  // namespace tappet::http
