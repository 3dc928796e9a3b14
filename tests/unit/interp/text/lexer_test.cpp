#include <gtest/gtest.h>

#include "interp/text/token.h"

namespace tappet::text {
namespace {

using namespace std::string_view_literals;

// Tokens as text, one word each.
std::string tokens(std::string_view source) {
  const auto stream = tokenize(source);
  if (!stream.ok()) return stream.error().to_string();
  std::string out;
  for (const Token& token : stream->tokens) {
    constexpr std::string_view kKinds[] = {"(", ")", "atom", "id", "string", "reserved", "end"};
    out += kKinds[static_cast<size_t>(token.kind)];
    if (token.end > token.begin + 1 || token.kind == TokenKind::kAtom)
      out += ":" + std::string(stream->text(token));
    out += ' ';
  }
  return out;
}

TEST(Lexer, TellsTokensApart) {
  EXPECT_EQ(tokens("(func $f i32.add 0x1 -1 \"s\")"),
            "( atom:func id:$f atom:i32.add atom:0x1 atom:-1 string:\"s\" ) end ");
  EXPECT_EQ(tokens("a,b"), "atom:a reserved atom:b end ");
}

TEST(Lexer, RunsOfCharactersAreOneToken) {
  EXPECT_EQ(tokens("0$x"), "atom:0$x end ");
  EXPECT_EQ(tokens("\"a\"\"b\""), "reserved:\"a\"\"b\" end ");
  EXPECT_EQ(tokens("x\"a\""), "reserved:x\"a\" end ");
  EXPECT_EQ(tokens("$\"a b\""), "id:$\"a b\" end ");
}

TEST(Lexer, SkipsCommentsAndAnnotationsNobodyKnows) {
  EXPECT_EQ(tokens("a ;; b\nc (; d (; e ;) f ;) g"), "atom:a atom:c atom:g end ");
  EXPECT_EQ(tokens("a ;; b\rc"), "atom:a atom:c end ");
  EXPECT_EQ(tokens("a (@x (b \"c\") $d ,;) e"), "atom:a atom:e end ");
}

TEST(Lexer, KeepsAnnotationsThatMeanSomething) {
  const auto stream = tokenize("(module (@custom \"x\" (after func)) (func))");
  ASSERT_TRUE(stream.ok());
  ASSERT_EQ(stream->annotations.size(), 1u);
  EXPECT_EQ(stream->annotations[0].id, "custom");
  EXPECT_EQ(stream->annotations[0].before, 2u);
  EXPECT_EQ(stream->annotations[0].end - stream->annotations[0].begin, 5u);
}

TEST(Lexer, ErrorsHaveALineAndAColumn) {
  EXPECT_EQ(tokens("a\n  \x01"), "2:3: illegal character");
  EXPECT_EQ(tokens("a\r\n\"b"), "2:1: unclosed string");
  EXPECT_EQ(tokens("(; (; ;)"), "1:1: unclosed comment");
  EXPECT_EQ(tokens("a (@x (y)"), "1:3: unclosed annotation");
  EXPECT_EQ(tokens("\"\\z\""), "1:2: illegal escape");
  EXPECT_EQ(tokens("\"\\u{110000}\""), "1:2: illegal escape");
  EXPECT_EQ(tokens("\"\\u{d800}\""), "1:2: illegal escape");
  EXPECT_EQ(tokens("$"), "1:1: empty identifier");
  EXPECT_EQ(tokens("(@)"), "1:1: empty annotation id");
  EXPECT_EQ(tokens("\xff"), "1:1: malformed UTF-8 encoding");
  EXPECT_EQ(tokens("\"\0\""sv), "1:2: illegal character in string");
}

TEST(Lexer, DecodesStringsAndIds) {
  EXPECT_EQ(decode_string(R"("a\t\n\r\"\'\\\41\u{e9}\u{1_F600}")"),
            "a\t\n\r\"'\\A\u00e9\U0001f600");
  EXPECT_EQ(decode_id("$f"), "f");
  EXPECT_EQ(decode_id("$\"f\\20g\""), "f g");
}

}  // namespace
}  // namespace tappet::text
