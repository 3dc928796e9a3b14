// UTF-8 on the host's side becomes the guest's encoding. In which steps the guest's realloc is
// called depends on how the string was encoded where it comes from, and is part of the ABI: each
// function does as its namesake in definitions.py.
#include "canonical-abi/abi/load.h"
#include "canonical-abi/abi/store.h"
#include "interp/base/limits.h"
#include "interp/base/utf8.h"

namespace tappet::component {
namespace {

// What of a string is to be known before it is stored.
struct Measure {
  uint64_t scalars = 0;
  uint64_t utf16_units = 0;
  bool is_latin1 = true;
};

size_t ascii_prefix(std::string_view text) {
  size_t n = 0;
  while (n + 8 <= text.size() &&
         (load_le<uint64_t>(as_bytes(text).data() + n) & 0x8080808080808080) == 0) {
    n += 8;
  }
  while (n < text.size() && static_cast<uint8_t>(text[n]) < 0x80) ++n;
  return n;
}

// Counts by lead bytes: the text is well-formed.
Measure measure(std::string_view text) {
  Measure m;
  m.scalars = m.utf16_units = ascii_prefix(text);
  for (const char c : text.substr(m.scalars)) {
    const auto byte = static_cast<uint8_t>(c);
    if ((byte & 0xc0) == 0x80) continue;
    m.scalars += 1;
    m.utf16_units += byte >= 0xf0 ? 2 : 1;
    m.is_latin1 &= byte <= 0xc3;
  }
  return m;
}

// Writes `text` in UTF-16 and returns the end. The caller knows that it fits.
uint8_t* encode_utf16(std::string_view text, uint8_t* to) {
  const auto put = [&to](uint32_t unit) {
    store_le(to, static_cast<uint16_t>(unit));
    to += 2;
  };
  ByteSpan rest = as_bytes(text);
  while (const auto c = next_utf8(rest)) {
    if (*c < 0x10000) {
      put(*c);
    } else {
      put(0xd800 + ((*c - 0x10000) >> 10));
      put(0xdc00 + ((*c - 0x10000) & 0x3ff));
    }
  }
  return to;
}

// The same in Latin-1, up to the first scalar value that it lacks: `text` is left with the rest.
uint8_t* encode_latin1(std::string_view& text, uint8_t* to) {
  ByteSpan rest = as_bytes(text);
  ByteSpan next = rest;
  for (auto c = next_utf8(next); c && *c < 0x100; c = next_utf8(next)) {
    *to++ = static_cast<uint8_t>(*c);
    rest = next;
  }
  text = as_text(rest);
  return to;
}

// What a string is stored as.
struct Range {
  uint64_t begin = 0;
  uint64_t tagged_code_units = 0;
};

class StringStore {
 public:
  StringStore(LiftLowerContext& cx, std::string_view text) : cx_(cx), text_(text) {}

  bool store_copy(uint64_t src_code_units, uint32_t unit_size, uint32_t alignment, Range& to);
  bool store_string_to_utf8(uint64_t src_code_units, uint64_t worst_case_size, Range& to);
  bool store_utf8_to_utf16(Range& to);
  bool store_string_to_latin1_or_utf16(uint64_t src_code_units, Range& to);
  bool store_probably_utf16_to_latin1_or_utf16(const Measure& m, Range& to);

 private:
  uint8_t* at(uint64_t ptr) { return cx_.memory() + ptr; }
  bool reallocate(uint64_t old_size, uint32_t alignment, uint64_t size, uint64_t& ptr) {
    return cx_.reallocate(ptr, old_size, alignment, size, "string", ptr);
  }
  bool inflate_to_utf16(uint64_t src_code_units, uint64_t done, std::string_view rest, Range& to);

