// A Client whose server is a Service in the same process: no sockets, no parsing, bodies handed
// through. For composition, and for tests.
#pragma once

#include "net/http/service.h"
#include "net/loop/loop.h"

namespace tappet::http {

class LocalClient final : public Client {
 public:
  // Both must outlive the client and everything it sends.
  LocalClient(net::Loop& loop, Service& service) : loop_(loop), service_(service) {}

  // The service is called at the end of the turn. Its responses are held to the rules that a server
  // holds them to; only first_byte_timeout_ns matters of the options.
  PendingResponse send(Request request, const RequestOptions& options) override;

 private:
  net::Loop& loop_;
  Service& service_;
};

}  // namespace tappet::http
