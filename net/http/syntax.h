// The character classes and little grammars of RFC 9110 and 3986 that framing and routing rest on.
// Messages as a whole are llhttp's business; these check what it leaves open, and what we write.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tappet::http {

// 1*tchar.
bool is_token(std::string_view text);
// Field content: no control character but HTAB, no DEL; bytes from 0x80 on are allowed.
bool is_field_value(std::string_view text);
// Equality of ASCII texts without regard to case.
bool equals_ignoring_case(std::string_view a, std::string_view b);
// True if the comma-separated list has the token, in any case.
bool list_has_token(std::string_view list, std::string_view token);
// Without spaces and tabs at both ends.
std::string_view trim(std::string_view text);
// 1*DIGIT that fits.
std::optional<uint64_t> parse_decimal(std::string_view text);

// uri-host [ ":" port ], as in Host and in an authority without user information: a registered name
// or IPv4 address (not empty), or an IPv6 address in brackets; a port, where there is a colon, has
// digits and is at most 65535.
bool is_authority(std::string_view text);

struct HostPort {
  std::string_view host;  // without brackets
  std::optional<uint16_t> port;
};
// The parts of a valid authority; nothing for others.
std::optional<HostPort> split_authority(std::string_view authority);

// absolute-path [ "?" query ] of visible ASCII without "#".
bool is_path_with_query(std::string_view text);
// ALPHA *( ALPHA / DIGIT / "+" / "-" / "." ).
bool is_scheme(std::string_view text);

}  // namespace tappet::http