  LiftLowerContext& cx_;
  std::string_view text_;
};

// store_string_copy. The destination's encoding follows from the sizes: UTF-8, UTF-16 or Latin-1.
bool StringStore::store_copy(uint64_t src_code_units, uint32_t unit_size, uint32_t alignment,
                             Range& to) {
  const uint64_t bytes = unit_size * src_code_units;
  if (!cx_.allocate(alignment, bytes, "string", to.begin)) return false;
  if (unit_size == 2) {
    encode_utf16(text_, at(to.begin));
  } else if (bytes == text_.size()) {
    if (bytes != 0) std::memcpy(at(to.begin), text_.data(), bytes);
  } else {
    encode_latin1(text_, at(to.begin));
  }
  to.tagged_code_units = src_code_units;
  return true;
}

// store_utf16_to_utf8 and store_latin1_to_utf8.
bool StringStore::store_string_to_utf8(uint64_t src_code_units, uint64_t worst_case_size,
                                       Range& to) {
  if (!cx_.allocate(1, src_code_units, "string", to.begin)) return false;
  const size_t ascii = ascii_prefix(text_);
  if (ascii != 0) std::memcpy(at(to.begin), text_.data(), ascii);
  to.tagged_code_units = text_.size();
  if (ascii == text_.size()) return true;
  if (!reallocate(src_code_units, 1, worst_case_size, to.begin)) return false;
  std::memcpy(at(to.begin) + ascii, text_.data() + ascii, text_.size() - ascii);
  return worst_case_size == text_.size() || reallocate(worst_case_size, 1, text_.size(), to.begin);
}

bool StringStore::store_utf8_to_utf16(Range& to) {
  const uint64_t worst_case_size = 2 * uint64_t{text_.size()};
  if (!cx_.allocate(2, worst_case_size, "string", to.begin)) return false;
  const auto encoded = static_cast<uint64_t>(encode_utf16(text_, at(to.begin)) - at(to.begin));
  to.tagged_code_units = encoded / 2;
  return encoded == worst_case_size || reallocate(worst_case_size, 2, encoded, to.begin);
}

bool StringStore::store_string_to_latin1_or_utf16(uint64_t src_code_units, Range& to) {
  if (!cx_.allocate(2, src_code_units, "string", to.begin)) return false;
  std::string_view rest = text_;
  const auto done = static_cast<uint64_t>(encode_latin1(rest, at(to.begin)) - at(to.begin));
  if (!rest.empty()) return inflate_to_utf16(src_code_units, done, rest, to);
  to.tagged_code_units = done;
  return done == src_code_units || reallocate(src_code_units, 2, done, to.begin);
}

// The first character beyond Latin-1 turns up: what is written so far is widened in place.
bool StringStore::inflate_to_utf16(uint64_t src_code_units, uint64_t done, std::string_view rest,
                                   Range& to) {
  const uint64_t worst_case_size = 2 * src_code_units;
  if (!reallocate(src_code_units, 2, worst_case_size, to.begin)) return false;
  uint8_t* const base = at(to.begin);
  for (uint64_t j = done; j-- > 0;) {
    base[2 * j] = base[j];
    base[2 * j + 1] = 0;
  }
  const auto encoded = static_cast<uint64_t>(encode_utf16(rest, base + 2 * done) - base);
  to.tagged_code_units = (encoded / 2) | utf16_tag(cx_.width());
  return encoded == worst_case_size || reallocate(worst_case_size, 2, encoded, to.begin);
}

bool StringStore::store_probably_utf16_to_latin1_or_utf16(const Measure& m, Range& to) {
  const uint64_t src_byte_length = 2 * m.utf16_units;
  if (!cx_.allocate(2, src_byte_length, "string", to.begin)) return false;
  encode_utf16(text_, at(to.begin));
  to.tagged_code_units = m.utf16_units | utf16_tag(cx_.width());
  if (!m.is_latin1) return true;
  uint8_t* const base = at(to.begin);
  for (uint64_t i = 0; i < m.utf16_units; ++i) base[i] = base[2 * i];
  to.tagged_code_units = m.utf16_units;
  return reallocate(src_byte_length, 1, m.utf16_units, to.begin);
}

}  // namespace

bool store_string_into_range(LiftLowerContext& cx, const ComponentValue& v, uint64_t& begin,
                             uint64_t& tagged_code_units) {
  return store_string_into_range(cx, v.string(), v.was_utf16(), begin, tagged_code_units);
}

bool store_string_into_range(LiftLowerContext& cx, std::string_view text, bool was_utf16,
                             uint64_t& begin, uint64_t& tagged_code_units) {
  // Strings that guests pass are shorter; this is for the host's.
  if (text.size() > limits::kStringBytes) return cx.trap("string size is too large");
  const StringEncoding src = cx.peer_encoding();
  const StringEncoding dst = cx.opts().string_encoding;
  StringStore out(cx, text);
  Range to;
  bool ok = false;
  if (src == StringEncoding::kUtf8) {
    ok = dst == StringEncoding::kUtf8    ? out.store_copy(text.size(), 1, 1, to)
         : dst == StringEncoding::kUtf16 ? out.store_utf8_to_utf16(to)
                                         : out.store_string_to_latin1_or_utf16(text.size(), to);
  } else {
    const Measure m = measure(text);
    const bool from_latin1 = src == StringEncoding::kLatin1Utf16 && m.is_latin1 && !was_utf16;
    const uint64_t units = from_latin1 ? m.scalars : m.utf16_units;
    if (dst == StringEncoding::kUtf8) {
      ok = out.store_string_to_utf8(units, units * (from_latin1 ? 2 : 3), to);
    } else if (dst == StringEncoding::kUtf16) {
      ok = out.store_copy(units, 2, 2, to);
    } else if (src == StringEncoding::kUtf16) {
      ok = out.store_string_to_latin1_or_utf16(units, to);
    } else if (from_latin1) {
      ok = out.store_copy(units, 1, 2, to);
    } else {
      ok = out.store_probably_utf16_to_latin1_or_utf16(m, to);
    }
  }
  begin = to.begin;
  tagged_code_units = to.tagged_code_units;
  return ok;
}

}  // namespace tappet::component
