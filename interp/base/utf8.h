// Strict UTF-8, UTF-16 and Latin-1 (Unicode scalar values only; overlong forms and surrogates are
// rejected).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "interp/base/bytes.h"

namespace tappet {

// True if `bytes` is well-formed UTF-8.
bool is_utf8(ByteSpan bytes);

// Decodes one scalar value at the front of `bytes` and advances it; nothing if it is ill-formed or
// empty.
std::optional<char32_t> next_utf8(ByteSpan& bytes);

// Appends a scalar value. The caller has checked is_scalar_value(c).
void append_utf8(std::string& out, char32_t c);

constexpr bool is_scalar_value(uint32_t c) { return c < 0xd800 || (c > 0xdfff && c < 0x110000); }

// UTF-16LE code units to UTF-8; nothing if a surrogate is unpaired. `bytes.size()` is even.
std::optional<std::string> utf16le_to_utf8(ByteSpan bytes);

// Latin-1 to UTF-8; cannot fail.
std::string latin1_to_utf8(ByteSpan bytes);

// UTF-8 to UTF-16LE; `text` is well-formed.
Bytes utf8_to_utf16le(std::string_view text);

}  // namespace tappet
