#include "net/io/network.h"

#include <algorithm>
#include <charconv>

namespace tappet::net {
namespace {

// Not globally reachable.
constexpr std::string_view kSpecialV4[] = {
    "0.0.0.0/8",     "10.0.0.0/8",      "100.64.0.0/10",  "127.0.0.0/8",    "169.254.0.0/16",
    "172.16.0.0/12", "192.0.0.0/24",    "192.0.2.0/24",   "192.88.99.0/24", "192.168.0.0/16",
    "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",    "240.0.0.0/4",
};
// Of IPv6 only what is allocated for unicast is reachable at all; and of that, not these.
constexpr std::string_view kUnicastV6 = "2000::/3";
constexpr std::string_view kSpecialV6[] = {
    "2001::/23",
    "2001:db8::/32",
    "3fff::/20",
};

// IPv6 addresses with an IPv4 address in them: where that is, in bytes.
struct Embedding {
  std::string_view network;
  size_t at;
};
constexpr Embedding kEmbeddings[] = {
    {"64:ff9b::/96", 12},  // NAT64
    {"2002::/16", 2},      // 6to4
};

// RFC 5214: the interface identifier of ISATAP is 0:5efe or 200:5efe, and an IPv4 address.
bool is_isatap(ByteSpan ip) {
  return (ip[8] == 0 || ip[8] == 2) && ip[9] == 0 && ip[10] == 0x5e && ip[11] == 0xfe;
}

template <size_t N>
bool in_any(const std::string_view (&networks)[N], const SocketAddress& address) {
  return std::any_of(std::begin(networks), std::end(networks), [&](std::string_view text) {
    return Network::parse(text)->contains(address);
  });
}

SocketAddress embedded(ByteSpan ip, size_t at) {
  sockaddr_in raw{};
  raw.sin_family = AF_INET;
  std::copy_n(ip.begin() + static_cast<ptrdiff_t>(at), 4,
              reinterpret_cast<uint8_t*>(&raw.sin_addr));
  return *SocketAddress::from_raw(reinterpret_cast<const sockaddr*>(&raw));
}

}  // namespace

std::optional<Network> Network::parse(std::string_view text) {
  const size_t slash = text.find('/');
  const auto address = SocketAddress::from_ip(text.substr(0, slash), 0);
  if (!address || text.find('%') != std::string_view::npos) return std::nullopt;
  Network network;
  network.v6_ = address->is_v6();
  const ByteSpan ip = address->ip();
  std::copy(ip.begin(), ip.end(), network.bytes_.begin());
  const auto most = static_cast<uint8_t>(ip.size() * 8);
  network.bits_ = most;
  if (slash == std::string_view::npos) return network;
  const std::string_view bits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), network.bits_);
  if (error != std::errc() || end != bits.data() + bits.size() || network.bits_ > most) {
    return std::nullopt;
  }
  return network;
}

bool Network::contains(const SocketAddress& address) const {
  const SocketAddress plain = address.unmapped();
  if (plain.is_v6() != v6_) return false;
  const ByteSpan ip = plain.ip();
  const size_t whole = bits_ / 8;
  if (!std::equal(bytes_.begin(), bytes_.begin() + static_cast<ptrdiff_t>(whole), ip.begin())) {
    return false;
  }
  const int rest = bits_ % 8;
  return rest == 0 || (bytes_[whole] ^ ip[whole]) >> (8 - rest) == 0;
}

bool is_public(const SocketAddress& address) {
  const SocketAddress plain = address.unmapped();
  if (!plain.is_v6()) return !in_any(kSpecialV4, plain);
  for (const Embedding& embedding : kEmbeddings) {
    if (Network::parse(embedding.network)->contains(plain)) {
      return is_public(embedded(plain.ip(), embedding.at));
    }
  }
  if (!Network::parse(kUnicastV6)->contains(plain) || in_any(kSpecialV6, plain)) return false;
  return !is_isatap(plain.ip()) || is_public(embedded(plain.ip(), 12));
}

}  // namespace tappet::net
