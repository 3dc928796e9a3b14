// The HTTP/1.1 client: requests over connections that a Connector makes.
#pragma once

#include <list>

#include "net/http/connector.h"
#include "net/http/limits.h"
#include "net/http/service.h"

namespace tappet::http {

class ClientExchange;

// Does not follow redirects, knows no cookies, adds no fields but Host and framing. Loop thread
// only.
class HttpClient final : public Client {
 public:
  // Both must outlive the client.
  HttpClient(net::Loop& loop, Connector& connector, const ClientLimits& limits = {});
  // Cuts all exchanges: connection-terminated.
  ~HttpClient() override;
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // The scheme must be http or https (none means https), the authority is needed, and so is
  // path_with_query except for CONNECT. What cannot be sent fails with HTTP-request-method-invalid,
  // HTTP-request-URI-invalid or HTTP-protocol-error, without a connection.
  PendingResponse send(Request request, const RequestOptions& options) override;

  size_t active() const { return exchanges_.size(); }

 private:
  friend class ClientExchange;
  using Exchanges = std::list<net::Ref<ClientExchange>>;

  // Lets go of the exchange and its connection at the end of the turn: nobody is inside their
  // functions then.
  void retire(Exchanges::iterator exchange);
  void bury();

  net::Loop& loop_;
  Connector& connector_;
  const ClientLimits limits_;
  Exchanges exchanges_;
  Exchanges retired_;
  Waker bury_waker_;
};

}  // namespace tappet::http
