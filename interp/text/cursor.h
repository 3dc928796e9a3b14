// Reads tokens one after the other, with one error that sticks.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "interp/text/token.h"

namespace tappet::text {

// Like Reader for bytes: the first error moves the cursor to the end, where nothing matches any
// more, so callers read straight on and loops end by themselves. Borrows the stream.
class Cursor {
 public:
  explicit Cursor(const TokenStream& stream)
      : stream_(&stream), end_(static_cast<uint32_t>(stream.tokens.size() - 1)) {}

  bool ok() const { return !error_.has_value(); }
  // Precondition: !ok().
  const Error& error() const { return *error_; }
  void fail(std::string message) { fail_at(peek().begin, std::move(message)); }
  void fail_at(uint32_t offset, std::string message, ErrorKind kind = ErrorKind::kMalformed);
  // An error that was found elsewhere in the source.
  void fail_with(Error error);
  // "unexpected token "x", expected ..."
  void unexpected(std::string_view expected);

  const TokenStream& stream() const { return *stream_; }
  uint32_t index() const { return at_; }
  // Moves to a token that was passed or skipped before; not after an error.
  void move_to(uint32_t index) {
    if (ok()) at_ = index;
  }
  bool at_end() const { return at_ >= end_; }
  // Treats `token` as the end from now on.
  void set_end(uint32_t token) { end_ = token; }

  const Token& peek(uint32_t ahead = 0) const {
    return at_ + ahead < end_ ? stream_->tokens[at_ + ahead] : stream_->tokens[end_];
  }
  TokenKind kind(uint32_t ahead = 0) const {
    return at_ + ahead < end_ ? stream_->tokens[at_ + ahead].kind : TokenKind::kEnd;
  }
  std::string_view text(uint32_t ahead = 0) const { return stream_->text(peek(ahead)); }
  void advance(uint32_t tokens = 1) { at_ = std::min(at_ + tokens, end_); }

  bool at_close() const { return kind() == TokenKind::kClose; }
  bool at_atom(std::string_view word, uint32_t ahead = 0) const {
    return kind(ahead) == TokenKind::kAtom && text(ahead) == word;
  }
  // "(" and this word.
  bool at_open(std::string_view word) const {
    return kind() == TokenKind::kOpen && at_atom(word, 1);
  }
  bool accept(std::string_view word);
  bool accept_open(std::string_view word);
  bool accept_close();
  void expect_open(std::string_view word);
  void expect_close();
  // The name behind an id token, if there is one.
  std::optional<std::string> accept_id();
  // Bytes of a string token.
  std::string expect_string();
  // The same, which must be UTF-8.
  std::string expect_name();
  // An unsigned integer of at most `bits` bits.
  uint64_t expect_unsigned(int bits);
  // Moves behind the parenthesis that closes the group that starts here.
  void skip_group();

  // The first annotation with this id that stands before the current token and behind the one
  // before, and was not taken yet; null if there is none.
  const Annotation* take_annotation(std::string_view id);
  // The first annotation in front of a token up to the current one that nobody took.
  const Annotation* untaken_annotation() const;
  // The contents of an annotation that holds one string and nothing else.
  std::optional<std::string> sole_string(const Annotation& annotation) const;
  // What annotations stand before `first` is not this parser's to take.
  void start_annotations_at(uint32_t token);

 private:
  const TokenStream* stream_;
  uint32_t at_ = 0;
  uint32_t end_;
  std::vector<bool> taken_;  // from first_annotation_ on, as far as looked at
  uint32_t first_annotation_ = 0;
  std::optional<Error> error_;
};

}  // namespace tappet::text
