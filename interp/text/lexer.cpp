// One pass over the source. A run of identifier characters and strings is one token, whatever it
// turns out to be; that is what makes `0$x` or `"a""b"` an error instead of two tokens.
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "interp/base/utf8.h"
#include "interp/text/token.h"

namespace tappet::text {
namespace {

constexpr std::string_view kIdPunctuation = "!#$%&'*+-./:<=>?@\\^_`|~";
constexpr std::string_view kKnownAnnotations[] = {"custom", "name", "metadata.code.branch_hint"};
constexpr uint32_t kAnnotationDepth = 1'000'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_id_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c != '\0' && kIdPunctuation.find(c) != std::string_view::npos);
}
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

int hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<char> simple_escape(char c) {
  switch (c) {
    case 't':
      return '\t';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case '"':
    case '\'':
    case '\\':
      return c;
    default:
      return std::nullopt;
  }
}

// Decodes the escape behind a backslash at `at`; returns the position after it, or 0 for a bad one.
size_t decode_escape(std::string_view text, size_t at, std::string& out) {
  if (at >= text.size()) return 0;
  if (const auto simple = simple_escape(text[at])) {
    out.push_back(*simple);
    return at + 1;
  }
  if (text[at] != 'u') {
    if (at + 1 >= text.size()) return 0;
    const int high = hex_digit(text[at]);
    const int low = hex_digit(text[at + 1]);
    if (high < 0 || low < 0) return 0;
    out.push_back(static_cast<char>(high * 16 + low));
    return at + 2;
  }
  if (at + 2 >= text.size() || text[at + 1] != '{' || hex_digit(text[at + 2]) < 0) return 0;
  uint32_t value = 0;
  for (at += 2; at < text.size() && text[at] != '}'; ++at) {
    const int digit = hex_digit(text[at]);
    if (digit < 0 && !(text[at] == '_' && hex_digit(text[at - 1]) >= 0)) return 0;
    if (digit >= 0) value = value * 16 + static_cast<uint32_t>(digit);
    if (value > 0x10ffff) return 0;
  }
  if (at >= text.size() || text[at - 1] == '_' || !is_scalar_value(value)) return 0;
  append_utf8(out, static_cast<char32_t>(value));
  return at + 1;
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) { out_.source = source; }

  Result<TokenStream> run() {
    find_lines();
    if (const auto bad = first_ill_formed()) return error(*bad, "malformed UTF-8 encoding");
    while (!error_ && at_ < source_.size()) step();
    if (!error_ && depth_ != 0) set_error(annotation_.offset, "unclosed annotation");
    if (error_) return fail(std::move(*error_));
    out_.tokens.push_back({TokenKind::kEnd, here(), here()});
    return std::move(out_);
  }

 private:
  uint32_t here() const { return static_cast<uint32_t>(at_); }
  char next(size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  detail::Failure<Error> error(size_t at, std::string message) const {
    return fail(ErrorKind::kMalformed, std::move(message),
                out_.position(static_cast<uint32_t>(at)));
  }
  void set_error(size_t at, std::string message) {
    if (!error_) error_ = error(at, std::move(message)).error;
  }

  void find_lines() {
    out_.line_starts.push_back(0);
    for (size_t i = 0; i < source_.size(); ++i) {
      const bool pair = source_[i] == '\r' && i + 1 < source_.size() && source_[i + 1] == '\n';
      if (source_[i] == '\n' || (source_[i] == '\r' && !pair))
        out_.line_starts.push_back(static_cast<uint32_t>(i + 1));
    }
  }

  std::optional<size_t> first_ill_formed() const {
    const ByteSpan all(reinterpret_cast<const uint8_t*>(source_.data()), source_.size());
    if (is_utf8(all)) return std::nullopt;
    ByteSpan rest = all;
    while (next_utf8(rest)) {
    }
    return all.size() - rest.size();
  }

  void step() {
    const char c = next();
    if (is_space(c)) {
      ++at_;
    } else if (c == ';') {
      semicolon();
    } else if (c == '(') {
      open();
    } else if (c == ')') {
      close();
    } else if (c == '"' || is_id_char(c)) {
      run_token();
    } else if (c == ',' || c == '[' || c == ']' || c == '{' || c == '}') {
      emit(TokenKind::kReserved, at_++);
    } else {
      set_error(at_, "illegal character");
    }
  }

  void emit(TokenKind kind, size_t begin) {
    auto& target = depth_ == 0 ? out_.tokens : out_.annotation_tokens;
    target.push_back(
        {kind, static_cast<uint32_t>(begin), static_cast<uint32_t>(std::max(begin + 1, at_))});
  }

  void semicolon() {
    if (next(1) != ';') return emit(TokenKind::kReserved, at_++);
    while (at_ < source_.size() && next() != '\n' && next() != '\r') ++at_;
  }

  void block_comment() {
    const size_t begin = at_;
    size_t depth = 0;
    do {
      if (at_ >= source_.size()) return set_error(begin, "unclosed comment");
      if (next() == '(' && next(1) == ';') {
        ++depth;
        at_ += 2;
      } else if (next() == ';' && next(1) == ')') {
        --depth;
        at_ += 2;
      } else {
        ++at_;
      }
    } while (depth != 0);
  }

  void open() {
    if (next(1) == ';') return block_comment();
    if (next(1) == '@') return open_annotation();
    emit(TokenKind::kOpen, at_);
    ++at_;
    if (depth_ != 0) deepen();
  }

  void deepen() {
    if (++depth_ > kAnnotationDepth) set_error(at_, "annotation nested too deeply");
  }

  void open_annotation() {
    const size_t begin = at_;
    at_ += 2;
    const size_t id = at_;
    if (next() == '"') {
      skip_string();
    } else {
      while (at_ < source_.size() && is_id_char(next())) ++at_;
    }
    if (error_) return;
    // Inside an annotation, "(@" needs no id to be a parenthesis and an atom.
    if (depth_ != 0) {
      out_.annotation_tokens.push_back(
          {TokenKind::kOpen, static_cast<uint32_t>(begin), static_cast<uint32_t>(begin + 1)});
      emit(TokenKind::kReserved, id - 1);
      return deepen();
    }
    std::string_view name = source_.substr(id, at_ - id);
    if (!name.empty() && name[0] == '"') {
      const std::string decoded = decode_string(name);
      if (!is_utf8({reinterpret_cast<const uint8_t*>(decoded.data()), decoded.size()}))
        return set_error(begin, "malformed UTF-8 encoding");
      name = name.substr(1, name.size() - 2);
    }
    if (name.empty()) return set_error(begin, "empty annotation id");
    annotation_ = {name, static_cast<uint32_t>(begin), static_cast<uint32_t>(out_.tokens.size()),
                   static_cast<uint32_t>(out_.annotation_tokens.size()), 0};
    depth_ = 1;
  }

  void close() {
    if (depth_ == 1) {
      depth_ = 0;
      ++at_;
      return close_annotation();
    }
    emit(TokenKind::kClose, at_);
    ++at_;
    if (depth_ != 0) --depth_;
  }

  void close_annotation() {
    annotation_.end = static_cast<uint32_t>(out_.annotation_tokens.size());
    const bool known = std::find(std::begin(kKnownAnnotations), std::end(kKnownAnnotations),
                                 annotation_.id) != std::end(kKnownAnnotations);
    if (known) {
      out_.annotations.push_back(annotation_);
    } else {
      out_.annotation_tokens.resize(annotation_.begin);
    }
  }

  // Skips a string and checks it.
  void skip_string() {
    const size_t begin = at_++;
    std::string scratch;
    while (at_ < source_.size() && next() != '"') {
      const auto c = static_cast<unsigned char>(next());
      if (c == '\n' || c == '\r') return set_error(begin, "unclosed string");
      if (c < 0x20 || c == 0x7f) return set_error(at_, "illegal character in string");
      if (c != '\\') {
        ++at_;
        continue;
      }
      scratch.clear();
      const size_t after = decode_escape(source_, at_ + 1, scratch);
      if (after == 0) return set_error(at_, "illegal escape");
      at_ = after;
    }
    if (at_ >= source_.size()) return set_error(begin, "unclosed string");
    ++at_;
  }

  void run_token() {
    const size_t begin = at_;
    int strings = 0;
    while (at_ < source_.size() && !error_ && (next() == '"' || is_id_char(next()))) {
      if (next() == '"') {
        ++strings;
        skip_string();
      } else {
        ++at_;
      }
    }
    if (error_) return;
    emit(classify(begin, strings), begin);
  }

  TokenKind classify(size_t begin, int strings) {
    const std::string_view text = source_.substr(begin, at_ - begin);
    if (text[0] == '"' && strings == 1 && text.back() == '"') return TokenKind::kString;
    const bool quoted_id =
        strings == 1 && text.size() > 1 && text[0] == '$' && text[1] == '"' && text.back() == '"';
    if (strings != 0 && !quoted_id) return TokenKind::kReserved;
    if (text[0] != '$') return TokenKind::kAtom;
    if (depth_ == 0) check_id(begin, text);
    return TokenKind::kId;
  }

  void check_id(size_t begin, std::string_view text) {
    const std::string name = decode_id(text);
    if (name.empty()) set_error(begin, "empty identifier");
    if (!is_utf8({reinterpret_cast<const uint8_t*>(name.data()), name.size()}))
      set_error(begin, "malformed UTF-8 encoding");
  }

  std::string_view source_;
  size_t at_ = 0;
  uint32_t depth_ = 0;  // of parentheses inside an annotation, its own included
  Annotation annotation_;
  TokenStream out_;
  std::optional<Error> error_;
};

}  // namespace

Position TokenStream::position(uint32_t offset) const {
  const auto after = std::upper_bound(line_starts.begin(), line_starts.end(), offset);
  const auto line = static_cast<uint32_t>(after - line_starts.begin());
  return Position::at_line(line, offset - line_starts[line - 1] + 1);
}

Result<TokenStream> tokenize(std::string_view source) {
  if (source.size() >= UINT32_MAX)
    return fail(ErrorKind::kLimit, "text of 4 GiB or more is not supported");
  return Lexer(source).run();
}

std::string decode_string(std::string_view quoted) {
  const std::string_view text = quoted.substr(1, quoted.size() - 2);
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    if (text[at] != '\\') {
      out.push_back(text[at++]);
      continue;
    }
    const size_t after = decode_escape(text, at + 1, out);
    if (after == 0) break;
    at = after;
  }
  return out;
}

std::string decode_id(std::string_view id) {
  const std::string_view name = id.substr(1);
  return !name.empty() && name[0] == '"' ? decode_string(name) : std::string(name);
}

}  // namespace tappet::text
