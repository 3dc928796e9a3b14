#include "cli/client_stack.h"

namespace tappet::cli {

Result<std::unique_ptr<Outgoing>> Outgoing::create(const OutgoingOptions& options,
                                                   Private addresses) {
  auto made = std::make_unique<Outgoing>();
  for (const std::string& host : options.allow_hosts) made->policy_.allow_host(host);
  for (const std::string& network : options.allow_networks) made->policy_.allow_network(network);
  if (addresses == Private::kAllowed) made->policy_.allow_network("all");
  net::TlsClientOptions tls;
  tls.ca_files = options.ca_files;
  if (!tls.ca_files.empty()) made->anonymous_ = TAPPET_TRY(net::TlsContext::client(tls));
  for (const ClientIdentity& identity : options.client_identities) {
    tls.identity = identity.identity;
    made->identities_.push_back({identity.hosts, TAPPET_TRY(net::TlsContext::client(tls))});
  }
  return made;
}

std::shared_ptr<const net::TlsContext> Outgoing::context_for(const http::Origin& origin) const {
  for (const Identity& identity : identities_) {
    if (http::host_matches(identity.hosts, origin.host)) return identity.context;
  }
  std::call_once(once_, [this] {
    if (anonymous_) return;
    auto context = net::TlsContext::client({});
    if (context.ok()) anonymous_ = std::move(*context);
  });
  return anonymous_;
}

ClientStack::ClientStack(net::Loop& loop, const Outgoing& outgoing)
    : tcp_(loop, {.permits =
                      [&outgoing](const http::Origin&, const net::SocketAddress& address) {
                        return outgoing.policy().permits(address);
                      }}),
      tls_(loop, tcp_, [&outgoing](const http::Origin& to) { return outgoing.context_for(to); }),
      pool_(loop, tls_),
      policy_(pool_, outgoing.policy()),
      client_(loop, policy_) {}

}  // namespace tappet::cli
