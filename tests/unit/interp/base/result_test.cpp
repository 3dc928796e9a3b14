#include "interp/base/result.h"

#include <gtest/gtest.h>

#include <memory>

namespace tappet {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0)
    return fail(ErrorKind::kUsage, "odd", Position::at_offset(static_cast<uint64_t>(n)));
  return n / 2;
}

Result<int> quarter(int n) { return TAPPET_TRY(half(TAPPET_TRY(half(n)))); }

TEST(Result, CarriesValuesAndErrors) {
  EXPECT_EQ(*quarter(8), 2);
  ASSERT_FALSE(quarter(6).ok());
  EXPECT_EQ(quarter(6).error().to_string(), "at byte offset 0x3: odd");
}

TEST(Result, MovesValuesOnly) {
  auto make = []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); };
  auto use = [&]() -> Result<int> {
    const auto p = TAPPET_TRY(make());
    return *p;
  };
  EXPECT_EQ(*use(), 7);
}

TEST(Result, MayHoldTheSameTypeTwice) {
  Result<int, int> good = 1;
  Result<int, int> bad = fail(1);
  EXPECT_TRUE(good.ok());
  EXPECT_FALSE(bad.ok());
}

TEST(Result, PrintsLinesAndColumns) {
  EXPECT_EQ(make_error(ErrorKind::kMalformed, "x", Position::at_line(3, 9)).to_string(), "3:9: x");
}

}  // namespace
}  // namespace tappet
