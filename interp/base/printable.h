// Text of files and guests, as it may be shown to people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tappet {

// Nothing in the result steers a terminal: control characters (of both ranges) become \u{1b}, and
// bytes that are no UTF-8 become \xff. What is beyond `most` bytes of it, but for the last
// character, is left out: "...".
std::string printable(std::string_view text, size_t most = 100);

// All of it.
inline std::string without_controls(std::string_view text) { return printable(text, SIZE_MAX); }

}  // namespace tappet
