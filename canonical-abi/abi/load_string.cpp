// Strings of all encodings become UTF-8: the host's only one.
#include <fmt/format.h>

#include "canonical-abi/abi/load.h"
#include "interp/base/utf8.h"

namespace tappet::component {
namespace {

// Where UTF-8 breaks off, in the words of the official tests: a sequence that more bytes could
// complete is incomplete, everything else invalid.
std::string utf8_error(ByteSpan bytes) {
  ByteSpan rest = bytes;
  while (next_utf8(rest)) {
  }
  const size_t at = bytes.size() - rest.size();
  const uint8_t first = rest[0];
  const size_t wanted = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  bool incomplete = first >= 0xc2 && first <= 0xf4 && rest.size() < wanted;
  if (incomplete && rest.size() > 1) {
    // The second byte decides whether this is overlong, a surrogate, or beyond Unicode.
    const uint8_t least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const uint8_t most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    incomplete = rest[1] >= least && rest[1] <= most;
  }
  if (incomplete && rest.size() > 2) incomplete = (rest[2] & 0xc0) == 0x80;
  return incomplete ? fmt::format("incomplete utf-8 byte sequence from index {}", at)
                    : fmt::format("invalid utf-8 sequence from index {}", at);
}

bool decode_utf8(LiftLowerContext& cx, uint64_t ptr, uint64_t byte_length, std::string& text) {
  if (!cx.charge(sizeof(std::string) + byte_length, [&] {
        text.assign(reinterpret_cast<const char*>(cx.memory() + ptr), byte_length);
      })) {
    return false;
  }
  return is_utf8(as_bytes(text)) || cx.trap(utf8_error(as_bytes(text)));
}

// A code unit becomes three bytes at most.
bool decode_utf16(LiftLowerContext& cx, uint64_t ptr, uint64_t byte_length, std::string& text) {
  std::optional<std::string> decoded;
  if (!cx.charge(sizeof(std::string) + byte_length / 2 * 3, [&] {
        decoded = utf16le_to_utf8({cx.memory() + ptr, static_cast<size_t>(byte_length)});
      })) {
    return false;
  }
  if (!decoded) return cx.trap("invalid utf-16: unpaired surrogate");
  text = std::move(*decoded);
  return true;
}

bool decode_latin1(LiftLowerContext& cx, uint64_t ptr, uint64_t byte_length, std::string& text) {
  return cx.charge(sizeof(std::string) + byte_length * 2, [&] {
    text = latin1_to_utf8({cx.memory() + ptr, static_cast<size_t>(byte_length)});
  });
}

}  // namespace

bool load_string_from_range(LiftLowerContext& cx, uint64_t ptr, uint64_t tagged_code_units,
                            std::string& text) {
  uint32_t alignment = 2;
  uint64_t unit_bytes = 2;
  uint64_t code_units = tagged_code_units;
  auto decode = decode_utf16;
  switch (cx.opts().string_encoding) {
    case StringEncoding::kUtf8:
      alignment = 1;
      unit_bytes = 1;
      decode = decode_utf8;
      break;
    case StringEncoding::kUtf16:
      break;
    case StringEncoding::kLatin1Utf16:
      if ((tagged_code_units & utf16_tag(cx.width())) != 0) {
        code_units ^= utf16_tag(cx.width());
      } else {
        unit_bytes = 1;
        decode = decode_latin1;
      }
      break;
  }
  if (code_units > limits::kStringBytes / unit_bytes) return cx.trap("string size is too large");
  if (!cx.check_range(ptr, code_units * unit_bytes, alignment, "string")) return false;
  return decode(cx, ptr, code_units * unit_bytes, text);
}

bool load_string_from_range(LiftLowerContext& cx, uint64_t ptr, uint64_t tagged_code_units,
                            ComponentValue& v) {
  std::string text;
  if (!load_string_from_range(cx, ptr, tagged_code_units, text)) return false;
  v = ComponentValue::string(std::move(text));
  if (cx.opts().string_encoding == StringEncoding::kLatin1Utf16 &&
      (tagged_code_units & utf16_tag(cx.width())) != 0) {
    v.set_was_utf16();
  }
  return true;
}

}  // namespace tappet::component
