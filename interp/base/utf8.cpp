#include "interp/base/utf8.h"

namespace tappet {
namespace {

bool is_continuation(uint8_t byte) { return (byte & 0xc0) == 0x80; }

bool all_ascii(const uint8_t* at, size_t count) {
  uint64_t bits = 0;
  size_t i = 0;
  for (; i + 8 <= count; i += 8) bits |= load_le<uint64_t>(at + i);
  for (; i < count; ++i) bits |= at[i];
  return (bits & 0x8080808080808080) == 0;
}

}  // namespace

std::optional<char32_t> next_utf8(ByteSpan& bytes) {
  if (bytes.empty()) return std::nullopt;
  const uint8_t first = bytes[0];
  size_t length = 1;
  uint32_t c = first;
  uint32_t least = 0;
  if (first >= 0x80) {
    if ((first & 0xe0) == 0xc0) {
      length = 2, c = first & 0x1f, least = 0x80;
    } else if ((first & 0xf0) == 0xe0) {
      length = 3, c = first & 0x0f, least = 0x800;
    } else if ((first & 0xf8) == 0xf0) {
      length = 4, c = first & 0x07, least = 0x10000;
    } else {
      return std::nullopt;
    }
    if (bytes.size() < length) return std::nullopt;
    for (size_t i = 1; i < length; ++i) {
      if (!is_continuation(bytes[i])) return std::nullopt;
      c = (c << 6) | (bytes[i] & 0x3f);
    }
    if (c < least || !is_scalar_value(c)) return std::nullopt;
  }
  bytes = bytes.subspan(length);
  return static_cast<char32_t>(c);
}

bool is_utf8(ByteSpan bytes) {
  if (all_ascii(bytes.data(), bytes.size())) return true;
  while (!bytes.empty()) {
    if (!next_utf8(bytes)) return false;
  }
  return true;
}

void append_utf8(std::string& out, char32_t c) {
  auto put = [&](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0 | (c >> 6)), put(0x80 | (c & 0x3f));
  } else if (c < 0x10000) {
    put(0xe0 | (c >> 12)), put(0x80 | ((c >> 6) & 0x3f)), put(0x80 | (c & 0x3f));
  } else {
    put(0xf0 | (c >> 18)), put(0x80 | ((c >> 12) & 0x3f));
    put(0x80 | ((c >> 6) & 0x3f)), put(0x80 | (c & 0x3f));
  }
}

std::optional<std::string> utf16le_to_utf8(ByteSpan bytes) {
  std::string out;
  out.reserve(bytes.size() / 2);
  for (size_t i = 0; i + 1 < bytes.size(); i += 2) {
    uint32_t unit = load_le<uint16_t>(&bytes[i]);
    if (unit >= 0xd800 && unit < 0xdc00) {
      if (i + 3 >= bytes.size()) return std::nullopt;
      const uint32_t low = load_le<uint16_t>(&bytes[i + 2]);
      if (low < 0xdc00 || low > 0xdfff) return std::nullopt;
      unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
      i += 2;
    } else if (!is_scalar_value(unit)) {
      return std::nullopt;
    }
    append_utf8(out, unit);
  }
  return out;
}

std::string latin1_to_utf8(ByteSpan bytes) {
  std::string out;
  out.reserve(bytes.size());
  for (const uint8_t byte : bytes) append_utf8(out, byte);
  return out;
}

Bytes utf8_to_utf16le(std::string_view text) {
  Bytes out;
  out.reserve(text.size() * 2);
  auto put = [&](uint32_t unit) {
    out.push_back(static_cast<uint8_t>(unit)), out.push_back(static_cast<uint8_t>(unit >> 8));
  };
  ByteSpan rest = as_bytes(text);
  while (const auto c = next_utf8(rest)) {
    if (*c < 0x10000) {
      put(*c);
    } else {
      put(0xd800 + ((*c - 0x10000) >> 10)), put(0xdc00 + ((*c - 0x10000) & 0x3ff));
    }
  }
  return out;
}

}  // namespace tappet
