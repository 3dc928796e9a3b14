#include "interp/base/printable.h"

#include <fmt/format.h>

#include "interp/base/utf8.h"

namespace tappet {
namespace {

bool is_control(char32_t c) { return c < 0x20 || (c >= 0x7f && c < 0xa0); }

// Moves one character, or one byte that begins none.
void append_printable(std::string& out, ByteSpan& rest) {
  const ByteSpan from_here = rest;
  const auto c = next_utf8(rest);
  if (!c) {
    out += fmt::format("\\x{:02x}", from_here[0]);
    rest = from_here.subspan(1);
  } else if (is_control(*c)) {
    out += fmt::format("\\u{{{:x}}}", static_cast<uint32_t>(*c));
  } else {
    out += as_text(from_here.first(from_here.size() - rest.size()));
  }
}

}  // namespace

std::string printable(std::string_view text, size_t most) {
  std::string out;
  for (ByteSpan rest = as_bytes(text); !rest.empty();) {
    if (out.size() >= most) return out + "...";
    append_printable(out, rest);
  }
  return out;
}

}  // namespace tappet
