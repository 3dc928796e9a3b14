// One table of character classes; every check is a loop over it.
#include "net/http/syntax.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "net/io/socket_address.h"

namespace tappet::http {
namespace {

enum Class : uint8_t {
  kTchar = 1,    // RFC 9110 section 5.6.2
  kValue = 2,    // HTAB, SP, VCHAR, obs-text
  kRegName = 4,  // unreserved, sub-delims and "%" (RFC 3986 section 3.2.2)
  kHexDigit = 8,
  kTarget = 16,  // visible ASCII but "#"
  kScheme = 32,
  kDigit = 64,
};

constexpr bool is_alnum(int c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr std::array<uint8_t, 256> kClasses = [] {
  std::array<uint8_t, 256> classes{};
  auto add = [&](std::string_view characters, uint8_t bits) {
    for (const char c : characters) classes[static_cast<uint8_t>(c)] |= bits;
  };
  for (int c = 0; c < 256; ++c) {
    if (is_alnum(c)) classes[c] |= kTchar | kRegName | kScheme;
    if (c >= '0' && c <= '9') classes[c] |= kDigit;
    if (c == '\t' || (c >= ' ' && c != 0x7f)) classes[c] |= kValue;
    if (c > ' ' && c < 0x7f && c != '#') classes[c] |= kTarget;
  }
  add("!#$%&'*+-.^_`|~", kTchar);
  add("-._~!$&'()*+,;=%", kRegName);
  add("0123456789abcdefABCDEF", kHexDigit);
  add("+-.", kScheme);
  return classes;
}();

bool all_of_class(std::string_view text, Class wanted) {
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return (kClasses[static_cast<uint8_t>(c)] & wanted) != 0; });
}

bool is_reg_name(std::string_view text) {
  if (!all_of_class(text, kRegName)) return false;
  for (size_t at = 0; (at = text.find('%', at)) != std::string_view::npos; at += 3) {
    const std::string_view digits = text.substr(at + 1, 2);
    if (digits.size() != 2 || !all_of_class(digits, kHexDigit)) return false;
  }
  return true;
}

// An IPv6 address without a zone; of IPvFuture there is none so far.
bool is_ip_literal(std::string_view text) {
  if (text.find('%') != std::string_view::npos) return false;
  const auto address = net::SocketAddress::from_ip(text, 0);
  return address && address->is_v6();
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

}  // namespace

bool is_token(std::string_view text) { return !text.empty() && all_of_class(text, kTchar); }
bool is_field_value(std::string_view text) { return all_of_class(text, kValue); }

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(),
                                            [](char x, char y) { return lower(x) == lower(y); });
}

bool list_has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    if (equals_ignoring_case(trim(list.substr(0, comma)), token)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

std::string_view trim(std::string_view text) {
  const size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

std::optional<uint64_t> parse_decimal(std::string_view text) {
  if (text.empty() || !all_of_class(text, kDigit)) return std::nullopt;
  uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<HostPort> split_authority(std::string_view authority) {
  size_t host_end = 0;
  HostPort parts;
  if (authority.starts_with('[')) {
    host_end = authority.find(']');
    if (host_end == std::string_view::npos) return std::nullopt;
    parts.host = authority.substr(1, host_end - 1);
    if (!is_ip_literal(parts.host)) return std::nullopt;
    ++host_end;
  } else {
    host_end = std::min(authority.find(':'), authority.size());
    parts.host = authority.substr(0, host_end);
    if (!is_reg_name(parts.host)) return std::nullopt;
  }
  if (parts.host.empty()) return std::nullopt;
  const std::string_view rest = authority.substr(host_end);
  if (rest.empty()) return parts;
  if (rest[0] != ':') return std::nullopt;
  const auto port = parse_decimal(rest.substr(1));
  if (!port || *port > 65535) return std::nullopt;
  parts.port = static_cast<uint16_t>(*port);
  return parts;
}

bool is_authority(std::string_view text) { return split_authority(text).has_value(); }

bool is_path_with_query(std::string_view text) {
  return text.starts_with('/') && all_of_class(text, kTarget);
}

bool is_scheme(std::string_view text) {
  return !text.empty() && is_alnum(static_cast<uint8_t>(text[0])) &&
         (text[0] < '0' || text[0] > '9') && all_of_class(text, kScheme);
}

}  // namespace tappet::http
