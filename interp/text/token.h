// The tokens of the text format (core spec 6.3), with annotations (6.3.5) set apart.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "interp/base/bytes.h"
#include "interp/base/result.h"

namespace tappet::text {

enum class TokenKind : uint8_t {
  kOpen,      // (
  kClose,     // )
  kAtom,      // keywords and numbers
  kId,        // $name or $"name"
  kString,    // with its quotes, escapes not yet decoded
  kReserved,  // what has no meaning outside annotations
  kEnd,       // once, after the last
};

// A range of the source.
struct Token {
  TokenKind kind = TokenKind::kEnd;
  uint32_t begin = 0;
  uint32_t end = 0;
};

// (@id ...) in front of tokens[before]. Its contents, without the parentheses, are a range of
// TokenStream::annotation_tokens.
struct Annotation {
  std::string_view id;
  uint32_t offset = 0;
  uint32_t before = 0;
  uint32_t begin = 0;
  uint32_t end = 0;
};

// A source and its tokens. Borrows the source.
struct TokenStream {
  std::string_view source;
  std::vector<Token> tokens;
  std::vector<Token> annotation_tokens;
  std::vector<Annotation> annotations;  // those that mean something to us, in order
  std::vector<uint32_t> line_starts;

  std::string_view text(const Token& token) const {
    return source.substr(token.begin, token.end - token.begin);
  }
  // Line and column, both from 1; columns count bytes.
  Position position(uint32_t offset) const;
};

// Splits a source into tokens. Errors, with line and column: kMalformed (an illegal character,
// ill-formed UTF-8, an unclosed string, comment or annotation, a bad escape), kLimit (4 GiB).
Result<TokenStream> tokenize(std::string_view source);

// The bytes that a string token (with its quotes) stands for. Its escapes were checked.
std::string decode_string(std::string_view quoted);
// The name that an id token stands for, without the dollar sign.
std::string decode_id(std::string_view id);

// Parses the tokens [begin, end) as `id? field*`: the inside of (module ...). `id` is the module's
// where none stands there. As parse_wat.
Result<Bytes> parse_module_at(const TokenStream& stream, uint32_t begin, uint32_t end,
                              std::optional<std::string> id = {});

}  // namespace tappet::text
