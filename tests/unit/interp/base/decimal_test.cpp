#include "interp/base/decimal.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tappet {
namespace {

TEST(Decimal, FewestDigitsWithoutExponent) {
  EXPECT_EQ(to_decimal(0.1), "0.1");
  EXPECT_EQ(to_decimal(0.1f), "0.1");
  EXPECT_EQ(to_decimal(-0.0), "-0");
  EXPECT_EQ(to_decimal(1e21), "1000000000000000000000");
  EXPECT_EQ(to_decimal(1.5e-7), "0.00000015");
  EXPECT_EQ(to_decimal(std::numeric_limits<float>::max()),
            "340282350000000000000000000000000000000");
}

TEST(Decimal, NearestNumber) {
  EXPECT_EQ(parse_decimal<double>("-12.5e-1"), -1.25);
  EXPECT_EQ(parse_decimal<float>("16777217"), 16777216.0f);
  EXPECT_TRUE(std::isnan(*parse_decimal<double>("nan")));
  EXPECT_EQ(parse_decimal<double>(""), std::nullopt);
  EXPECT_EQ(parse_decimal<double>("1x"), std::nullopt);
  EXPECT_EQ(parse_decimal<double>("+1"), std::nullopt);
}

TEST(Decimal, TooLargeOrTooSmall) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(parse_decimal<double>("1e309"), kInfinity);
  EXPECT_EQ(parse_decimal<double>("-1e+309"), -kInfinity);
  EXPECT_EQ(parse_decimal<double>("1e99999999999999999999999"), kInfinity);
  EXPECT_EQ(parse_decimal<double>(std::string(400, '9')), kInfinity);
  EXPECT_EQ(parse_decimal<float>("0." + std::string(100, '0') + "1e200"),
            std::numeric_limits<float>::infinity());
  const double tiny = *parse_decimal<double>("-1e-400");
  EXPECT_TRUE(tiny == 0 && std::signbit(tiny));
  EXPECT_EQ(parse_decimal<double>("1e-99999999999999999999999"), 0.0);
  EXPECT_EQ(parse_decimal<double>("0." + std::string(400, '0') + "1"), 0.0);
  EXPECT_EQ(parse_decimal<float>(std::string(100, '9') + "e-200"), 0.0f);
}

}  // namespace
}  // namespace tappet
