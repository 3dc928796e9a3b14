// Characters and strings between their quotes.
#include <charconv>

#include <fmt/format.h>

#include "canonical-abi/wave/scanner.h"
#include "interp/base/utf8.h"

namespace tappet::component::wave {
namespace {

constexpr std::string_view kTriple = "\"\"\"";

}  // namespace

Result<char32_t> Scanner::character(std::string_view what) {
  if (!accept('\'')) return unexpected(what);
  const char32_t c = TAPPET_TRY(character_until('\''));
  if (at_ == text_.size() || text_[at_] != '\'')
    return fail_at(at_, "expected `'` behind one character");
  ++at_;
  return c;
}

Result<std::string> Scanner::string(std::string_view what) {
  const size_t start = position();
  if (text_.substr(start).starts_with(kTriple)) return multiline();
  if (!accept('"')) return unexpected(what);
  std::string out;
  for (;;) {
    if (at_ == text_.size()) return fail_at(start, "the string does not end");
    if (text_[at_] == '"') break;
    append_utf8(out, TAPPET_TRY(character_until('"')));
  }
  ++at_;
  return out;
}

// One character of a literal that this quote ends.
Result<char32_t> Scanner::character_until(char quote) {
  if (at_ == text_.size()) return fail_at(at_, fmt::format("expected `{}`, found the end", quote));
  if (text_[at_] == '\\') return escape();
  if (text_[at_] == '\n') return fail_at(at_, "a line ends within quotes: write \\n");
  if (text_[at_] == quote)
    return fail_at(at_, fmt::format("a character is expected before {}", quote));
  ByteSpan rest = as_bytes(text_.substr(at_));
  const size_t before = rest.size();
  const char32_t c = *next_utf8(rest);
  at_ += before - rest.size();
  return c;
}

Result<char32_t> Scanner::escape() {
  const size_t start = at_++;
  constexpr std::string_view kEscapes = "'\"\\tnr";
  constexpr std::string_view kMeanings = "'\"\\\t\n\r";
  if (at_ == text_.size()) return fail_at(start, "an escape is cut off");
  const char c = text_[at_++];
  if (c == 'u') return unicode_escape(start);
  const size_t which = kEscapes.find(c);
  if (which == std::string_view::npos) return fail_at(start, "there is no such escape");
  return static_cast<char32_t>(kMeanings[which]);
}

Result<char32_t> Scanner::unicode_escape(size_t start) {
  const size_t close =
      text_.substr(at_).starts_with('{') ? text_.find('}', at_) : std::string_view::npos;
  if (close == std::string_view::npos) return fail_at(start, "expected \\u{...}");
  uint32_t value = 0;
  const char* const begin = text_.data() + at_ + 1;
  const char* const end = text_.data() + close;
  const auto [rest, error] = std::from_chars(begin, end, value, 16);
  if (error == std::errc::invalid_argument || rest != end) {
    return fail_at(start, "expected hexadecimal digits in \\u{...}");
  }
  if (error != std::errc() || !is_scalar_value(value)) {
    return fail_at(start, "not a Unicode scalar value");
  }
  at_ = close + 1;
  return static_cast<char32_t>(value);
}

// Lines between two """, each without the spaces that stand before the second one. No escape makes
// three quotes in a row, so the end is found without looking at what lies between.
Result<std::string> Scanner::multiline() {
  const size_t start = at_;
  at_ += kTriple.size();
  if (text_.substr(at_).starts_with('\r')) ++at_;
  if (!text_.substr(at_).starts_with('\n')) return fail_at(at_, "a line must end behind \"\"\"");
  const size_t first = ++at_;
  const size_t close = text_.find(kTriple, first);
  if (close == std::string_view::npos) return fail_at(start, "the string does not end");
  const size_t last = text_.rfind('\n', close) + 1;  // at least `first`
  const size_t indent = close - last;
  if (text_.substr(last, indent).find_first_not_of(' ') != std::string_view::npos) {
    return fail_at(close, "only spaces may stand on the line before \"\"\"");
  }
  std::string out;
  while (at_ < last) {
    if (at_ != first) out += '\n';
    const size_t end = text_.find('\n', at_);
    const bool has_return = end > at_ && text_[end - 1] == '\r';
    TAPPET_TRY(line(end - (has_return ? 1 : 0), indent, out));
    at_ = end + 1;
  }
  at_ = close + kTriple.size();
  return out;
}

Result<> Scanner::line(size_t end, size_t indent, std::string& to) {
  const std::string_view text = text_.substr(at_, end - at_);
  if (text.substr(0, indent).size() < indent ||
      text.substr(0, indent).find_first_not_of(' ') != std::string_view::npos) {
    return fail_at(at_, "the line is indented less than the closing \"\"\"");
  }
  at_ += indent;
  while (at_ < end) {
    // No escape contains a line break, so none goes beyond `end`.
    append_utf8(to, TAPPET_TRY(character_until('\n')));
  }
  return {};
}

}  // namespace tappet::component::wave
