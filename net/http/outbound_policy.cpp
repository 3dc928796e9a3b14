#include "net/http/outbound_policy.h"

#include <algorithm>

#include "net/http/syntax.h"

namespace tappet::http {
namespace {

bool starts_scheme(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

std::optional<uint16_t> scheme_port(std::optional<bool> secure) {
  if (!secure) return std::nullopt;
  return *secure ? 443 : 80;
}

// One address, written in two ways.
bool is_same_ip(std::string_view a, std::string_view b) {
  const auto first = net::SocketAddress::from_ip(a, 0);
  const auto second = net::SocketAddress::from_ip(b, 0);
  return first && second && *first == *second;
}

// By its name, or by an address however that is written.
bool is_meant(std::string_view pattern, std::string_view host) {
  return host_matches(pattern, host) || is_same_ip(pattern, host);
}

}  // namespace

bool host_matches(std::string_view pattern, std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  if (pattern == "*") return true;
  if (!pattern.starts_with("*.")) return equals_ignoring_case(pattern, host);
  const std::string_view suffix = pattern.substr(1);
  return host.size() > suffix.size() &&
         equals_ignoring_case(host.substr(host.size() - suffix.size()), suffix);
}

bool OutboundPolicy::allow_host(std::string_view text) {
  HostRule rule;
  if (starts_scheme(text, "https://")) {
    rule.secure = true;
  } else if (starts_scheme(text, "http://")) {
    rule.secure = false;
  }
  const auto parts = split_authority(text);
  if (!parts) return false;
  rule.host = parts->host;
  rule.port = parts->port ? parts->port : scheme_port(rule.secure);
  if (rule.host.find('*', rule.host.starts_with("*.") || rule.host == "*" ? 1 : 0) !=
      std::string::npos) {
    return false;
  }
  hosts_.push_back(std::move(rule));
  return true;
}

bool OutboundPolicy::allow_network(std::string_view text) {
  if (text == "all") return all_networks_ = true;
  const auto network = net::Network::parse(text);
  if (network) networks_.push_back(*network);
  return network.has_value();
}

bool OutboundPolicy::permits(const Origin& origin) const {
  return hosts_.empty() || std::any_of(hosts_.begin(), hosts_.end(), [&](const HostRule& rule) {
           return rule.secure.value_or(origin.secure) == origin.secure &&
                  rule.port.value_or(origin.port) == origin.port &&
                  is_meant(rule.host, origin.host);
         });
}

bool OutboundPolicy::permits(std::string_view host, std::optional<uint16_t> port) const {
  return hosts_.empty() || std::any_of(hosts_.begin(), hosts_.end(), [&](const HostRule& rule) {
           return (!port || rule.port.value_or(*port) == *port) && is_meant(rule.host, host);
         });
}

bool OutboundPolicy::permits(const net::SocketAddress& address) const {
  return all_networks_ || net::is_public(address) ||
         std::any_of(networks_.begin(), networks_.end(),
                     [&](const net::Network& network) { return network.contains(address); });
}

std::unique_ptr<Connecting> PolicyConnector::connect(const Origin& origin,
                                                     const ConnectOptions& options) {
  if (policy_.permits(origin)) return inner_.connect(origin, options);
  return failed_connection(ErrorCode::HttpRequestDenied().with_detail(
      "not an allowed host: " + origin.host + ":" + std::to_string(origin.port)));
}

}  // namespace tappet::http
