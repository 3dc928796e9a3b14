// Reads a WAVE text piece by piece. What a piece may be depends on the type that is expected, so
// there are no tokens, only questions.
#pragma once

#include <string>
#include <string_view>

#include "interp/base/result.h"

namespace tappet::component::wave {

// Borrows the text, which is UTF-8.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // Where the next piece begins, behind white space and comments.
  size_t position();
  void move_to(size_t position) { at_ = position; }
  bool at_end() { return position() == text_.size(); }
  // True, and passed, if the next piece is this character.
  bool accept(char c);
  Result<> expect(char c);
  // The longest run of characters that labels, keywords and numbers are made of; may be empty.
  std::string_view word();
  // The next piece is a character or a string, between its quotes. `what` is for the error if it is
  // something else.
  Result<char32_t> character(std::string_view what);
  Result<std::string> string(std::string_view what);

  // kMalformed at a position.
  detail::Failure<Error> fail_at(size_t position, std::string message,
                                 ErrorKind kind = ErrorKind::kMalformed) const;
  // "expected <what>, found <the next piece>"
  detail::Failure<Error> unexpected(std::string_view what);

 private:
  Result<char32_t> character_until(char quote);
  Result<char32_t> escape();
  Result<char32_t> unicode_escape(size_t start);
  Result<std::string> multiline();
  Result<> line(size_t end, size_t indent, std::string& to);

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace tappet::component::wave
