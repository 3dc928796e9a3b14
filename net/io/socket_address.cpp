#include "net/io/socket_address.h"

#include <arpa/inet.h>
#include <uv.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstring>

namespace tappet::net {
namespace {

// Longer texts are no addresses; uv_ip6_addr copies into a buffer of about this size.
constexpr size_t kLongestIpText = 64;

std::optional<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

}  // namespace

SocketAddress::SocketAddress() : storage_{} {
  storage_.v6 = {};
  storage_.v4.sin_family = AF_INET;
}

std::optional<SocketAddress> SocketAddress::from_ip(std::string_view ip, uint16_t port) {
  if (ip.empty() || ip.size() > kLongestIpText || ip.find('\0') != std::string_view::npos) {
    return std::nullopt;
  }
  const std::string text(ip);
  SocketAddress address;
  if (uv_ip4_addr(text.c_str(), port, &address.storage_.v4) == 0) return address;
  if (uv_ip6_addr(text.c_str(), port, &address.storage_.v6) == 0) return address;
  return std::nullopt;
}

std::optional<SocketAddress> SocketAddress::parse(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_port(text.substr(colon + 1));
  if (!port) return std::nullopt;
  std::string_view ip = text.substr(0, colon);
  const bool bracketed = ip.size() > 2 && ip.front() == '[' && ip.back() == ']';
  if (bracketed) ip = ip.substr(1, ip.size() - 2);
  auto address = from_ip(ip, *port);
  if (!address || address->is_v6() != bracketed) return std::nullopt;
  return address;
}

SocketAddress SocketAddress::from_bytes(ByteSpan ip, uint16_t port, uint32_t flow_info,
                                        uint32_t scope_id) {
  SocketAddress address;
  if (ip.size() == sizeof(in6_addr)) {
    address.storage_.v6 = {};
    address.storage_.v6.sin6_family = AF_INET6;
    address.storage_.v6.sin6_flowinfo = flow_info;
    address.storage_.v6.sin6_scope_id = scope_id;
    std::memcpy(&address.storage_.v6.sin6_addr, ip.data(), sizeof(in6_addr));
  } else {
    assert(ip.size() == sizeof(in_addr));
    std::memcpy(&address.storage_.v4.sin_addr, ip.data(), sizeof(in_addr));
  }
  address.set_port(port);
  return address;
}

std::optional<SocketAddress> SocketAddress::from_raw(const sockaddr* address) {
  SocketAddress result;
  if (address->sa_family == AF_INET) {
    std::memcpy(&result.storage_.v4, address, sizeof(sockaddr_in));
  } else if (address->sa_family == AF_INET6) {
    std::memcpy(&result.storage_.v6, address, sizeof(sockaddr_in6));
  } else {
    return std::nullopt;
  }
  return result;
}

uint16_t SocketAddress::port() const {
  return ntohs(is_v6() ? storage_.v6.sin6_port : storage_.v4.sin_port);
}

void SocketAddress::set_port(uint16_t port) {
  (is_v6() ? storage_.v6.sin6_port : storage_.v4.sin_port) = htons(port);
}

ByteSpan SocketAddress::ip() const {
  if (is_v6()) return {storage_.v6.sin6_addr.s6_addr, 16};
  return {reinterpret_cast<const uint8_t*>(&storage_.v4.sin_addr), 4};
}

bool SocketAddress::is_unspecified() const {
  const ByteSpan bytes = ip();
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
}

bool SocketAddress::is_multicast_or_broadcast() const {
  const ByteSpan bytes = ip();
  if (is_v6()) return bytes[0] == 0xff;
  return (bytes[0] & 0xf0) == 0xe0 ||
         std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0xff; });
}

bool SocketAddress::is_link_local() const {
  return is_v6() && (IN6_IS_ADDR_LINKLOCAL(&storage_.v6.sin6_addr) ||
                     IN6_IS_ADDR_MC_LINKLOCAL(&storage_.v6.sin6_addr));
}

bool SocketAddress::is_mapped() const {
  return is_v6() && IN6_IS_ADDR_V4MAPPED(&storage_.v6.sin6_addr);
}

SocketAddress SocketAddress::unmapped() const {
  if (!is_mapped()) return *this;
  SocketAddress v4;
  std::memcpy(&v4.storage_.v4.sin_addr, ip().data() + 12, 4);
  v4.set_port(port());
  return v4;
}

std::string SocketAddress::ip_text() const {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(storage_.any.sa_family, ip().data(), text, sizeof text);
  return text;
}

bool SocketAddress::operator==(const SocketAddress& other) const {
  return is_v6() == other.is_v6() && port() == other.port() && std::ranges::equal(ip(), other.ip());
}

std::string SocketAddress::to_string() const {
  const std::string port_text = ":" + std::to_string(port());
  return is_v6() ? "[" + ip_text() + "]" + port_text : ip_text() + port_text;
}

}  // namespace tappet::net
