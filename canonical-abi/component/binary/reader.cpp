#include "canonical-abi/component/binary/reader.h"

#include <fmt/format.h>

#include "interp/base/limits.h"
#include "interp/base/utf8.h"

namespace tappet::component {
namespace {

std::string_view text(LebError error) {
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

detail::Failure<Error> Reader::malformed(std::string message) const {
  return fail(ErrorKind::kMalformed, std::move(message), Position::at_offset(offset()));
}

detail::Failure<Error> Reader::bad_byte(uint8_t byte, std::string_view what) const {
  return fail(ErrorKind::kMalformed, fmt::format("invalid leading byte {:#x} for {}", byte, what),
              Position::at_offset(offset() - 1));
}

detail::Failure<Error> Reader::unexpected_end(std::string_view what) const {
  return malformed(fmt::format("unexpected end, reading {}", what));
}

Result<uint8_t> Reader::peek(std::string_view what) const {
  if (done()) return unexpected_end(what);
  return *at_;
}

Result<uint8_t> Reader::byte(std::string_view what) {
  if (done()) return unexpected_end(what);
  return *at_++;
}

detail::Failure<Error> Reader::bad_leb(LebError error, std::string_view what) const {
  return malformed(fmt::format("{}, reading {}", text(error), what));
}

Result<ByteSpan> Reader::bytes(uint64_t size, std::string_view what) {
  if (size > remaining()) return unexpected_end(what);
  const ByteSpan taken(at_, static_cast<size_t>(size));
  at_ += taken.size();
  return taken;
}

Result<Reader> Reader::sub(uint64_t size, std::string_view what) {
  const uint64_t start = offset();
  return Reader(TAPPET_TRY(bytes(size, what)), start, *budget_);
}

Result<std::string_view> Reader::name(std::string_view what) {
  const uint32_t length = TAPPET_TRY(u32(what));
  const auto position = Position::at_offset(offset());
  if (length > limits::kNameBytes) {
    return fail(
        ErrorKind::kLimit,
        fmt::format("{} of {} bytes exceeds the limit of {}", what, length, limits::kNameBytes),
        position);
  }
  const ByteSpan text = TAPPET_TRY(bytes(length, what));
  if (!is_utf8(text)) {
    return fail(ErrorKind::kMalformed, fmt::format("malformed UTF-8 encoding in {}", what),
                position);
  }
  return as_text(text);
}

Result<bool> Reader::flag(std::string_view what) {
  const uint8_t value = TAPPET_TRY(byte(what));
  if (value > 1) return bad_byte(value, what);
  return value == 1;
}

Result<uint32_t> Reader::count(std::string_view what, uint32_t limit, size_t item_size) {
  const auto position = Position::at_offset(offset());
  const uint32_t n = TAPPET_TRY(u32(what));
  if (n > limit) {
    return fail(ErrorKind::kLimit, fmt::format("{} {} exceed the limit of {}", n, what, limit),
                position);
  }
  if (n > remaining()) {
    return fail(ErrorKind::kMalformed,
                fmt::format("unexpected end: {} {} in {} bytes", n, what, remaining()), position);
  }
  Result<> spent = budget_->spend_bytes(uint64_t{n} * item_size);
  if (!spent.ok()) return fail(ErrorKind::kLimit, spent.error().message, position);
  return n;
}

}  // namespace tappet::component
