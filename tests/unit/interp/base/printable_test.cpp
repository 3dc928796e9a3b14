#include "interp/base/printable.h"

#include <gtest/gtest.h>

namespace tappet {
namespace {

TEST(Printable, HasNoControlCharacters) {
  EXPECT_EQ(printable("a\x1b[31mb\n\x7f\xc3\xa9"), "a\\u{1b}[31mb\\u{a}\\u{7f}\xc3\xa9");
  EXPECT_EQ(printable("\xc2\x80\xc2\x9b\xc2\x9f\xc2\xa0"), "\\u{80}\\u{9b}\\u{9f}\xc2\xa0");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\u{0}");
}

TEST(Printable, ShowsBytesThatAreNoUtf8) {
  EXPECT_EQ(printable("ab\xff"
                      "c\x9b[0m\xc3"),
            "ab\\xffc\\x9b[0m\\xc3");
}

TEST(Printable, IsNoLongerThanItMayBe) {
  EXPECT_EQ(printable(std::string(1000, 'x')), std::string(100, 'x') + "...");
  EXPECT_EQ(printable(std::string(100, 'x')), std::string(100, 'x'));
  EXPECT_EQ(printable("\xc3\xa9\xc3\xa9\xc3\xa9", 3), "\xc3\xa9\xc3\xa9...");
  EXPECT_EQ(without_controls(std::string(1000, 'x') + "\n"), std::string(1000, 'x') + "\\u{a}");
}

}  // namespace
}  // namespace tappet
