#include "interp/base/utf8.h"

#include <gtest/gtest.h>

namespace tappet {
namespace {

bool valid(std::string_view text) { return is_utf8(as_bytes(text)); }

TEST(Utf8, AcceptsScalarValues) {
  EXPECT_TRUE(valid(""));
  EXPECT_TRUE(valid("plain ascii, longer than eight"));
  EXPECT_TRUE(
      valid("\xc2\x80 \xdf\xbf \xe0\xa0\x80 \xef\xbf\xbf \xf0\x90\x80\x80 \xf4\x8f\xbf\xbf"));
}

TEST(Utf8, RejectsIllFormed) {
  for (const char* text :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
        "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xc2", "\xe1\x80",
        "\xf1\x80\x80", "12345678\xff"}) {
    EXPECT_FALSE(valid(text)) << text;
  }
}

TEST(Utf8, TranscodesUtf16) {
  const std::string text = "a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80";
  const Bytes wide = utf8_to_utf16le(text);
  EXPECT_EQ(wide.size(), 10u);
  EXPECT_EQ(utf16le_to_utf8(wide), text);
}

TEST(Utf8, RejectsUnpairedSurrogates) {
  EXPECT_FALSE(utf16le_to_utf8(Bytes{0x00, 0xd8}));
  EXPECT_FALSE(utf16le_to_utf8(Bytes{0x00, 0xdc}));
  EXPECT_FALSE(utf16le_to_utf8(Bytes{0x00, 0xd8, 0x41, 0x00}));
}

TEST(Utf8, TranscodesLatin1) {
  EXPECT_EQ(latin1_to_utf8(Bytes{0x41, 0xe9, 0xff}), "A\xc3\xa9\xc3\xbf");
}

}  // namespace
}  // namespace tappet
