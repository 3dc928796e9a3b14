#include "interp/binary/reader.h"

#include <fmt/format.h>

#include "interp/base/leb128.h"
#include "interp/base/limits.h"
#include "interp/base/utf8.h"

namespace tappet {
namespace {

const char* describe(LebError error) {
  switch (error) {
    case LebError::kTooLong:
      return "integer representation too long";
    case LebError::kTooLarge:
      return "integer too large";
    default:
      return "unexpected end";
  }
}

}  // namespace

void Reader::fail(ErrorKind kind, std::string message, uint64_t offset) {
  if (!error_) error_ = make_error(kind, std::move(message), Position::at_offset(offset));
  at_ = end_;
}

void Reader::adopt_error(const Reader& other) {
  if (other.ok()) return;
  if (ok()) error_ = other.error_;
  at_ = end_;
}

void Reader::unexpected_end() {
  at_ = end_;
  malformed("unexpected end");
}

void Reader::refuse(Feature feature) { fail(ErrorKind::kUnsupported, refusal(feature)); }

template <class Leb>
auto Reader::take(Leb leb) {
  if (leb.error != LebError::kNone) {
    at_ = leb.next;
    malformed(describe(leb.error));
  } else {
    at_ = leb.next;
  }
  return leb.value;
}

uint32_t Reader::u32_slow() {
  return static_cast<uint32_t>(take(read_leb_unsigned<32>(at_, end_)));
}
uint64_t Reader::u64_slow() { return take(read_leb_unsigned<64>(at_, end_)); }
int32_t Reader::s32_slow() { return static_cast<int32_t>(take(read_leb_signed<32>(at_, end_))); }
int64_t Reader::s33() { return take(read_leb_signed<33>(at_, end_)); }
int64_t Reader::s64_slow() { return take(read_leb_signed<64>(at_, end_)); }

ByteSpan Reader::bytes(uint64_t size) {
  if (size > remaining()) {
    unexpected_end();
    return {};
  }
  const ByteSpan result(at_, size);
  at_ += size;
  return result;
}

Reader Reader::sub(uint64_t size) {
  const uint64_t start = offset();
  return {bytes(size), start};
}

std::string_view Reader::name() {
  const uint64_t start = offset();
  const uint32_t size = length();
  if (size > limits::kNameBytes) {
    fail(ErrorKind::kLimit, fmt::format("name of {} bytes, more than {}", size, limits::kNameBytes),
         start);
    return {};
  }
  const ByteSpan text = bytes(size);
  if (!is_utf8(text)) {
    fail(ErrorKind::kMalformed, "malformed UTF-8 encoding", start);
    return {};
  }
  return as_text(text);
}

uint32_t Reader::count(std::string_view what, uint32_t limit, uint32_t min_bytes) {
  const uint64_t start = offset();
  const uint32_t n = u32();
  if (uint64_t{n} * min_bytes > remaining()) {
    fail(ErrorKind::kMalformed, fmt::format("length out of bounds: {} {}", n, what), start);
    return 0;
  }
  if (n > limit) {
    fail(ErrorKind::kLimit, fmt::format("too many {}: {}, more than {}", what, n, limit), start);
    return 0;
  }
  return n;
}

uint32_t Reader::length() {
  const uint64_t start = offset();
  const uint32_t n = u32();
  if (n <= remaining()) return n;
  fail(ErrorKind::kMalformed, "length out of bounds", start);
  return 0;
}

}  // namespace tappet
