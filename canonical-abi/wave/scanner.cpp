#include "canonical-abi/wave/scanner.h"

#include <algorithm>

#include <fmt/format.h>

#include "canonical-abi/types/print.h"

namespace tappet::component::wave {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '+' || c == '.' || c == '%' || c == '_';
}

}  // namespace

size_t Scanner::position() {
  while (at_ < text_.size()) {
    if (text_.substr(at_).starts_with("//")) {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) {
      ++at_;
    } else {
      break;
    }
  }
  return at_;
}

bool Scanner::accept(char c) {
  if (at_end() || text_[at_] != c) return false;
  ++at_;
  return true;
}

Result<> Scanner::expect(char c) {
  if (accept(c)) return {};
  return unexpected(fmt::format("`{}`", c));
}

std::string_view Scanner::word() {
  const size_t begin = position();
  while (at_ < text_.size() && is_word(text_[at_])) ++at_;
  return text_.substr(begin, at_ - begin);
}

detail::Failure<Error> Scanner::fail_at(size_t position, std::string message,
                                        ErrorKind kind) const {
  const std::string_view before = text_.substr(0, position);
  const auto line = static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  const auto column = static_cast<uint32_t>(before.size() - (before.rfind('\n') + 1)) + 1;
  return fail(kind, std::move(message), Position::at_line(line, column));
}

detail::Failure<Error> Scanner::unexpected(std::string_view what) {
  const size_t start = position();
  if (start == text_.size()) return fail_at(start, fmt::format("expected {}, found the end", what));
  std::string_view found = word();
  if (found.empty()) {
    size_t end = start + 1;
    while (end < text_.size() && (text_[end] & 0xc0) == 0x80) ++end;
    found = text_.substr(start, end - start);
  }
  at_ = start;
  return fail_at(start, fmt::format("expected {}, found {}", what, quote(found)));
}

}  // namespace tappet::component::wave
