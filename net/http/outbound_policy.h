// Where a client may connect to.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "net/http/connector.h"
#include "net/io/network.h"

namespace tappet::http {

// "example.com" matches itself, "*.example.com" every name below, "*" everything; case and a final
// dot of the host do not count.
bool host_matches(std::string_view pattern, std::string_view host);

// A value. Two questions: by name, before anything is looked up, and by address, about every one
// that a name resolves to, each time. What a name looks like says nothing about where it leads.
class OutboundPolicy {
 public:
  // [SCHEME://]HOST[:PORT] where SCHEME is http or https, and HOST a pattern of host_matches or an
  // IP address, IPv6 in brackets. A scheme without a port stands for the scheme's, HOST alone for
  // all. False if it is none of these. With the first, all other hosts are refused.
  bool allow_host(std::string_view text);
  // An IP address, ADDRESS/BITS, or "all": addresses that may be connected to although they are not
  // public. False for anything else.
  bool allow_network(std::string_view text);

  // No: HTTP-request-denied.
  bool permits(const Origin& origin) const;
  // No: destination-IP-prohibited.
  bool permits(const net::SocketAddress& address) const;
  // Whether there are hosts that are refused by name.
  bool restricts_hosts() const { return !hosts_.empty(); }
  // For what is not HTTP: a name or the text of an address, and a port; without one, any will do.
  bool permits(std::string_view host, std::optional<uint16_t> port) const;

 private:
  struct HostRule {
    std::optional<bool> secure;
    std::string host;
    std::optional<uint16_t> port;
  };
  std::vector<HostRule> hosts_;
  std::vector<net::Network> networks_;
  bool all_networks_ = false;
};

// Refuses the origins that a policy does not permit. That its addresses are checked is for the
// connector that resolves names: TcpConnectorOptions::permits.
class PolicyConnector final : public Connector {
 public:
  // Both must outlive the connector.
  PolicyConnector(Connector& inner, const OutboundPolicy& policy)
      : inner_(inner), policy_(policy) {}
  std::unique_ptr<Connecting> connect(const Origin& origin, const ConnectOptions& options) override;
  bool keeps_connections() const override { return inner_.keeps_connections(); }
  void release(const Origin& origin, std::unique_ptr<net::ByteStream> stream) override {
    inner_.release(origin, std::move(stream));
  }

 private:
  Connector& inner_;
  const OutboundPolicy& policy_;
};

}  // namespace tappet::http
